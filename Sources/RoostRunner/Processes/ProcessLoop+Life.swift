import Glibc
import RoostCore
import RoostTelemetry
import RoostWire

// The life of one process: start, end, and what is found when it is over.

extension ProcessLoop {
  func start(_ order: StartOrder) {
    precondition(ids[order.actor] == nil, "the runner starts no second copy of an actor")
    let id = newID()
    processes[id] = ActorProcess(order, settings, log)
    ids[order.actor] = id
    let bytes = Supervisor.start(id, variables: ActorProcess.variables(order, in: settings.pool))
    ask(Request(id: id, kind: .start(input: order.input), bytes: bytes))
  }

  func end(_ actor: ActorID, _ generation: Generation) {
    guard let id = ids[actor], var process = processes[id], process.generation == generation, !process.isTold else {
      return
    }
    process.isTold = true
    processes[id] = process
    ask(Request(id: id, kind: .signal, bytes: Supervisor.signal(id, SIGTERM)))
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
}
