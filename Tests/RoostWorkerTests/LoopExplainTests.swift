import RoostCore
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Explanations of a loop")
struct LoopExplainTests {
  private func explain(_ rig: Rig, _ actor: String?) throws -> Explanation {
    let reply = try rig.reply(to: .explain(actor.map { ActorID($0) }))
    guard case .explain(let explanation) = reply else {
      Issue.record("explain gave \(reply)")
      return Explanation(actor: nil, summary: "")
    }
    return explanation
  }

  @Test("whether there is room, where, and why not, and what would make some")
  func pool() throws {
    let rig = try Rig()
    #expect(try rig.reply(to: .explain(nil)).code == "unknown_pool")
    rig.store("a1", .create(Create()))
    try rig.settle()
    #expect(try explain(rig, nil).remedies == ["Start a runner: roost runner --pool default/gpu."])
    rig.announce("r1", version: 1, slots: 4)
    try rig.settle()
    #expect(try explain(rig, nil).summary == "An actor that is woken now is placed on r1.")
    rig.announce("r2", version: 2, slots: 1)
    rig.store("a1", .wake(Wake()))
    try rig.settle()
    let full = try explain(rig, nil)
    #expect(
      full.facts == [
        "Pool default/gpu has 2 runners with an open session; 0 are silent, 0 drain.",
        "The highest version, 2, has 1 runner with 1 slot, 0 of them free.",
        "Runners of lower versions have 4 free slots, not used meanwhile.",
      ])
    #expect(full.remedies.count == 2)
    for runner in ["r2", "r1"] {
      rig.store(rig.subjects.signal(rig.pool, .drain), rig.codec.encode(PoolSignal.drain(RunnerID(runner))))
    }
    try rig.settle()
    #expect(try explain(rig, nil).summary.contains("its one runner is draining"))
  }

  @Test("who would have to wait is told how many are before it")
  func place() throws {
    let rig = try Rig()
    for (waiting, place) in ["as the first", "behind 1 other", "behind 2 others"].enumerated() {
      rig.store("a\(waiting)", .create(Create()))
      try rig.settle()
      let summary = try explain(rig, nil).summary
      #expect(summary.hasPrefix("An actor that is woken now waits for a slot \(place), or stays asleep"), "\(summary)")
      rig.store("a\(waiting)", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 60_000))))
      try rig.settle()
    }
  }

  @Test("a pool's numbers, the settings that hold, and which of them are its own")
  func description() throws {
    let rig = try Rig()
    rig.announce("r1", version: 1, slots: 4)
    rig.announce("r2", version: 2, slots: 1)
    rig.store("a1", .create(Create()))
    rig.store("a2", .create(Create()))
    var own = PoolSettingsOverlay()
    own.maxPending = 7
    rig.store(rig.subjects.signal(rig.pool, .configure), rig.codec.encode(PoolSignal.configure(own)))
    try rig.settle()
    let pool = try #require(try explain(rig, nil).pool)
    #expect(try explain(rig, "a1").pool == nil)
    #expect((pool.actors, pool.pending, pool.runners, pool.slots, pool.freeSlots) == (2, 0, 2, 1, 0))
    #expect(pool.pendingReason == "newest_full")
    #expect(pool.ownSettings == own)
    #expect(pool.settings.maxPending == 7)
    #expect(pool.settings.maxActors == rig.loop.machine.defaults.maxActors)
  }

  @Test("runners that have fallen silent are the reason until one pings")
  func silent() throws {
    let rig = try Rig()
    rig.announce("r1", slots: 4)
    try rig.pass(ms: 11_000)
    let explanation = try explain(rig, nil)
    #expect(explanation.summary.contains("the one runner that may take actors has fallen silent"))
    rig.ping("r1")
    try rig.settle()
    #expect(try explain(rig, nil).summary == "An actor that is woken now is placed on r1.")
  }

  @Test("an actor's state, how long it has been in it, its last error and what would move it")
  func actor() throws {
    let rig = try Rig()
    rig.store("a1", .create(Create()))
    rig.store("a2", .create(Create()))
    try rig.settle()
    #expect(try rig.reply(to: .explain(ActorID("a9"))).code == "unknown_actor")
    #expect(try explain(rig, "a1").summary == "Actor a1 sleeps, and nothing asks for it.")
    rig.store("a1", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 60_000))))
    try rig.pass(ms: 5_000)
    let waiting = try explain(rig, "a1")
    #expect(waiting.summary == "Actor a1 has waited for a slot for 5 s, as number 1 of 1: the pool has no runner.")
    #expect(waiting.facts.first == "It gives up in 55 s.")
    #expect(waiting.actor?.actor == ActorID("a1"))
    try rig.pass(ms: 56_000)
    let asleep = try explain(rig, "a1")
    #expect(asleep.facts.first == "When it was last wanted, the pool has no runner.")
    rig.announce("r1", slots: 4)
    rig.store("a2", .wake(Wake()))
    try rig.settle()
    #expect(try explain(rig, "a2").summary.hasPrefix("Actor a2 is being started on r1"))
    rig.report(RunnerEvent(index: 1, actor: ActorID("a2"), generation: 1, kind: .running))
    try rig.settle()
    #expect(try explain(rig, "a2").summary.hasPrefix("Actor a2 runs on r1 since "))
    rig.report(RunnerEvent(index: 2, actor: ActorID("a2"), generation: 1, kind: .stopped(error: "boom")))
    try rig.settle()
    #expect(try explain(rig, "a2").facts.first == "Its last run ended by a crash: boom")
    rig.store("a2", .destroy)
    try rig.settle()
    #expect(try explain(rig, "a2").summary.contains("was destroyed"))
  }
}
