import RoostCore
import RoostNATS
import RoostWire

/// One runner process, written from the rules of the wire alone (lifecycle, runners): sessions, numbered commands and
/// events, pings. What it does wrong it is told to.
final class SimulatedRunner {
  enum Phase { case announcing, open, dead }

  unowned let simulation: Simulation
  let pool: PoolID
  let id: RunnerID
  let process: Int
  var version: UInt32
  var slots: Int
  var phase = Phase.announcing
  var session = SessionID("")
  var sessions = 0

  // MARK: - Commands

  var lastCommand: CommandIndex = 0
  var unacknowledged = 0

  // MARK: - Events: kept until acknowledged

  var events: [RunnerEvent] = []
  var lastEvent: EventIndex = 0
  /// Events through this one were published and the broker acknowledged it.
  var published: EventIndex = 0
  var acknowledgedNs: Int64 = 0
  var resendMs: Int64 = 5_000
  var publishingUntilNs: Int64?
  var publication = 0

  // MARK: - Actors

  var copies: [ActorID: ActorCopy] = [:]
  var newest: [ActorID: Generation] = [:]

  // MARK: - Time and troubles

  var announceNs: Int64
  var pingNs: Int64 = 0
  var pingIntervalMs: Int64 = 3_000
  var lastPongNs: Int64 = 0
  var stopAfterMs: Int64 = 0
  var frozenUntilNs: Int64 = 0
  var silentUntilNs: Int64 = 0
  var ignoresStopsUntilNs: Int64 = 0
  var neverReportsUntilNs: Int64 = 0
  var isLinkUp = true
  var dropsCommands = 0
  var isLeaving = false
  /// The last command that it names when it leaves, and when it says again that it does.
  var leavingIndex: CommandIndex?
  var leavingNs = Int64.max
  var inbox: [ReceivedCommand] = []
  var lastArrivalNs: Int64 = 0
  var lastSentNs: Int64 = 0

  init(_ simulation: Simulation, _ pool: PoolID, _ id: RunnerID, process: Int, slots: Int, version: UInt32) {
    self.simulation = simulation
    self.pool = pool
    self.id = id
    self.process = process
    self.slots = slots
    self.version = version
    announceNs = simulation.nowNs
    beginSession(atNs: simulation.nowNs)
  }

  var name: String { "\(pool.name)/\(id)#\(process)" }
  var now: Int64 { simulation.nowNs }

  // MARK: - Time

  var nextNs: Int64 {
    if phase == .dead { return .max }
    var next = Int64.max
    if !inbox.isEmpty { next = now }
    switch phase {
    case .announcing: next = min(next, announceNs)
    case .open:
      next = min(next, max(pingNs, silentUntilNs), leavingNs)
      if let until = publishingUntilNs {
        next = min(next, until)
      } else if published < lastEvent {
        next = now
      } else if !events.isEmpty {
        next = min(next, acknowledgedNs + resendMs * 1_000_000)
      }
    case .dead: break
    }
    for copy in copies.values { next = min(next, copy.dueNs) }
    if stopAfterMs > 0, !copies.isEmpty { next = min(next, lastPongNs + stopAfterMs * 1_000_000) }
    return max(next, frozenUntilNs)
  }

  func work() {
    guard phase != .dead, now >= frozenUntilNs else { return }
    while !inbox.isEmpty, phase != .dead { take(inbox.removeFirst()) }
    actorsWork()
    guard phase != .dead else { return }
    if stopAfterMs > 0, !copies.isEmpty, now >= lastPongNs + stopAfterMs * 1_000_000 { stopAllForSilence() }
    if phase == .announcing, now >= announceNs { announce() }
    guard phase == .open else { return }
    if now >= max(pingNs, silentUntilNs) { ping() }
    publishEvents()
    if now >= leavingNs { sayLeaving() }
  }

  // MARK: - Sessions

  func beginSession(atNs: Int64) {
    sessions += 1
    session = SessionID("\(id)-\(process)-\(sessions)")
    lastCommand = 0
    unacknowledged = 0
    events = []
    (lastEvent, published) = (0, 0)
    publishingUntilNs = nil
    publication += 1
    leavingNs = .max
    newest = [:]
    phase = .announcing
    announceNs = atNs
    lastPongNs = now
  }

  func announce() {
    announceNs = now + 2_000_000_000
    simulation.publish(
      self,
      .initialize(
        RunnerInit(
          session: session, version: version, totalSlots: UInt32(slots), lastCommandIndex: lastCommand)))
  }

  /// Another offer under the same session, which the worker must not take.
  func announceNow() {
    if phase == .open { announce() }
  }

  /// All actors are stopped before the next session, so that its slots are there.
  func close(_ reason: String) {
    simulation.coverage.add("runner is closed: \(reason.prefix { $0 != ":" })")
    copies = [:]
    if reason == "superseded" || isLeaving || reason.hasPrefix("limit") { return die() }
    beginSession(atNs: now + 20_000_000)
  }

  func die() {
    copies = [:]
    phase = .dead
  }

  // MARK: - Pings

  func ping() {
    pingNs = now + pingIntervalMs * 1_000_000
    unacknowledged = 0
    simulation.ping(self, lastCommand)
  }

  func pingSoon() {
    unacknowledged += 1
    pingNs = min(pingNs, unacknowledged >= 64 ? now : now + 250_000_000)
  }

  func take(_ pong: Pong) {
    guard phase != .dead else { return }
    lastPongNs = now
    stopAfterMs = pong.stopAfter.value
    switch pong.status {
    case .known, .unspecified: break
    case .unknown:
      guard phase == .open else { return }
      phase = .announcing
      announceNs = now
    case .closed: close(pong.reason)
    }
  }
}
