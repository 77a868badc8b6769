import Testing

@testable import RoostCore

@Suite("Commands") struct CommandTests {
  @Test("Commands are numbered per session from 1 and kept until they are acknowledged")
  func numbered() {
    let world = World().join("r1", slots: 2).join("r2", slots: 1).create("a1").create("a2").create("a3")
    #expect(world.resent("r1", 0) == ["r1 <- 1 start a1 g1", "r1 <- 2 start a3 g1"])
    #expect(world.resent("r2", 0) == ["r2 <- 1 start a2 g1"])
    world.acknowledge("r1", through: 1)
    #expect(world.effects.needsRecord == false, "a cursor alone waits for the next record")
    #expect(world.resent("r1", 0) == ["r1 <- 2 start a3 g1"])
    #expect(world.reading { $0.lastIssued(RunnerID("r1")) } == 2)
  }

  @Test("A start carries what the actor was created with")
  func facts() {
    let world = World().at(7).join("r1").create("a1", .restart, name: "n", key: "k", input: [1, 2])
    let facts = ActorFacts(name: "n", key: "k", crashPolicy: .restart, input: [1, 2], createdAt: Instant(ms: 7))
    guard case .start(_, facts)? = world.effects.commands.first?.body else {
      return #expect(Bool(false), "\(world.effects.commands)")
    }
  }

  @Test("A runner's deadlines count from the worker's clock, a caller's from its message")
  func clock() {
    let world = World().join("r1").create("a1")
    world.clock = Instant(ms: 50_000)
    world.at(1_000).create("b").wake("b", patience: 3_000).running("a1").intendsSleep("a1")
    #expect(world.due("a1") == 80_000)
    #expect(world.due("b") == 4_000)
    world.wake("b", patience: .forever).at(2_000).drain("r1")
    #expect(world.runner("r1")?.record.session?.drainDeadline == Instant(ms: 110_000))
    #expect(world.destroy("b").due("b") == 86_450_000)
  }
}
