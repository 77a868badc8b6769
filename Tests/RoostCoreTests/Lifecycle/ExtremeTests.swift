import Testing

@testable import RoostCore

@Suite("Extremes") struct ExtremeTests {
  @Test("A runner of 2,000 slots takes 2,000 actors and not one more")
  func manySlots() {
    let world = World().join("r1", slots: 2_000)
    world.isChecking = false
    for number in 0..<2_001 { world.create("a\(10_000 + number)") }
    #expect(world.runner("r1")?.actors.count == 2_000)
    #expect(world["a12000"] == "sleeping")
    world.check()
    world.lost("r1")
    #expect(world.effects.events.filter { $0.kind == .lost }.map(\.actor.text) == (0..<2_000).map { "a\(10_000 + $0)" })
    world.check()
  }

  @Test("A runner of 2,000 slots that joins serves 2,000 of those who wait, in order, and leaves the rest waiting")
  func manySlotsForAQueue() {
    let world = World()
    world.isChecking = false
    let ids = (0..<2_100).map { "a\(10_000 + $0)" }
    for id in ids { world.create(id, .restart) }
    world.join("r1", slots: 2_000)
    #expect(world.runner("r1")?.actors.count == 2_000)
    #expect(world.queue == Array(ids.dropFirst(2_000)))
    world.check()
  }

  @Test("A runner of 0 slots is welcomed, gets nothing, keeps older versions out, and can be drained and lost")
  func noSlots() {
    let world = World().join("old", slots: 1, version: 1).join("none", slots: 0, version: 2)
    #expect(world.said == ["none <- welcome 0"])
    world.create("a1", .restart).create("a2").allocate("a1", on: "none", reply: "x")
    #expect(world.answers == ["x: REJECTED no_slot."])
    #expect(world["a1"] == "pending standing" && world["a2"] == "sleeping")
    #expect(world.reason == "newest_full")
    #expect(world.stale("none").commands == ["old <- 1 start a1 g1"])
    #expect(world.fresh("none").drain("none").commands == ["none <- close drained"])
    #expect(World().join("none", slots: 0).lost("none").commands == ["none <- close lost"])
    #expect(World().join("none", slots: 0).join("none", slots: 1).commands == ["none <- close changed"])
  }

  @Test("At equal times deadlines fire before alarms, each by kind, then by id, and all before the signal of that time")
  func equalTimestamps() {
    let world = World {
      $0.actorStartThreshold = Milliseconds(5_000)
      $0.actorStopThreshold = Milliseconds(5_000)
      $0.runnerDrainDeadline = Milliseconds(5_000)
      $0.destroyedRetention = Milliseconds(5_000)
    }
    world.join("r1", slots: 4).join("r2", slots: 1, version: 0)
    world.create("d").running("d").setsAlarm("d", 5_000).intendsSleep("d").stopped("d")
    world.create("c2").create("c1").create("b2").create("b1").running("b1").running("b2")
    world.intendsSleep("b2").intendsSleep("b1")
    world.create("a2").create("a1").wake("a2", patience: 5_000).wake("a1", patience: 5_000)
    world.create("e").destroy("e").allocate("a1", on: "r2").create("a3").wake("a3", patience: 5_000).drain("r2")
    world.at(5_000).create("z", .sleep)
    #expect(
      world.events == [
        "a2 pending_timeout newest_full '5000'", "a2 sleeping pending_timeout",
        "a3 pending_timeout newest_full '5000'", "a3 sleeping pending_timeout",
        "c1 lost r1 no_start_report", "c1 sleeping crash_policy", "c2 lost r1 no_start_report",
        "c2 sleeping crash_policy",
        "a1 lost r2 no_stop_report", "a1 sleeping crash_policy", "b1 lost r1 no_stop_report", "b1 sleeping stopped",
        "b2 lost r1 no_stop_report", "b2 sleeping stopped", "z created",
      ], "pending, then start, then stop, each in the order of ids; then the alarm, then the signal")
    // The patience of a1 is over at the very time. Then the alarm of d, then z.
    let starts = world.commands.filter { $0.contains("start") }
    #expect(starts == ["r1 <- 13 start d g2", "r1 <- 14 start z g1"])
    #expect(world.state("e") == "unknown", "retention is over at the same time")
  }

  @Test("A broker's clock that goes back an hour moves nothing: what is due is late, never early, and callers are told")
  func clockGoesBack() {
    let hour: Int64 = 3_600_000
    let world = World().join("r1").at(hour).create("a1").wake("a1", patience: 3_000, reply: "x")
    world.create("b").wake("b", patience: 3_000, reply: "y")
    world.at(0).tick()
    #expect(world.now == Instant(ms: hour), "the stream's time stands still")
    #expect(world["b"] == "pending until \(hour + 3_000)")
    world.create("c").wake("c", patience: 3_000)
    #expect(world["c"] == "pending until \(hour + 3_000)", "patience counts from a time that does not go back")
    #expect(world.running("a1").answers == ["x: READY."])
    #expect(world.sleep("a1").due("a1") == hour + 30_000)
    #expect(world.at(hour + 2_999).tick().queue == ["b", "c"])
    #expect(world.at(hour + 3_000).tick().answers == ["y: TIMED_OUT newest_full."])
    #expect(world.queue == [])
  }

  @Test("A pending_timeout_ms of 2^64 - 1 is refused and named; nothing joins, nothing traps")
  func longestTimeout() {
    let world = World().create("a1")
    world.wake("a1", patience: .ms(.max), reply: "x")
    #expect(
      world.cell("a1") == "sleeping | a1 rejected limit:pending_timeout_ms | x: REJECTED limit:pending_timeout_ms.")
    #expect(world.effects.events[0].message.contains("18446744073709551615"))
    world.wake("a1", patience: 5_000).wake("a1", patience: .ms(.max))
    #expect(world["a1"] == "pending until 5000")
    #expect(
      Override(Wake(override: .dontSleep(pendingTimeoutMs: .max)), storedAt: Instant(ms: 5)).deadline == .distantFuture)
  }
}
