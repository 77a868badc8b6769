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

  @Test("An acknowledgement of another session, of less or of more than was issued changes nothing")
  func wrongAcknowledgement() {
    let world = World().join("r1", slots: 2).create("a1").create("a2").acknowledge("r1", through: 1)
    for (session, through) in [("s2", 2), ("s1", 1), ("s1", 0), ("s1", 3)] as [(String, CommandIndex)] {
      world.acknowledge("r1", session: session, through: through)
      #expect(world.effects.changes == [])
    }
    world.acknowledge("r9", through: 1)
    #expect(world.resent("r1", 0) == ["r1 <- 2 start a2 g1"])
  }

  @Test("A start whose actor moved on is sent again as stop(STALE), under its index")
  func staleStart() {
    let world = World().join("r1", slots: 3).create("a1").create("a2").create("a3")
    world.stopped("a1", error: "x").wake("a1").destroy("a2")
    #expect(
      world.resent("r1", 0) == [
        "r1 <- 1 stop a1 g1 stale", "r1 <- 2 start a2 g1", "r1 <- 3 start a3 g1", "r1 <- 4 start a1 g2",
        "r1 <- 5 stop a2 g1 destroy",
      ])
    #expect(world.resent("r1", 3) == ["r1 <- 4 start a1 g2", "r1 <- 5 stop a2 g1 destroy"])
    #expect(world.resent("r9", 0) == [])
    #expect(world.lost("r1").resent("r1", 0) == [])
  }

  @Test("A start carries what the actor was created with")
  func facts() {
    let world = World().at(7).join("r1").create("a1", .restart, name: "n", key: "k", input: [1, 2])
    let facts = ActorFacts(name: "n", key: "k", crashPolicy: .restart, input: [1, 2], createdAt: Instant(ms: 7))
    guard case .start(_, facts)? = world.effects.commands.first?.body else {
      return #expect(Bool(false), "\(world.effects.commands)")
    }
  }

  @Test("Deadlines that wait for a runner get their whole threshold again; those of callers do not move")
  func renew() {
    let states: [StateName] = [.starting, .sleepIntent, .stopIntent, .goingAway, .destroying]
    for state in states {
      let world = World.with(state).at(10_000).tick().input(.renewDeadlines)
      #expect(world.due("a1") == 40_000, "\(state)")
      #expect(world.at(39_999).tick().state("a1") == state.rawValue)
      #expect(world.at(40_000).tick().state("a1") != state.rawValue)
    }
    for state in [StateName.pending, .backoff, .destroyed] {
      let world = World.with(state)
      let due = world.due("a1")
      #expect(world.at(1_000).tick().input(.renewDeadlines).due("a1") == due, "\(state)")
    }
    let drained = World.with(.running).drain("r1").at(10_000).tick().input(.renewDeadlines)
    #expect(drained.runner("r1")?.record.session?.drainDeadline == Instant(ms: 70_000))
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
