import CRoostSystem
import Glibc
import RoostNATS
import RoostTelemetry

/// Why `roost up` ends.
enum UpEnding: Error, Equatable {
  /// By a signal.
  case asked
  /// A part ended by itself.
  case ended(Part)
  /// It cannot be started.
  case failed(CLIError)
}

/// The processes of `roost up`: started by one thread, which must live as long as they do, and ended in order.
///
/// The kernel kills them when this process dies, however it dies.
final class Parts: Sendable {
  struct State: Sendable {
    /// The name of the signal that asked us to stop.
    var stopSignal: String?
    var running: [Part: pid_t] = [:]
    var endings: [Part: ProcessEnding] = [:]
    /// Whose output is not read to its end.
    var openOutputs: Set<Part> = []
    /// The worker has taken the runner in.
    var isWelcome = false
    fileprivate var threads: [ServiceThread] = []
  }

  /// How long each may take to end, in ms.
  typealias Bounds = [Part: Int64]

  let state = Monitor(State())
  private let bounds: Bounds
  private let console: Console
  private let log: Log

  init(bounds: Bounds, console: Console, log: Log) {
    self.bounds = bounds
    self.console = console
    self.log = log
  }

  /// Starts a program. Its output is shown line by line. Errors: `failed`.
  ///
  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - kept: a descriptor that it holds until its end.
  func start(
    _ part: Part, _ path: String, _ arguments: [String], environment: [String: String], kept: Int32 = -1
  ) throws(UpEnding) {
    var ends: [Int32] = [-1, -1]
    var pid: pid_t = 0
    var number = roost_pipe(&ends) == 0 ? 0 : errno
    if number == 0 {
      var words = ([path] + arguments).map { strdup($0) } + [nil]
      var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
      number = roost_child_start(&pid, path, &words, &variables, ends[1], kept)
      for pointer in words + variables { free(pointer) }
      close(ends[1])
      if number != 0 { close(ends[0]) }
    }
    guard number == 0 else {
      throw .failed(
        CLIError(.systemError, "the \(part) cannot be started: \(path): \(String(cString: strerror(number)))"))
    }
    log.info("part started", [.part: part, .process: pid])
    state.update { state in
      state.running[part] = pid
      state.openOutputs.insert(part)
    }
    show(part, ends[0])
    watch(part, pid)
  }

  /// Asks everything to end. From any thread.
  func stop(_ signal: String) { state.update { $0.stopSignal = signal } }

  // MARK: - Threads

  private func show(_ part: Part, _ descriptor: Int32) {
    let (console, isWholeShown) = (console, log.isWritten(.debug))
    thread { [state] in
      var output = PartOutput(of: part, isWholeShown: isWholeShown)
      var buffer = [UInt8](repeating: 0, count: 65_536)
      var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 {
          console.err(output.feed(buffer[..<count]))
        } else if count < 0, errno == EAGAIN || errno == EINTR {
          poll(&source, 1, -1)
        } else {
          break
        }
      }
      console.err(output.finish())
      close(descriptor)
      state.update { _ = $0.openOutputs.remove(part) }
    }
  }

  private func watch(_ part: Part, _ pid: pid_t) {
    thread { [state] in
      // It is reaped under the lock: until then its number cannot be another's, and who signals it looks there first.
      var found = siginfo_t()
      while waitid(P_PID, id_t(pid), &found, WEXITED | WNOWAIT) != 0, errno == EINTR {}
      state.update { state in
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        state.running[part] = nil
        state.endings[part] = ProcessEnding(status: status)
      }
    }
  }

  private func thread(_ body: @escaping @Sendable () -> Void) {
    let thread = ServiceThread(body)
    state.withLock { $0.threads.append(thread) }
  }

  // MARK: - Waiting

  /// Waits until `take` gives something; nil once `deadlineNs` has passed. Errors: `asked`, `ended`.
  func wait<R>(until deadlineNs: Int64? = nil, _ take: (State) -> R?) throws(UpEnding) -> R? {
    let outcome = state.wait(until: deadlineNs) { state -> Result<R, UpEnding>? in
      if state.stopSignal != nil { return .failure(.asked) }
      if let part = Part.allCases.first(where: { state.endings[$0] != nil }) { return .failure(.ended(part)) }
      return take(state).map { .success($0) }
    }
    return try outcome?.get()
  }

  /// Waits for the end of all this.
  func waitForEnding() -> UpEnding {
    do throws(UpEnding) {
      let _: Never? = try wait { _ in nil }
    } catch {
      return error
    }
    preconditionFailure("a wait without a deadline ended without a reason")
  }

  // MARK: - Ending

  /// Ends what runs, the last one started first. What had to be killed or ended with an error is given back.
  func endAll() -> [Part] {
    let before = Set(state.withLock { $0.endings.keys })
    for part in before { waitForLastWords(of: part) }
    var troubled: [Part] = []
    for part in Part.allCases.reversed() where !before.contains(part) {
      guard let ending = end(part) else { continue }
      // One that has only just been started may die of what it is asked with.
      if ending != .exited(0), ending != .killed(signal: part.stopSignal) { troubled.append(part) }
    }
    joinThreads()
    return troubled
  }

  /// What it said last is shown before the next one is asked to end. Whoever else holds the output open is not waited
  /// for.
  private func waitForLastWords(of part: Part) {
    _ = state.wait(until: Monotonic.ns(afterMs: UpLimits.lastWordsMs)) { $0.openOutputs.contains(part) ? nil : true }
  }

  /// Those that are about to end: when one is not, this process ends all the same.
  private func joinThreads() {
    let threads = state.withLock { state -> [ServiceThread] in
      guard state.openOutputs.isEmpty, state.running.isEmpty else { return [] }
      defer { state.threads = [] }
      return state.threads
    }
    for thread in threads { thread.join() }
  }

  /// nil = it was not started.
  private func end(_ part: Part) -> ProcessEnding? {
    let boundMs = bounds[part, default: 0]
    guard signal(part, part.stopSignal) || hasEnded(part) else { return nil }
    var ending = waitForEnd(of: part, ms: boundMs)
    if ending == nil {
      log.warning("part does not end, it is killed", [.part: part, .elapsedMs: boundMs])
      signal(part, SIGKILL)
      ending = waitForEnd(of: part, ms: UpLimits.killMs)
    }
    waitForLastWords(of: part)
    log.info("part ended", [.part: part, .processEnd: ending?.description ?? "unknown"])
    return ending ?? .killed(signal: SIGKILL)
  }

  private func waitForEnd(of part: Part, ms: Int64) -> ProcessEnding? {
    state.wait(until: Monotonic.ns(afterMs: ms)) { $0.endings[part] }
  }

  private func hasEnded(_ part: Part) -> Bool { state.withLock { $0.endings[part] != nil } }

  /// False when it does not run.
  @discardableResult
  private func signal(_ part: Part, _ number: Int32) -> Bool {
    state.withLock { state in
      guard let pid = state.running[part] else { return false }
      return kill(pid, number) == 0
    }
  }
}
