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
