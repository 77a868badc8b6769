import Testing

@testable import RoostCore

/// The four stories of the design, step by step. Times are milliseconds of stored-at time.
@Suite("Stories") struct StoryTests {
  @Test("A wake that may wait and does not get a slot is told so at its deadline, and nothing is left behind")
  func patienceEnds() {
    let world = World()
    world.join("r1", slots: 1)
    #expect(world.said == ["r1 <- welcome 0"])
    world.at(0).create("a1")
    #expect(world.said == ["r1 <- 1 start a1 g1", "a1 created"])
    #expect(world["a1"] == "starting g1 r1")
    world.at(100).running("a1")
    #expect(world.said == ["a1 ready r1", "r1 <- ack 1"])
    world.at(1_000).create("a2")
    #expect(world.said == ["a2 created", "a2 sleeping newest_full"])
    world.at(2_000).wake("a2", patience: 3_000, reply: "x")
    #expect(world.said == ["a2 pending newest_full #1", "x: ACCEPTED ...", "x: PENDING newest_full #1 ..."])
    #expect(world["a2"] == "pending until 5000")
    world.at(3_000).wake("a2")
    #expect(world.said == [])
    #expect(world["a2"] == "pending until 5000")
    world.at(5_004).tick()
    #expect(
      world.said == [
        "a2 pending_timeout newest_full '3000'", "a2 sleeping pending_timeout", "x: TIMED_OUT newest_full.",
      ])
    #expect(world["a2"] == "sleeping")
    #expect(world.queue == [])
    #expect(world.record(of: "a2")?.generation == 0)
    world.at(6_000).allocate("a2", on: "r1")
    #expect(world.said == ["a2 rejected not_pending"])
  }

  @Test("A worker that was away lets capacity count that came in time")
  func workerWasAway() {
    let world = World()
    world.join("r1", slots: 1).create("a1").create("a2")
    world.clock = Instant(ms: 9_000)
    world.at(2_000).wake("a2", patience: 3_000)
    #expect(world["a2"] == "pending until 5000")
    world.at(4_000).join("r2", slots: 1)
    #expect(world.said == ["r2 <- welcome 0", "r2 <- 1 start a2 g1"])
    #expect(world.due("a2") == 39_000)
  }

  @Test("A worker that was away times out what ran out before capacity came")
  func workerWasAwayTooLong() {
    let world = World()
    world.join("r1", slots: 1).create("a1").create("a2")
    world.clock = Instant(ms: 9_000)
    world.at(2_000).wake("a2", patience: 3_000)
    world.at(5_500).join("r2", slots: 1)
    #expect(
      world.said == ["r2 <- welcome 0", "a2 pending_timeout newest_full '3000'", "a2 sleeping pending_timeout"])
  }

  @Test("A destroy while the start is under way keeps the slot until the runner is lost")
  func destroyedWhileStarting() {
    let world = World()
    world.join("r1", slots: 1).create("a0").running("a0").sleep("a0").stopped("a0")
    world.create("a1").running("a1").intendsSleep("a1").stopped("a1")
    world.at(0).wake("a1")
    #expect(world.said == ["r1 <- 5 start a1 g2"])
    world.at(200).destroy("a1")
    #expect(world.said == ["r1 <- 6 stop a1 g2 destroy", "a1 destroying r1"])
    #expect(world["a1"] == "destroying g2 r1")
    world.lost("r1")
    #expect(world.said == ["r1 <- close lost", "a1 destroyed asked"])
    #expect(world.reading { $0.pingStatus(RunnerID("r1"), SessionID("s1")) } == .closed(reason: "lost"))
  }

  @Test("A wake between the intent to sleep and the stop keeps its patience")
  func rewakeKeepsPatience() {
    let world = World()
    world.join("r1", slots: 1).create("a1").running("a1").sleep("a1").stopped("a1").wake("a1").running("a1")
    world.create("a9").wake("a9", patience: .forever)
    world.at(0).intendsSleep("a1")
    #expect(world.said == ["r1 <- 4 stop a1 g2 sleep", "a1 sleep_intent r1", "r1 <- ack 4"])
    world.at(500).wake("a1", patience: 10_000)
    #expect(world["a1"] == "sleepIntent g2 r1 rewake until 10500")
    world.at(900).stopped("a1")
    #expect(
      world.said == [
        "r1 <- 5 start a9 g1", "a1 stopped r1 ok", "a1 pending newest_full #1", "r1 <- ack 5",
      ])
    #expect(world["a1"] == "pending until 10500")
  }
}
