import Testing

@testable import RoostCore

private func full(_ sleepers: String...) -> World {
  let world = World().join("r1", slots: 1).create("a0").running("a0")
  for sleeper in sleepers { world.create(sleeper) }
  return world
}

@Suite("Waiters") struct WaiterTests {
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
