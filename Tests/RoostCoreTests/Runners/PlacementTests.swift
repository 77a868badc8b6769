import Testing

@testable import RoostCore

@Suite("Placement") struct PlacementTests {
  /// Where the next actors go, one after the other.
  private func places(_ world: World, _ count: Int) -> [String] {
    (0..<count).map { number in
      world.create("n\(number)")
      return world.record(of: "n\(number)")?.state.placement?.runner.text ?? "-"
    }
  }

  @Test("The largest free share first, then the fewest actors, then the lowest id")
  func order() {
    let world = World().join("r2", slots: 4).join("r9", slots: 2).join("r3", slots: 4)
    // All free: by id. Then 3/4, 3/4, 1/2; at 2/4, 2/4, 1/2 r9 has the fewest actors; and so on.
    #expect(places(world, 10) == ["r2", "r3", "r9", "r2", "r3", "r9", "r2", "r3", "r2", "r3"])
    #expect(places(World().join("r1", slots: 1), 2) == ["r1", "-"])
  }

  @Test("Shares are compared exactly: 2 of 3 is more than 1,333 of 2,000")
  func exactShares() {
    let world = World().join("big", slots: 2_000).join("small", slots: 3)
    world.isChecking = false
    for number in 0..<668 { world.create("x\(number)") }
    let small = world.runner("small")?.actors.count
    let big = world.runner("big")?.actors.count
    #expect(small == 1 && big == 667)
    #expect(places(world, 1) == ["small"])
    world.check()
  }

  @Test("Only the highest version among eligible runners is used; while it is full, older ones are not")
  func highestVersion() {
    let world = World().join("new", slots: 1, version: 2).join("old", slots: 5, version: 1)
    #expect(places(world, 2) == ["new", "-"])
    world.create("w", .restart)
    #expect(world["w"] == "pending standing")
    #expect(world.stale("new").commands == ["old <- 1 start w g1"], "a stale one is not eligible")
    world.create("v", .restart)
    #expect(world["v"] == "starting g1 old standing")
    world.fresh("new").create("u", .restart)
    #expect(world["u"] == "pending standing")
    #expect(world.drain("new").commands == ["new <- 2 stop n0 g1 goingAway", "old <- 3 start u g1"])
  }

  @Test("A runner of the newest version without slots keeps older ones out")
  func withoutSlots() {
    let world = World().join("old", slots: 1, version: 1).join("new", slots: 0, version: 2).create("a1", .restart)
    #expect(world["a1"] == "pending standing")
    #expect(world.reason == "newest_full")
    #expect(world.lost("new").commands == ["new <- close lost", "old <- 1 start a1 g1"])
  }

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

  @Test("A stale runner keeps its actors and their events count; fresh again, it serves the line")
  func stale() {
    let world = World().join("r1", slots: 2).create("a1").stale("r1").running("a1").create("b", .restart)
    #expect(world["a1"] == "running g1 r1")
    #expect(world["b"] == "pending standing")
    #expect(world.stale("r1").said == [])
    #expect(world.fresh("r1").commands == ["r1 <- 2 start b g1"])
    #expect(world.fresh("r9").said == [])
  }

  @Test("A stale runner's new session is fresh")
  func freshBySession() {
    let world = World().join("r1").stale("r1").join("r1", session: "s2").create("a1")
    #expect(world["a1"] == "starting g1 r1")
  }

  @Test("allocate: the first reason that holds is told, and no slot is touched")
  func allocateReasons() {
    let world = World().join("r1", slots: 1).create("a0").running("a0").create("a1", .restart)
    let ticket = world.record(of: "a1")?.state.ticket ?? 0
    #expect(world.allocate("a0", on: "r9", ticket: 99, reply: "x").answers == ["x: REJECTED not_pending."])
    #expect(world.allocate("a1", on: "r9", ticket: ticket + 1, reply: "x").answers == ["x: REJECTED stale_ticket."])
    #expect(world.allocate("a1", on: "r9", ticket: ticket, reply: "x").answers == ["x: REJECTED unknown_runner."])
    world.stale("r1").drain("r1")
    #expect(world.allocate("a1", on: "r1", reply: "x").answers == ["x: REJECTED draining."])
    world.lost("r1")
    #expect(world.allocate("a1", on: "r1", reply: "x").answers == ["x: REJECTED unknown_runner."])
    world.join("r2", slots: 0)
    #expect(world.allocate("a1", on: "r2", reply: "x").answers == ["x: REJECTED no_slot."])
    world.stale("r2")
    #expect(world.allocate("a1", on: "r2", reply: "x").answers == ["x: REJECTED stale_runner."])
    #expect(world["a1"] == "pending standing")
    #expect(world.queue == ["a1"])
  }

  @Test("allocate takes one out of the middle of the line; the answer names where it went")
  func allocate() {
    let world = World().join("r2", version: 2).join("r1", version: 1).create("a0")
    for id in ["a", "b", "c"] { world.create(id, .restart) }
    world.allocate("b", on: "r1", ticket: world.record(of: "b")?.state.ticket, reply: "x")
    #expect(world.said == ["r1 <- 1 start b g1", "x: ACCEPTED."])
    #expect(world.effects.answers[0].runner == RunnerID("r1") && world.effects.answers[0].generation == 1)
    #expect(world.queue == ["a", "c"])
    #expect(world.allocate("a", on: "r1", reply: "x").answers == ["x: REJECTED no_slot."])
  }
}
