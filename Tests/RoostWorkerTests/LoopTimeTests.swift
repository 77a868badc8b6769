import RoostCore
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Time in the loop")
struct LoopTimeTests {
  private func outcomes(_ rig: Rig, _ inbox: String) throws -> [Answer.Outcome] {
    try rig.answers(to: inbox).map(\.outcome)
  }

  @Test("a wait times out by a tick that is read back: not before its deadline, and at once after it")
  func pendingTimeout() throws {
    let rig = try Rig()
    rig.announce(slots: 0)
    rig.store("a1", .create(Create()))
    try rig.settle()
    rig.clocks.advance(ms: 50)
    let wokenNs = rig.brokerNs
    rig.store("a1", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 3_000))), replyTo: "_INBOX.x")
    try rig.settle()
    #expect(try outcomes(rig, "_INBOX.x") == [.accepted, .pending])
    let ticks = rig.link.ticks.count
    try rig.pass(ms: 2_999)
    #expect(rig.link.ticks.count == ticks, "nothing was due")
    #expect(try outcomes(rig, "_INBOX.x") == [.accepted, .pending])
    try rig.pass(ms: 3)
    #expect(rig.link.ticks.count == ticks + 1)
    #expect(try outcomes(rig, "_INBOX.x") == [.accepted, .pending, .timedOut])
    let provenNs = try #require(rig.stream.last?.storedAtNs)
    #expect(provenNs - wokenNs >= 3_000_000_000)
    #expect(rig.events.map(\.kind).suffix(2) == [.pendingTimeout, .sleeping])
  }

  @Test("parts of a millisecond never make a deadline early")
  func nanoseconds() throws {
    let rig = try Rig { $0.epochNs += 900_000 }
    rig.announce(slots: 0)
    rig.store("a1", .create(Create()))
    // Stored at .9 ms, due 3,000 ms later; then a message 2,999.2 ms after it.
    rig.store("a1", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 3_000))), replyTo: "_INBOX.x")
    try rig.settle()
    rig.clocks.advance(ms: 2_999)
    rig.epochNs += 200_000
    rig.store("b", .create(Create()))
    try rig.turn()
    #expect(try outcomes(rig, "_INBOX.x") == [.accepted, .pending], "in whole milliseconds 3,000 have passed")
    rig.clocks.advance(ms: 1)
    rig.store("c", .create(Create()))
    try rig.turn()
    #expect(try outcomes(rig, "_INBOX.x") == [.accepted, .pending, .timedOut])
  }

  @Test("any message proves the time, no tick is needed then")
  func messageProves() throws {
    let rig = try Rig()
    rig.announce(slots: 0)
    rig.store("a1", .create(Create()))
    rig.store("a1", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 1_000))), replyTo: "_INBOX.x")
    try rig.settle()
    let ticks = rig.link.ticks.count
    rig.clocks.advance(ms: 1_002)
    rig.store("b1", .create(Create()), pool: PoolID(namespace: "other", name: "pool"))
    try rig.turn()
    #expect(rig.link.ticks.count == ticks)
    #expect(try outcomes(rig, "_INBOX.x") == [.accepted, .pending, .timedOut])
  }

  @Test("ticks that are not read back are sent again every 100 ms and not more often")
  func tickPace() throws {
    let rig = try Rig()
    rig.announce(slots: 0)
    rig.store("a1", .create(Create()))
    rig.store("a1", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 500))))
    try rig.settle()
    rig.confirms = false
    let ticks = rig.link.ticks.count
    try rig.pass(ms: 1_002)
    #expect((5...6).contains(rig.link.ticks.count - ticks))
  }

  @Test("a worker that was away applies what came in time before it lets a deadline pass")
  func away() throws {
    let rig = try Rig()
    rig.store("a2", .create(Create()))
    try rig.settle()
    rig.crash()
    rig.store("a2", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 3_000))), replyTo: "_INBOX.x")
    rig.clocks.advance(ms: 2_000)
    rig.announce("r2", session: "t1")
    rig.clocks.advance(ms: 5_000)
    let returnedMs = rig.brokerNs / 1_000_000
    try rig.start()
    try rig.settle()
    #expect(rig.starts.map(\.actor.text) == ["a2"])
    let view = rig.loop.machine.reading(rig.pool) { $0.actorView(ActorID("a2")) } ?? nil
    guard case .starting(_, let deadline, _)? = view?.record.state else {
      Issue.record("a2 is not starting")
      return
    }
    #expect(deadline.ms - returnedMs >= 30_000, "the start deadline counts from the return, not from the runner's init")
    #expect(deadline.ms - returnedMs <= 30_010)
  }

  @Test("without a link nothing fires, and deadlines of runners get their whole threshold again afterwards")
  func linkDown() throws {
    let rig = try Rig()
    rig.announce(slots: 1)
    rig.store("a1", .create(Create()))
    try rig.settle()
    #expect(rig.starts.count == 1)
    rig.arrivals.notices.append(.linkDown)
    try rig.pass(ms: 60_000)
    #expect(rig.events.map(\.kind) == [.created])
    rig.bringUp()
    try rig.settle()
    rig.ping()
    try rig.pass(ms: 14_000)
    rig.ping()
    try rig.pass(ms: 14_000)
    #expect(rig.events.map(\.kind) == [.created], "the start threshold runs anew")
    rig.ping()
    try rig.pass(ms: 3_000)
    #expect(rig.events.map(\.kind).contains(.lost))
  }

  @Test("a loop that has nothing to do sleeps until the next timer, the next sweep or for ever")
  func sleeps() throws {
    let rig = try Rig()
    try rig.settle()
    #expect(rig.loop.nextTurnNs > rig.clocks.monotonicNs() + 5_000_000_000)
    rig.store("a1", .create(Create()))
    rig.store("a1", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 700))))
    try rig.settle()
    let waitNs = rig.loop.nextTurnNs - rig.clocks.monotonicNs()
    #expect(waitNs > 690_000_000)
    #expect(waitNs <= 702_000_000)
    // Somebody to judge: silence wants a proof twice a second.
    rig.announce(slots: 0)
    try rig.settle()
    #expect(rig.loop.nextTurnNs - rig.clocks.monotonicNs() == WorkerLimits.echoIntervalNs)
  }
}
