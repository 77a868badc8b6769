import Foundation
import Glibc
import Synchronization

/// A nats-server process that ends with us.
///
/// `setpriv --pdeathsig` has the kernel kill it when the thread that started it ends. So one thread starts all of
/// them and never ends: threads of Swift's pool come and go.
final class BrokerProcess: Sendable {
  /// How long a server may take to start or stop: it takes some 50 ms, on a loaded machine a second.
  static let patience = Duration.seconds(30)

  let pid: pid_t
  /// As waitpid gave it, once it did.
  private let status = Mutex<Int32?>(nil)

  private init(pid: pid_t) { self.pid = pid }

  static func spawn(_ arguments: [String], log: String) throws -> BrokerProcess {
    let pid = try BrokerSpawner.shared.spawn(["/usr/bin/setpriv", "--pdeathsig", "KILL"] + arguments, log: log)
    return BrokerProcess(pid: pid)
  }

  /// True once the process is gone and its exit status taken.
  var isOver: Bool { exitStatus != nil }

  /// What waitpid says of its end; nil while it runs.
  var exitStatus: Int32? {
    status.withLock { status in
      if let status { return status }
      var found: Int32 = 0
      if waitpid(pid, &found, WNOHANG) == 0 { return nil }
      status = found
      return found
    }
  }

  func signal(_ number: Int32) {
    if !isOver { Glibc.kill(pid, number) }
  }

  /// The signal is sent in an instant, the threads stop one by one.
  func freeze() throws {
    signal(SIGSTOP)
    try poll("all threads have stopped") {
      let tasks = "/proc/\(pid)/task"
      let running = try FileManager.default.contentsOfDirectory(atPath: tasks).filter { task in
        // "1234 (nats-server) T ..."
        let stat = try String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8)
        return stat.split(separator: ")").last?.first { $0 != " " } != "T"
      }
      return running.isEmpty ? () : nil
    }
  }

  func terminate() {
    signal(SIGCONT)
    signal(SIGTERM)
    waitForEnd()
  }

  func kill() {
    signal(SIGKILL)
    waitForEnd()
  }

  /// Nothing tells of it, so it is looked at again and again; the pause is only kind to the processor.
  private func waitForEnd() {
    let deadline = ContinuousClock.now + Self.patience
    while !isOver {
      if ContinuousClock.now > deadline { signal(SIGKILL) }
      usleep(2_000)
    }
  }

  func waitForPort(folder: String) throws -> UInt16 {
    try poll("the server has chosen a port") { try BrokerFiles.chosenPort(folder) }
  }

  /// Asks `condition` again and again until it gives something, the process ends, or patience does; the pause in between is
  /// only kind to the processor.
  func poll<R>(_ what: String, _ condition: () throws -> R?) throws -> R {
    let deadline = ContinuousClock.now + Self.patience
    while true {
      if let result = try condition() { return result }
      if isOver { throw BrokerError("nats-server ended before \(what)") }
      if ContinuousClock.now > deadline { throw BrokerError("nats-server: not in time: \(what)") }
      usleep(2_000)
    }
  }
}

/// The process a ``Broker`` has at the moment.
final class BrokerProcessSlot: Sendable {
  private let process = Mutex<BrokerProcess?>(nil)

  var pid: pid_t? { process.withLock { $0?.pid } }

  func set(_ new: BrokerProcess) { process.withLock { $0 = new } }

  func take() -> BrokerProcess? {
    process.withLock { process in
      defer { process = nil }
      return process
    }
  }

  func signal(_ number: Int32) { process.withLock { $0?.signal(number) } }

  func freeze() throws { try process.withLock { try $0?.freeze() } }
}

/// The thread that starts every server of this test process.
private final class BrokerSpawner: Sendable {
  static let shared = BrokerSpawner()

  private struct Order: Sendable {
    let arguments: [String]
    let log: String
    let answer: @Sendable (Int32, pid_t) -> Void
  }

  private let orders = Mutex<[Order]>([])
  private let bell = DispatchSemaphore(value: 0)

  private init() {
    let thread = Thread { [self] in
      while true {
        bell.wait()
        guard let order = orders.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { continue }
        let (result, pid) = Self.spawnHere(order.arguments, order.log)
        order.answer(result, pid)
      }
    }
    thread.start()
  }

  func spawn(_ arguments: [String], log: String) throws -> pid_t {
    let done = DispatchSemaphore(value: 0)
    let outcome = Outcome()
    orders.withLock {
      $0.append(
        Order(arguments: arguments, log: log) { result, pid in
          outcome.value.withLock { $0 = (result, pid) }
          done.signal()
        })
    }
    bell.signal()
    done.wait()
    let (result, pid) = outcome.value.withLock { $0 }
    if result != 0 { throw BrokerError("\(arguments[0]) could not be started: \(String(cString: strerror(result)))") }
    return pid
  }

  private final class Outcome: Sendable {
    let value = Mutex<(Int32, pid_t)>((0, 0))
  }

  private static func spawnHere(_ arguments: [String], _ log: String) -> (Int32, pid_t) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // A client's socket that lived on in a server would look open to its peer for ever.
    for inherited in openDescriptors() where inherited > 2 { posix_spawn_file_actions_addclose(&actions, inherited) }
    // Signals that the test process blocks or ignores must reach the server.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var argv = arguments.map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, arguments[0], &actions, &attributes, &argv, environ)
    return (result, pid)
  }

  private static func openDescriptors() -> [Int32] {
    guard let folder = opendir("/proc/self/fd") else { return [] }
    defer { closedir(folder) }
    var descriptors: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let descriptor = Int32(name), descriptor != dirfd(folder) { descriptors.append(descriptor) }
    }
    return descriptors
  }
}
