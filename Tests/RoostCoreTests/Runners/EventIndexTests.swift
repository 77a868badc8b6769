import Testing

@testable import RoostCore

@Suite("Runner events") struct EventIndexTests {
  private func event(_ index: EventIndex, _ actor: String, _ generation: Generation, _ kind: RunnerEvent.Kind)
    -> RunnerEvent
  {
    RunnerEvent(index: index, actor: ActorID(actor), generation: generation, kind: kind)
  }

  @Test("Exactly the next index is taken; a list is taken in its order and acknowledged once")
  func inOrder() {
    let world = World().join("r1").create("a1")
    world.events(
      "r1", [event(1, "a1", 1, .running), event(2, "a1", 1, .sleepIntent), event(3, "a1", 1, .stopped(error: nil))])
    #expect(
      world.said == [
        "r1 <- 2 stop a1 g1 sleep", "a1 ready r1", "a1 sleep_intent r1", "a1 stopped r1 ok", "a1 sleeping stopped",
        "r1 <- ack 3",
      ])
    #expect(world.tally == Tally(applied: 1))
  }

  @Test("A gap is answered with welcome and the last index; what came before it in the list is taken")
  func gap() {
    let world = World().join("r1").create("a1")
    world.events("r1", [event(2, "a1", 1, .running)])
    #expect(world.cell("a1") == "starting g1 r1 | r1 <- welcome 0")
    world.events("r1", [event(1, "a1", 1, .running), event(3, "a1", 1, .sleepIntent)])
    #expect(world.cell("a1") == "running g1 r1 | r1 <- welcome 1 | a1 ready r1 | r1 <- ack 1")
    #expect(world.tally.droppedEvents == 1)
  }

  @Test("A repeated event is not applied again and acknowledged at once; new ones after it count")
  func repeated() {
    let world = World().join("r1").create("a1").running("a1").intendsSleep("a1")
    world.events("r1", [event(1, "a1", 1, .running), event(2, "a1", 1, .sleepIntent)])
    #expect(world.cell("a1") == "sleepIntent g1 r1 | r1 <- ack 2 now")
    #expect(world.tally.droppedEvents == 2)
    world.events("r1", [event(2, "a1", 1, .sleepIntent), event(3, "a1", 1, .stopped(error: nil))])
    #expect(world.cell("a1") == "sleeping | a1 stopped r1 ok | a1 sleeping stopped | r1 <- ack 3 now")
  }

  @Test("An empty list and one of another session change nothing")
  func empty() {
    let world = World().join("r1").create("a1").events("r1", [])
    #expect(world.said == [])
    #expect(world.events("r1", session: "s2", [event(1, "a1", 1, .running)]).said == [])
    #expect(world.events("r9", [event(1, "a1", 1, .running)]).said == [])
    #expect(world["a1"] == "starting g1 r1")
  }

  @Test("What breaks a rule of the wire takes its index and is a dead letter by itself")
  func malformed() {
    let world = World().join("r1").create("a1")
    world.events("r1", [event(1, "a1", 1, .malformed(reason: "no kind")), event(2, "a1", 1, .running)])
    #expect(world.cell("a1") == "running g1 r1 | a1 ready r1 | dead @0 no kind | r1 <- ack 2")
    #expect(world.tally == Tally(applied: 1))
  }

  @Test("What the runner tells of an actor nobody knows is dropped and counted")
  func unknownActor() {
    let world = World().join("r1").events("r1", [event(1, "a9", 1, .running)])
    #expect(world.said == ["r1 <- ack 1"])
    #expect(world.tally.droppedEvents == 1)
  }

  @Test("A drain that ends in the middle of a list ends the list: the session is over")
  func drainedInTheMiddle() {
    let world = World().join("r1").create("a1").running("a1").drain("r1")
    world.events("r1", [event(2, "a1", 1, .stopped(error: nil)), event(3, "a1", 1, .running)])
    #expect(world.said == ["r1 <- close drained", "a1 stopped r1 ok", "a1 sleeping crash_policy"])
    #expect(world.tally.droppedEvents == 1)
  }

  @Test("From goingAway(drain) the actor's own intent leads to sleepIntent, with deadline and rewake kept")
  func intentWhileDrained() {
    let world = World.with(.running).drain("r1").wake("a1", patience: 9_000).at(1_000).intendsSleep("a1")
    #expect(world["a1"] == "sleepIntent g1 r1 rewake until 9000")
    #expect(world.due("a1") == 30_000)
    #expect(world.commands == [])
    let other = World.with(.running).drain("r1").intendsStop("a1")
    #expect(other["a1"] == "goingAway(drain) g1 r1")
  }

  // MARK: - Stale copies

  @Test("An event of a generation that is not the actor's stops that copy, once per generation; a stopped does not")
  func stale() {
    let world = World().join("r1", slots: 2).create("a1", .restart).running("a1").stopped("a1", error: "x").running(
      "a1")
    #expect(world.record(of: "a1")?.generation == 2)
    world.events("r1", [event(4, "a1", 1, .stopped(error: "late"))])
    #expect(world.commands == [])
    world.events("r1", [event(5, "a1", 1, .running)])
    #expect(world.commands == ["r1 <- 3 stop a1 g1 stale"])
    world.events("r1", [event(6, "a1", 1, .sleepIntent), event(7, "a1", 1, .setAlarm(nil))])
    #expect(world.commands == [])
    world.events("r1", [event(8, "a1", 9, .running)])
    #expect(world.commands == ["r1 <- 4 stop a1 g9 stale"])
    #expect(world["a1"] == "running g2 r1")
    #expect(world.record(of: "a1")?.alarm == nil)
  }

  @Test("A copy that was lost by its deadline is told to stop once, then and not again")
  func staleAfterDeadline() {
    let world = World().join("r1").create("a1").at(30_000).tick()
    #expect(world.commands == ["r1 <- 2 stop a1 g1 stale"])
    world.wake("a1").events("r1", [event(1, "a1", 1, .running)])
    #expect(world.cell("a1") == "starting g2 r1 | r1 <- ack 1")
  }

  @Test("An event of the actor's generation from another runner than its own is dropped")
  func otherRunner() {
    let world = World().join("r1").create("a1").join("r2").events("r2", [event(1, "a1", 1, .running)])
    #expect(world.cell("a1") == "starting g1 r1 | r2 <- ack 1")
  }
}

extension Tally {
  init(applied: Int) {
    self.init()
    self.applied = applied
  }
}
