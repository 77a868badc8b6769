import RoostCore
import RoostWire

/// The runner's side of the lifecycle: sessions one after the other, commands in, events out, one copy of an actor at
/// a time. No I/O and no clock: time comes with every input, monotonic ms.
///
///     begin -> announcing -> open -> clearing -> announcing ...
///                  ^-----------'        '-> ended
///
/// Within a session commands and events are numbered; a new session begins at 1, after the last copy of the one before
/// has ended: so the slots that it announces are there, and no command of an older session can matter.
struct RunnerMachine {
  /// What never changes about this runner.
  struct Offer: Equatable, Sendable {
    var version: UInt32
    var slots: UInt32
    var metadata: [MetadataEntry] = []
    /// Sessions are called `prefix-1`, `prefix-2` ...; nobody else must have this prefix.
    var sessionPrefix: String
    /// How long leaving may take at most.
    var leaveLimitMs: Int64
  }

  enum Phase: Equatable {
    /// No welcome yet, or none since the worker did not know us; init is sent (again) then.
    case announcing(atMs: Int64)
    case open
    /// The session is over; its actors are ending.
    case clearing(Next)
    case ended
  }

  enum Next: Equatable {
    case newSession
    case finish(RunnerEnd)
  }

  let offer: Offer
  var phase: Phase = .clearing(.newSession)
  var session = SessionID("")
  private var sessions: UInt64 = 0
  private var tickets: PublishTicket = 0
  var lastCommand: CommandIndex = 0
  var copies = Copies()
  var outbox = EventOutbox()
  var leaving: Leaving?

  var pingIntervalMs = RunnerLimits.pingIntervalMs
  var nextPingMs: Int64 = 0
  /// Commands since the last ping.
  var unacknowledged = 0
  /// When the last ping was sent that the worker has answered: from here on it counts our silence, or from later.
  var lastPongMs: Int64 = 0
  /// 0 = keep actors running without pongs.
  var stopAfterMs: Int64 = 0
  /// When the next session may be announced, at the earliest.
  private var announceMs: Int64 = 0
  /// The session has been announced and is not closed: nobody who announced himself before is newer than we are.
  private(set) var isAnnounced = false
  private var out: [RunnerAction] = []

  init(_ offer: Offer) { self.offer = offer }

  /// The first announcement.
  mutating func begin(nowMs: Int64) -> [RunnerAction] {
    turn(nowMs) { $0.continueWhenClear(nowMs) }
  }

  mutating func apply(_ input: RunnerInput, nowMs: Int64) -> [RunnerAction] {
    guard phase != .ended else { return [] }
    return turn(nowMs) { machine in
      switch input {
      case .command(let command): machine.take(command, nowMs)
      case .pong(let session, let sentMs, let pong): machine.take(pong, of: session, sentMs: sentMs, nowMs)
      case .published(let ticket, let isStored): machine.published(ticket, isStored: isStored, nowMs)
      case .linkUp: machine.linkUp(nowMs)
      case .actor(let actor, let generation, let report): machine.take(report, of: actor, generation, nowMs)
      case .leave: machine.leave(nowMs)
      case .timer: break
      }
    }
  }

  /// Whatever happened, what is due is due.
  private mutating func turn(_ nowMs: Int64, _ body: (inout Self) -> Void) -> [RunnerAction] {
    body(&self)
    fireTimers(nowMs)
    publishEvents(nowMs)
    defer { out = [] }
    return out
  }

  mutating func act(_ action: RunnerAction) { out.append(action) }

  mutating func publish(_ signal: RunnerSignal) -> PublishTicket {
    tickets += 1
    act(.publish(signal, tickets))
    return tickets
  }

  mutating func publishEvents(_ nowMs: Int64) {
    guard phase == .open, let events = outbox.next(tickets + 1, nowMs: nowMs) else { return }
    _ = publish(.events(session: session, events))
  }

  // MARK: - Sessions

  /// Goes on with what comes after a session once its last copy is gone.
  mutating func continueWhenClear(_ nowMs: Int64) {
    guard case .clearing(let next) = phase, copies.isEmpty else { return }
    switch next {
    case .newSession: openSession(nowMs)
    case .finish(let end): finish(end)
    }
  }

  mutating func finish(_ end: RunnerEnd) {
    phase = .ended
    act(.finish(end))
  }

  private mutating func openSession(_ nowMs: Int64) {
    sessions += 1
    session = SessionID("\(offer.sessionPrefix)-\(sessions)")
    lastCommand = 0
    unacknowledged = 0
    outbox = EventOutbox()
    copies = Copies()
    phase = .announcing(atMs: max(nowMs, announceMs))
  }

  mutating func announce(_ nowMs: Int64) {
    isAnnounced = true
    phase = .announcing(atMs: nowMs + RunnerLimits.answerMs)
    _ = publish(
      .initialize(
        RunnerInit(
          session: session, version: offer.version, totalSlots: offer.slots, lastCommandIndex: lastCommand,
          metadata: offer.metadata, protocol: WireCodec.protocolVersion)))
    act(.note(.announced(session)))
  }

  /// Another process with our id was welcomed after our session had been closed: it took our place, and another session
  /// of ours would end it.
  mutating func hear(welcomeOf other: SessionID) {
    guard !isAnnounced, !other.text.hasPrefix("\(offer.sessionPrefix)-") else { return }
    switch phase {
    case .clearing(.newSession): phase = .clearing(.finish(.superseded))
    case .announcing: finish(.superseded)
    case .clearing, .open, .ended: break
    }
  }

  /// The session is over: what it had to say has no meaning any more, its actors end.
  mutating func closeSession(reason: String, _ nowMs: Int64) {
    act(.note(.closed(session, reason: reason)))
    let next: Next =
      if reason == "superseded" {
        .finish(.superseded)
      } else if reason.hasPrefix("limit:") {
        .finish(.refused(reason: reason))
      } else if leaving != nil {
        .finish(.left(isDrained: reason == "drained"))
      } else {
        .newSession
      }
    isAnnounced = false
    // A worker that closes every session must not be asked in a loop; and who was held up for long hears now what was said
    // meanwhile.
    announceMs = nowMs + RunnerLimits.pauseMs
    outbox = EventOutbox()
    for (actor, generation) in copies.endAll(.unreported) { act(.end(actor, generation)) }
    _ = copies.dropWaiting()
    phase = .clearing(next)
    continueWhenClear(nowMs)
  }
}
