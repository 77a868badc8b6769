import RoostCore
import RoostJournal
import RoostNATS
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("The loop rests when it can do nothing, and never while it can")
struct LoopRestTests {
  @Test("an acknowledgement that is due does not keep a loop without a link, or without room on disk, turning")
  func acknowledgementWithoutLink() throws {
    let rig = try Rig()
    rig.announce()
    rig.store("a1", .create(Create()))
    rig.report(RunnerEvent(index: 1, actor: ActorID("a1"), generation: 1, kind: .running))
    try rig.turn()
    rig.disk.isFull = true
    rig.store("a2", .create(Create()))
    try rig.turn()
    rig.clocks.advance(ms: 1_100)
    try rig.turn()
    #expect(rig.loop.isHeld)
    #expect(rig.loop.nextTurnNs > rig.clocks.monotonicNs(), "held")
    rig.disk.isFull = false
    rig.arrivals.notices.append(.linkDown)
    rig.clocks.advance(ms: 300)
    try rig.turn()
    #expect(!rig.loop.isHeld)
    #expect(rig.loop.nextTurnNs > rig.clocks.monotonicNs(), "link down")
    rig.bringUp()
    try rig.settle()
    #expect(rig.link.published.contains { $0.subject == "roost.command.default.gpu.r1.ack" })
  }

  @Test("a dead letter that was not stored does not keep a loop without a link turning")
  func deadLetterWithoutLink() throws {
    let rig = try Rig()
    rig.confirms = false
    rig.store("roost.signal.default.gpu.actor.a1.dance", [])
    try rig.turn()
    rig.arrivals.notices.append(.deadLetterFailed(1))
    try rig.turn()
    rig.arrivals.notices.append(.linkDown)
    rig.clocks.advance(ms: 2_000)
    try rig.turn()
    #expect(rig.loop.nextTurnNs > rig.clocks.monotonicNs())
    rig.bringUp()
    try rig.turn()
    #expect(rig.link.letters.count == 2)
    rig.arrivals.notices.append(.deadLetterStored(1))
    try rig.turn()
    #expect(rig.loop.nextTurnNs > rig.clocks.monotonicNs())
  }

