import RoostCore
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Wakes that a loop waits for")
struct LoopWakeTests {
  /// A pool with the actor a1, which sleeps, and room for one.
  private func rig(slots: UInt32 = 1) throws -> Rig {
    let rig = try Rig()
    rig.store("a1", .create(Create()))
    try rig.settle()
    rig.announce(slots: slots)
    try rig.settle()
    rig.link.replies = []
    return rig
  }

  private func outcome(_ reply: APIReply?) -> Answer? { if case .wake(let answer)? = reply { answer } else { nil } }

  @Test("the reply comes when the actor is ready, and names where it runs")
  func ready() throws {
    let rig = try rig()
    rig.ask(.wake(WakeRequest(actor: ActorID("a1"))))
    try rig.settle()
    #expect(try rig.takeReplies(.wake).isEmpty)
    rig.report(RunnerEvent(index: 1, actor: ActorID("a1"), generation: 1, kind: .running))
    try rig.settle()
    let replies = try rig.takeReplies(.wake)
    #expect(replies.count == 1)
    #expect(outcome(replies.first)?.outcome == .ready)
    #expect(outcome(replies.first)?.runner == RunnerID("r1"))
    // It runs: that is said at once.
    #expect(outcome(try rig.reply(to: .wake(WakeRequest(actor: ActorID("a1")))))?.outcome == .ignored)
    #expect(rig.loop.wakes.count == 0)
  }

  @Test("an actor that there is not, and a wish outside its limits, come back as the machine refuses them")
  func refused() throws {
    let rig = try rig()
    #expect(outcome(try rig.reply(to: .wake(WakeRequest(actor: ActorID("a9")))))?.reason == "unknown_actor")
    let forever = WakeRequest(actor: ActorID("a1"), override: .dontSleep(pendingTimeoutMs: .max))
    #expect(outcome(try rig.reply(to: .wake(forever)))?.outcome == .rejected)
    let patient = WakeRequest(actor: ActorID("a1"), readyTimeoutMs: .max)
    #expect(try rig.reply(to: .wake(patient)).code == "limit:ready_timeout_ms")
    #expect(rig.loop.wakes.count == 0)
  }

  @Test("without room the actor waits as long as the gateway does, and the caller hears that its time is over")
  func noRoom() throws {
    let rig = try rig(slots: 0)
    rig.ask(.wake(WakeRequest(actor: ActorID("a1"))))
    try rig.pass(ms: 59_000)
    #expect(try rig.takeReplies(.wake).isEmpty)
    rig.ping()
    try rig.pass(ms: 2_000)
    #expect(outcome(try rig.takeReplies(.wake).first)?.outcome == .timedOut)
  }

  @Test("a caller's own time ends before: never early, the wake stands, and the reply says so")
  func readyTimeout() throws {
    let rig = try rig()
    rig.ask(.wake(WakeRequest(actor: ActorID("a1"), readyTimeoutMs: 3_000)))
    try rig.pass(ms: 2_900)
    #expect(try rig.takeReplies(.wake).isEmpty)
    try rig.pass(ms: 200)
    let reply = try #require(try rig.takeReplies(.wake).first)
    #expect(reply.code == "ready_timeout")
    #expect(reply.error?.isRetryable == true)
    // What comes later finds nobody.
    rig.report(RunnerEvent(index: 1, actor: ActorID("a1"), generation: 1, kind: .running))
    try rig.settle()
    #expect(try rig.takeReplies(.wake).isEmpty)
    #expect(rig.loop.wakes.nextNs == .max)
  }

  @Test("a stop in between makes another wake, 16 times at most")
  func throughStops() throws {
    let rig = try rig()
    rig.ask(.wake(WakeRequest(actor: ActorID("a1"))))
    try rig.settle()
    for round in 0...16 {
      #expect(try rig.takeReplies(.wake).isEmpty, "after \(round) stops")
      rig.store("a1", .sleep)
      try rig.settle()
      rig.report(
        RunnerEvent(
          index: UInt64(round + 1), actor: ActorID("a1"), generation: UInt32(round + 1), kind: .stopped(error: nil)))
      try rig.settle()
    }
    let replies = try rig.takeReplies(.wake)
    #expect(replies.count == 1)
    #expect(outcome(replies.first)?.outcome == .sleeping)
    #expect(rig.stream.count { $0.subject.hasSuffix(".a1.wake") } == 17)
  }

  @Test("so many callers wait and no more, and a 17th at one actor is told that it is one too many")
  func limits() throws {
    let rig = try rig(slots: 0)
    for _ in 0..<17 { rig.ask(.wake(WakeRequest(actor: ActorID("a1")))) }
    try rig.settle()
    #expect(try rig.takeReplies(.wake).map(\.code) == ["too_many_waiters"])
    rig.confirms = false
    for _ in 0..<WorkerLimits.waitingWakes { rig.ask(.wake(WakeRequest(actor: ActorID("a1")))) }
    try rig.turn()
    while rig.loop.hasWork { try rig.turn() }
    #expect(try rig.takeReplies(.wake).map(\.code) == Array(repeating: "busy", count: 16))
    #expect(rig.loop.wakes.count == WorkerLimits.waitingWakes)
  }

  @Test("a wake that may not be stored, and the worker's end, are told to who waits")
  func ends() throws {
    let rig = try rig(slots: 0)
    rig.confirms = false
    rig.ask(.wake(WakeRequest(actor: ActorID("a1"))))
    try rig.turn()
    let number = try #require(rig.link.wakes.first?.number)
    rig.arrivals.notices.append(.wakeNotStored(number: number, reason: "the stream is full"))
    try rig.turn()
    #expect(try rig.takeReplies(.wake).map(\.code) == ["not_stored"])
    rig.ask(.wake(WakeRequest(actor: ActorID("a1"))))
    try rig.turn()
    rig.loop.stopTakingSignals()
    try rig.turn()
    let replies = try rig.takeReplies(.wake)
    #expect(replies.map(\.code) == ["not_ready"])
    #expect(replies.first?.error?.isRetryable == true)
  }
}
