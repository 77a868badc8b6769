import RoostCore
import RoostWire

@testable import RoostRunner

/// A runner's machine in one-line steps: time in ms, actors and sessions by their short names.
struct MachineRig {
  var machine: RunnerMachine
  var now: Int64 = 0
  private(set) var pings: [CommandIndex] = []
  private var index: CommandIndex = 0

  init(slots: UInt32 = 2) {
    machine = RunnerMachine(
      RunnerMachine.Offer(version: 1, slots: slots, sessionPrefix: "s", leaveLimitMs: 20_000))
  }

  /// A rig whose first session is open.
  static func open(slots: UInt32 = 2, stopAfterMs: Int64 = 0) -> MachineRig {
    var rig = MachineRig(slots: slots)
    _ = rig.begin()
    _ = rig.welcome(stopAfterMs: stopAfterMs)
    return rig
  }

  var session: String { machine.session.text }

  /// What leaves, as text; pings are kept apart, notes left out.
  private mutating func show(_ actions: [RunnerAction]) -> [String] {
    actions.compactMap { action in
      switch action {
      case .publish(let signal, let ticket): return "\(Self.text(signal)) #\(ticket)"
      case .ping(_, let last):
        pings.append(last)
        return nil
      case .start(let order): return "start \(order.actor) g\(order.generation)"
      case .end(let actor, let generation): return "end \(actor) g\(generation)"
      case .note: return nil
      case .finish(let end): return "finish \(end)"
      }
    }
  }

  private static func text(_ signal: RunnerSignal) -> String {
    switch signal {
    case .initialize(let it): "init \(it.session) slots \(it.totalSlots) last \(it.lastCommandIndex)"
    case .stopping(let session, let last): "stopping \(session?.text ?? "-") last \(last.map { "\($0)" } ?? "-")"
    case .events(let session, let events): "events \(session) [\(events.map(text).joined(separator: ", "))]"
    }
  }

  private static func text(_ event: RunnerEvent) -> String {
    let kind =
      switch event.kind {
      case .running: "running"
      case .sleepIntent: "sleep"
      case .stopIntent: "stop"
      case .setAlarm(let at): "alarm \(at.map { "\($0.ms)" } ?? "clear")"
      case .stopped(let error): error.map { "error \($0)" } ?? "ok"
      case .malformed: "malformed"
      }
    return "\(event.index) \(event.actor) g\(event.generation) \(kind)"
  }

  mutating func begin() -> [String] { show(machine.begin(nowMs: now)) }

  mutating func apply(_ input: RunnerInput) -> [String] { show(machine.apply(input, nowMs: now)) }

  mutating func command(_ body: ReceivedCommand.Body, session: String? = nil) -> [String] {
    apply(.command(ReceivedCommand(session: SessionID(session ?? self.session), body: body)))
  }

  mutating func welcome(
    of session: String? = nil, last: EventIndex = 0, pingMs: Int64 = 3_000, stopAfterMs: Int64 = 0
  ) -> [String] {
    if last == 0, machine.lastCommand == 0 { index = 0 }
    return command(
      .welcome(
        Welcome(
          lastEventIndex: last, lostThreshold: Milliseconds(15_000), pingInterval: Milliseconds(pingMs),
          stopAfter: Milliseconds(stopAfterMs))), session: session)
  }

  mutating func start(_ actor: String, _ generation: Generation, index: CommandIndex? = nil, session: String? = nil)
    -> [String]
  {
    command(
      .start(
        StartOrder(
          index: next(index), actor: ActorID(actor), generation: generation, name: "actor", createdAt: Instant(ms: 0))),
      session: session)
  }

  mutating func stop(
    _ actor: String, _ generation: Generation, _ reason: StopReason = .sleep, index: CommandIndex? = nil
  )
    -> [String]
  {
    command(
      .stop(StopOrder(index: next(index), actor: ActorID(actor), generation: generation, reason: reason)))
  }

  private mutating func next(_ given: CommandIndex?) -> CommandIndex {
    if let given { return given }
    index += 1
    return index
  }

  mutating func close(_ reason: String) -> [String] { command(.close(reason: reason)) }
  mutating func ack(_ index: EventIndex) -> [String] { command(.acknowledged(through: index)) }
  mutating func stored(_ ticket: PublishTicket, _ isStored: Bool = true) -> [String] {
    apply(.published(ticket, isStored: isStored))
  }
  mutating func says(_ actor: String, _ generation: Generation, _ report: ActorReport) -> [String] {
    apply(.actor(ActorID(actor), generation, report))
  }
  mutating func pong(
    _ status: Pong.Status, session: String? = nil, reason: String = "", sentMs: Int64? = nil, stopAfterMs: Int64 = 0
  )
    -> [String]
  {
    apply(
      .pong(
        session: SessionID(session ?? self.session), sentMs: sentMs ?? now,
        Pong(
          ts: Instant(ms: 0), lostThreshold: Milliseconds(15_000), status: status, stopAfter: Milliseconds(stopAfterMs),
          reason: reason)))
  }

  /// Time goes on to `ms`, with every timer on the way.
  mutating func until(_ ms: Int64) -> [String] {
    var shown: [String] = []
    while let due = machine.nextDeadlineMs, due <= ms {
      now = max(now, due)
      shown += apply(.timer)
    }
    now = ms
    return shown
  }
}