  @Test("a signal whose timers filled the batch is applied in the next turn, though nothing else arrives")
  func signalBehindTimers() throws {
    let rig = try Rig()
    rig.store("a", .create(Create()))
    rig.store("a", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 1_000))))
    try rig.settle()
    rig.clocks.advance(ms: 500)
    for actor in 1..<WorkerLimits.batchInputs { rig.store("b\(actor)", .create(Create())) }
    rig.clocks.advance(ms: 1_000)
    rig.store("c", .create(Create()))
    rig.confirms = false
    try rig.turn()
    #expect(rig.events.contains { $0.kind == .pendingTimeout })
    #expect(!rig.events.contains { $0.actor.text == "c" })
    #expect(rig.loop.hasWork)
    try rig.turn()
    #expect(rig.events.contains { $0.actor.text == "c" && $0.kind == .created })
    #expect(!rig.loop.hasWork)
  }

  @Test("the worker is ready only once the end of the stream was read, not when the link comes up")
  func readyAtTheEnd() throws {
    let rig = try Rig()
    rig.arrivals.notices.removeAll { if case .reading = $0 { true } else { false } }
    try rig.turn()
    #expect(!rig.loop.health.isReady, "reading has not begun")
    rig.store("a", .create(Create()))
    rig.arrivals.notices.append(.reading(pending: 1))
    try rig.turn(deliver: 0)
    #expect(!rig.loop.health.isReady, "one signal is still to come")
    try rig.turn()
    #expect(rig.loop.health.isReady)
  }

  @Test("a worker that starts on a full disk says so, and is not ready when there is room but the stream is not read")
  func fullAtTheStart() throws {
    let rig = try Rig()
    rig.arrivals.notices.removeAll { if case .reading = $0 { true } else { false } }
    try rig.turn()
    rig.disk.isFull = true
    rig.store("a", .create(Create()))
    rig.store("b", .create(Create()))
    rig.arrivals.notices.append(.reading(pending: 2))
    try rig.turn(deliver: 1)
    #expect(rig.loop.health.reason.contains("no room"))
    rig.disk.isFull = false
    rig.clocks.advance(ms: 300)
    try rig.turn(deliver: 0)
    #expect(!rig.loop.health.isReady, "one signal is still to come")
    #expect(rig.loop.health.reason.contains("not been read to its end"))
    try rig.settle()
    #expect(rig.loop.health.isReady)
  }

  @Test("what the broker did not take is published again after a pause, not in a circle")
  func doubtIsPaced() throws {
    let rig = try Rig()
    rig.confirms = false
    rig.announce()
    rig.store("a", .create(Create()), replyTo: "_INBOX.x")
    try rig.turn()
    var rounds = 0
    for _ in 0..<20 {
      rig.arrivals.notices.append(.doubtful(commit: rig.link.commits.last ?? 0))
      let said = rig.link.published.count
      try rig.turn()
      if rig.link.published.count > said { rounds += 1 }
    }
    #expect(rounds == 1)
    #expect(rig.loop.nextTurnNs == rig.clocks.monotonicNs() + WorkerLimits.publishAgainNs)
    rig.clocks.advance(ms: 50)
    try rig.turn()
    #expect(try rig.answers(to: "_INBOX.x").count == 3)
  }

  @Test("a timer fires although signals that the broker announced never come")
  func announcedSignalsNeverCome() throws {
    let rig = try Rig()
    rig.store("a", .create(Create()))
    rig.store("a", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 1_000))))
    try rig.settle()
    // Somebody purges the stream: what was announced is gone.
    rig.arrivals.notices.append(.reading(pending: 3))
    try rig.pass(ms: 5_500)
    #expect(rig.events.contains { $0.kind == .pendingTimeout })
  }

  @Test("ticks that do not come back are sent ever more rarely, and the next one that does fires the timer")
  func lostTicks() throws {
    let rig = try Rig()
    rig.store("a", .create(Create()))
    rig.store("a", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 1_000))))
    try rig.settle()
    rig.confirms = false
    let before = rig.link.ticks.count
    try rig.pass(ms: 61_000)
    let lost = rig.link.ticks.count - before
    #expect((15...30).contains(lost), "\(lost) ticks in a minute")
    #expect(!rig.events.contains { $0.kind == .pendingTimeout })
    rig.confirms = true
    try rig.pass(ms: 7_000)
    #expect(rig.events.contains { $0.kind == .pendingTimeout })
  }

  @Test("pings and questions beyond what a loop should find waiting are dropped, and the dropping of pings is told")
  func floods() {
    var arrivals = Arrivals()
    let inquiry = Inquiry(subject: "roost.ping.default.gpu.r1", replyTo: nil, payload: .bytes([]))
    for _ in 0..<WorkerLimits.waitingPings + 100 { arrivals.take(ping: inquiry) }
    let taken = (0..<WorkerLimits.waitingRequests + 100).count { _ in arrivals.take(request: inquiry) }
    #expect(taken == WorkerLimits.waitingRequests)
    #expect(arrivals.pings.count == WorkerLimits.waitingPings)
    #expect(arrivals.requests.count == WorkerLimits.waitingRequests)
    #expect(arrivals.notices.count == 1)
    guard case .pingsDropped? = arrivals.notices.first else {
      Issue.record("the drop is not told")
      return
    }
  }

  @Test("dead letters without a payload count too: a flood of them holds the signals back")
  func emptyDeadLetters() throws {
    let rig = try Rig()
    rig.confirms = false
    for _ in 0..<600 { rig.store("roost.signal.default.gpu.actor.a1.dance", []) }
    try rig.turn()
    #expect(rig.loop.deadLetters.bytes >= 500 * WorkerLimits.deadLetterOverheadBytes)
  }
}
