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
    #expect(world.tally.outcomes == 1 && world.tally.applied == 1)
  }

  @Test("What the runner tells of an actor nobody knows is dropped and counted")
  func unknownActor() {
    let world = World().join("r1").events("r1", [event(1, "a9", 1, .running)])
    #expect(world.said == ["r1 <- ack 1"])
    #expect(world.tally.droppedEvents == 1)
  }

  @Test("Copies of four generations are told to stop once each; a fifth is too, and the first of them is forgotten")
  func strayCopies() {
    let world = World().join("r1").create("a1").running("a1")
    func told(_ generation: Generation) -> [String] {
      world.events("r1", [world.next("r1", "a1", generation, .running)]).commands
    }
    for generation: Generation in 11...14 {
      #expect(told(generation) == ["r1 <- \(generation - 9) stop a1 g\(generation) stale"])
    }
    for generation: Generation in 11...14 { #expect(told(generation) == []) }
    #expect(told(15) == ["r1 <- 6 stop a1 g15 stale"])
    #expect(told(12) == [] && told(15) == [])
    #expect(told(11) == ["r1 <- 7 stop a1 g11 stale"])
  }
}
