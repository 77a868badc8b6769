import Testing

@testable import RoostCore

private func full(_ sleepers: String...) -> World {
  let world = World().join("r1", slots: 1).create("a0").running("a0")
  for sleeper in sleepers { world.create(sleeper) }
  return world
}

@Suite("Waiters") struct WaiterTests {
  @Test(
    "An answer carries the actor's state, runner and generation as they are when it is given, and the wake's sequence")
  func fields() {
    let world = World.with(.starting).wake("a1", reply: "x")
    let sequence = world.sequence
    let destroyed = world.destroy("a1", reply: "y").effects.answers
    #expect(destroyed.map(\.state) == ["destroying", "destroying"])
    #expect(destroyed.map(\.sequence) == [sequence, sequence + 1])
    #expect(destroyed.allSatisfy { $0.runner == RunnerID("r1") && $0.generation == 1 && $0.actor == ActorID("a1") })
    let waiting = World.with(.pending).wake("a1", reply: "x")
    #expect(waiting.destroy("a1").effects.answers.map(\.state) == ["destroyed"])
    let running = World.with(.running).wake("a1", reply: "x").effects.answers
    #expect(running.map(\.runner) == [RunnerID("r1")], "who finds it running learns where")
  }

  @Test("The sixteenth waits, the seventeenth's wake counts and is answered at once")
  func seventeenth() {
    let world = full("a1")
    for number in 1...16 { world.wake("a1", patience: 1_000, reply: "x\(number)") }
    #expect(world.answers == ["x16: ACCEPTED #1 ...", "x16: PENDING newest_full #1 ..."])
    world.wake("a1", patience: 5_000, reply: "late")
    #expect(world.answers == ["late: ACCEPTED too_many_waiters #1."])
    #expect(world["a1"] == "pending until 5000")
    #expect(world.at(1_000).tick().answers.count == 16)
    #expect(world.wake("a1", reply: "again").answers.count == 2)
  }
}
