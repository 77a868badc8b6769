import RoostCore
import RoostTestKit
import RoostWire
import Testing

@testable import RoostRunner

@Suite("A runner's machine on random walks")
struct RandomWalkTests {
  /// What must hold of every action, whatever happened before.
  private struct Judge {
    var running: [ActorID: Generation] = [:]
    var started: [ActorID: Generation] = [:]
    var tickets: [PublishTicket] = []
    var ended: Set<ActorID> = []
    var session = SessionID("")
    var lastEvent: EventIndex = 0
    var isFinished = false

    mutating func see(_ action: RunnerAction, slots: Int, mayStart: Bool) {
      #expect(!isFinished, "after the last action: \(action)")
      switch action {
      case .start(let order):
        #expect(running[order.actor] == nil, "two copies of \(order.actor)")
        #expect(order.generation > started[order.actor] ?? 0, "\(order.actor) goes back")
        running[order.actor] = order.generation
        started[order.actor] = order.generation
        #expect(running.count <= slots)
        #expect(mayStart, "a start after stop_after without a pong")
      case .end(let actor, let generation):
        #expect(running[actor] == generation)
        #expect(ended.insert(actor).inserted, "\(actor) is told twice")
      case .publish(.initialize(let it), let ticket):
        tickets.append(ticket)
        if it.session == session { return }
        #expect(running.isEmpty, "a new session while actors of the old one are here")
        (session, lastEvent, started) = (it.session, 0, [:])
      case .publish(.events(let from, let events), let ticket):
        tickets.append(ticket)
        #expect(from == session)
        #expect(events.map(\.index) == (0..<events.count).map { (events.first?.index ?? 0) + EventIndex($0) })
        #expect(events.first.map { $0.index <= lastEvent + 1 } == true, "a gap in the events")
        lastEvent = max(lastEvent, events.last?.index ?? 0)
      case .publish(.stopping, let ticket): tickets.append(ticket)
      case .finish:
        isFinished = true
      case .ping, .note: break
      }
    }
  }

  @Test("one copy an actor, never more than slots, no gap in events, no session over old actors", arguments: 1...300)
  func walk(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let slots = Int.random(in: 1...3, using: &random)
    var machine = RunnerMachine(
      RunnerMachine.Offer(version: 1, slots: UInt32(slots), sessionPrefix: "s", leaveLimitMs: 30_000))
    var judge = Judge()
    var (now, index): (Int64, CommandIndex) = (0, 0)
    var session = machine.session
    let stopAfter = Milliseconds(seed % 3 == 0 ? 2_000 : 0)
    func take(_ actions: [RunnerAction]) {
      let mayStart = machine.permitEndMs.map { now < $0 } ?? true
      for action in actions { judge.see(action, slots: slots, mayStart: mayStart) }
    }
    take(machine.begin(nowMs: now))
    for _ in 0..<400 {
      now += Int64.random(in: 0...700, using: &random)
      // Nobody has heard of a session before it is announced.
      if judge.session != session { (session, index) = (judge.session, 0) }
      let actor = ActorID("a\(Int.random(in: 1...5, using: &random))")
      let generation = Generation.random(in: 1...6, using: &random)
      var input = RunnerInput.timer
      switch Int.random(in: 0..<15, using: &random) {
      case 0...2:
        index += Int.random(in: 0..<10, using: &random) == 0 ? 0 : 1
        input = command(
          session,
          .start(StartOrder(index: index, actor: actor, generation: generation, name: "", createdAt: Instant(ms: 0))))
      case 3, 4:
        index += 1
        let reason: StopReason = Bool.random(using: &random) ? .stale : .sleep
        input = command(session, .stop(StopOrder(index: index, actor: actor, generation: generation, reason: reason)))
      case 5:
        let last = EventIndex.random(in: 0...judge.lastEvent, using: &random)
        let welcome = Welcome(
          lastEventIndex: last, lostThreshold: .zero, pingInterval: Milliseconds(500), stopAfter: stopAfter)
        input = command(session, .welcome(welcome))
        if session == machine.session { index = machine.lastCommand }
      case 6:
        input = command(session, .acknowledged(through: EventIndex.random(in: 0...judge.lastEvent, using: &random)))
      case 7:
        let reason = ["lost", "drained", "changed"][Int.random(in: 0..<3, using: &random)]
        if Int.random(in: 0..<4, using: &random) == 0 { input = command(session, .close(reason: reason)) }
      case 8: input = .linkUp
      case 9...10:
        if let ticket = judge.tickets.popLast() { input = .published(ticket, isStored: Bool.random(using: &random)) }
      case 11...12:
        guard let (actor, generation) = judge.running.min(by: { $0.key < $1.key }) else { break }
        let isEnd = Bool.random(using: &random)
        if isEnd { (judge.running[actor], _) = (nil, judge.ended.remove(actor)) }
        input = .actor(actor, generation, isEnd ? .stopped(error: nil) : .running)
      case 13:
        let pong = Pong(ts: Instant(ms: 0), lostThreshold: .zero, status: .known, stopAfter: stopAfter, reason: "")
        input = .pong(session: session, sentMs: now - Int64.random(in: 0...1_000, using: &random), pong)
      default: if Int.random(in: 0..<100, using: &random) == 0 { input = .leave }
      }
      take(machine.apply(input, nowMs: now))
      #expect(machine.nextDeadlineMs.map { $0 > now } ?? true || judge.isFinished, "a deadline that has passed")
    }
  }

  private func command(_ session: SessionID, _ body: ReceivedCommand.Body) -> RunnerInput {
    .command(ReceivedCommand(session: session, body: body))
  }
}
