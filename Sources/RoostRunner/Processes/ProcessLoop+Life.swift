import CRoostSystem
import Glibc
import RoostCore
import RoostTelemetry
import RoostWire

// The life of one process: start, end, and what is found when it is over.

extension ProcessLoop {
  func start(_ order: StartOrder) {
    precondition(ids[order.actor] == nil, "the runner starts no second copy of an actor")
    var process = ActorProcess(order, settings, log)
    let theirs: [Int32]
    do throws(SystemError) {
      theirs = try Self.open(order.input, &process.descriptors)
    } catch {
      log.warning("process cannot be started", [.actorID: order.actor, .error: error.text])
      return report(process, .stopped(error: "cannot start a process: \(error.text)"))
    }
    let id = newID()
    processes[id] = process
    ids[order.actor] = id
    watch(process.descriptors.control, .control(id))
    watch(process.descriptors.out, .out(id))
    watch(process.descriptors.err, .err(id))
    let request = Supervisor.start(id, variables: ActorProcess.variables(order, in: settings.pool))
    ask(Request(id: id, bytes: request, descriptors: theirs))
  }

  func end(_ actor: ActorID, _ generation: Generation) {
    guard let id = ids[actor], var process = processes[id], process.generation == generation, !process.isTold else {
      return
    }
    process.isTold = true
    processes[id] = process
    ask(Request(id: id, bytes: Supervisor.signal(id, SIGTERM)))
    graces.append(Due(atMs: Self.nowMs() + settings.graceMs, id: id))
  }

  func started(_ id: UInt64, _ pid: pid_t) {
    guard let process = processes[id] else { return }
    log.info(
      "process started", [.actorID: process.actor, .generation: process.generation, .process: pid])
    runs(id)
  }

  /// Its program runs: the supervisor says so, or it writes. The two come on different ways, and a quick program has
  /// written before the supervisor, who saw its exec, gets the processor to tell of it. A worker that hears of an intent
  /// first takes the actor for one that never ran.
  func runs(_ id: UInt64) {
    guard !settings.waitsForReady, var process = processes[id] else { return }
    let isNews = process.take(.ready) != nil
    processes[id] = process
    if isNews { report(process, .running) }
  }

  func failed(_ id: UInt64, _ number: Int32) {
    let text = String(cString: strerror(number))
    if let process = forget(id) {
      log.warning("process cannot be started", [.actorID: process.actor, .error: text])
      report(process, .stopped(error: "cannot run \(settings.command): \(text)"))
    }
  }

  func ended(_ id: UInt64, _ end: ProcessEnd) {
    // What it said before it ended counts before its end.
    readRest(id)
    guard let process = forget(id) else { return }
    let error = end.error(wasTold: process.isTold, lastLine: process.output.lastErrorLine)
    log.info(
      "process ended", [.actorID: process.actor, .generation: process.generation, .processEnd: end.text])
    report(process, .stopped(error: error))
  }

  private func forget(_ id: UInt64) -> ActorProcess? {
    guard let process = processes.removeValue(forKey: id) else { return nil }
    ids[process.actor] = nil
    graces.removeAll { $0.id == id }
    closeAll(process.descriptors)
    return process
  }

  func closeAll(_ descriptors: ActorProcess.Descriptors) {
    for descriptor in [descriptors.control, descriptors.out, descriptors.err] where descriptor >= 0 {
      close(descriptor)
    }
  }

  // MARK: - Descriptors

  struct SystemError: Error {
    let number: Int32
    var text: String { String(cString: strerror(number)) }
  }

  /// Its four ends: input, output, error, control; ours go to `ours`. All or none are open afterwards.
  private static func open(
    _ input: [UInt8], _ ours: inout ActorProcess.Descriptors
  ) throws(SystemError) -> [Int32] {
    let file =
      input.isEmpty
      ? Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
      : input.span.withUnsafeBytes { roost_memory_file($0.baseAddress, $0.count) }
    var opened: [Int32] = [file]
    var number: Int32 = file < 0 ? errno : 0
    for _ in 0..<3 where number == 0 {
      var ends: [Int32] = [-1, -1]
      if roost_pipe(&ends) != 0 { number = errno }
      opened += ends
    }
    guard number == 0 else {
      for descriptor in opened where descriptor >= 0 { close(descriptor) }
      throw SystemError(number: number)
    }
    ours = ActorProcess.Descriptors(control: opened[5], out: opened[1], err: opened[3])
    return [opened[0], opened[2], opened[4], opened[6]]
  }
}
