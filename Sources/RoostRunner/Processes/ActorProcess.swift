import Glibc
import RoostCore
import RoostTelemetry
import RoostWire

/// One actor's process, as the host knows it.
struct ActorProcess {
  /// Our ends of its pipes; -1 = closed.
  struct Descriptors {
    var control: Int32 = -1
    var out: Int32 = -1
    var err: Int32 = -1
  }

  let actor: ActorID
  let generation: Generation
  var descriptors = Descriptors()
  /// nil = there is no process yet.
  var pid: pid_t?
  /// It was asked to end.
  var isTold = false
  var hasRun = false
  var wantsSleep = false
  var wantsStop = false
  var output: Output
  var control = LineReader(limit: ProcessLimits.controlLineBytes)
  /// Control lines read since `windowMs`.
  var linesInWindow = 0
  var windowMs: Int64?

  init(_ order: StartOrder, _ settings: ProcessSettings, _ log: Log) {
    actor = order.actor
    generation = order.generation
    output = Output(settings.output, order.actor, order.generation, log)
  }

  static func variables(_ order: StartOrder, in pool: PoolID) -> [(String, String)] {
    var variables = [
      ("ROOST_NAMESPACE", pool.namespace), ("ROOST_POOL", pool.name), ("ROOST_ACTOR_ID", order.actor.text),
      ("ROOST_ACTOR_NAME", order.name), ("ROOST_GENERATION", "\(order.generation)"),
      ("ROOST_CONTROL_FD", "3"),
    ]
    if let key = order.key { variables.append(("ROOST_ACTOR_KEY", key)) }
    return variables
  }

  /// A control line; what it reports, or nil. Each intent counts once.
  mutating func take(_ line: ControlLine) -> ActorReport? {
    switch line {
    case .ready:
      if hasRun { return nil }
      hasRun = true
      return .running
    case .sleep:
      if wantsSleep { return nil }
      wantsSleep = true
      return .sleepIntent
    case .stop:
      if wantsStop { return nil }
      wantsStop = true
      return .stopIntent
    case .alarm(let at): return .setAlarm(at)
    }
  }

  /// True when its control pipe must not be read for the rest of this window.
  mutating func countsLine(nowMs: Int64) -> Bool {
    if windowMs.map({ nowMs - $0 >= ProcessLimits.windowMs }) ?? true { (windowMs, linesInWindow) = (nowMs, 0) }
    linesInWindow += 1
    return linesInWindow >= ProcessLimits.controlLines
  }
}
