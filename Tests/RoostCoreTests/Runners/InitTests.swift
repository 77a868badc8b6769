import Testing

@testable import RoostCore

@Suite("Init") struct InitTests {
  @Test("A new runner is welcomed, told the pool's times, and given those who wait")
  func joins() throws {
    let world = World().create("a1", .restart).join("r1")
    #expect(world.said == ["r1 <- welcome 0", "r1 <- 1 start a1 g1"])
    let welcome = try #require(world.effects.commands.first)
    #expect(
      welcome.body
        == .welcome(
          lastEventIndex: 0, lostThreshold: Milliseconds(15_000), pingInterval: Milliseconds(3_000), stopAfter: .zero))
  }

  @Test("The same session again is welcomed with the last event taken, and sent what it has not had")
  func again() {
    let world = World().join("r1", slots: 3).create("a1").create("a2").running("a1").create("a3")
    #expect(
      world.join("r1", slots: 3, last: 1).commands
        == ["r1 <- welcome 1", "r1 <- 2 start a2 g1", "r1 <- 3 start a3 g1"])
    #expect(world.runner("r1")?.record.cursors.acknowledged == 1)
    #expect(world.join("r1", slots: 3, last: 3).commands == ["r1 <- welcome 1"])
  }

  @Test("The same session again counts as a ping: those who wait are served")
  func countsAsPing() {
    let world = World().join("r1").stale("r1").create("a1", .restart)
    #expect(world["a1"] == "pending standing")
    #expect(world.join("r1").commands == ["r1 <- welcome 0", "r1 <- 1 start a1 g1"])
  }

  @Test(
    "The same session with other slots or another version is closed, its actors are lost", arguments: [(2, 1), (1, 2)])
  func changed(_ slots: UInt32, _ version: UInt32) {
    let world = World().join("r1").create("a1").running("a1").join("r1", slots: slots, version: version)
    #expect(world.said == ["r1 <- close changed", "a1 lost r1 changed", "a1 sleeping crash_policy"])
    #expect(world.runner("r1")?.record.session == nil)
    #expect(world.join("r1", slots: slots, version: version).said == ["r1 <- close changed"])
    #expect(world.join("r1", session: "s2").said == ["r1 <- welcome 0"])
  }

  @Test("The same session with an index above what was issued is closed")
  func aboveIssued() {
    let world = World().join("r1").create("a1").running("a1").join("r1", last: 2)
    #expect(world.commands == ["r1 <- close unknown_session"])
    #expect(world.join("r1", last: 2).commands == ["r1 <- close unknown_session"])
  }

  @Test("An unknown session that has had commands is closed, and does not supersede the open one")
  func unknownSession() {
    #expect(World().join("r1", last: 1).said == ["r1 <- close unknown_session"])
    #expect(World().join("r1", last: 1).runner("r1") == nil)
    let world = World().join("r1").create("a1").running("a1").join("r1", session: "s2", last: 1)
    #expect(world.said == ["r1 <- close unknown_session"])
    #expect(world["a1"] == "running g1 r1")
  }

  @Test("Each of the last eight closed sessions is refused with its reason; an older one is unknown")
  func closedSessions() {
    let world = World()
    for number in 1...10 { world.join("r1", session: "s\(number)") }
    #expect(world.said == ["r1 <- close superseded", "r1 <- welcome 0"])
    for number in 2...9 { #expect(world.join("r1", session: "s\(number)").said == ["r1 <- close superseded"]) }
    #expect(world.runner("r1")?.record.session?.id == SessionID("s10"))
    #expect(world.reading { $0.pingStatus(RunnerID("r1"), SessionID("s1")) } == .unknown)
    #expect(world.reading { $0.pingStatus(RunnerID("r1"), SessionID("s2")) } == .closed(reason: "superseded"))
    #expect(world.reading { $0.pingStatus(RunnerID("r1"), SessionID("s10")) } == .known)
    #expect(world.reading { $0.pingStatus(RunnerID("r9"), SessionID("s1")) } == .unknown)
  }

  @Test("A new session closes the old one; its actors are lost in id order and find all slots of the new one free")
  func superseding() {
    let world = World().join("r1", slots: 3).create("b", .restart).create("c").create("a").running("a")
    world.reschedule("a").create("q", .restart).join("r1", slots: 3, session: "s2")
    #expect(
      world.commands == [
        "r1 <- close superseded", "r1 <- welcome 0", "r1 <- 1 start q g1", "r1 <- 2 start a g2", "r1 <- 3 start b g2",
      ])
    #expect(
      world.events == [
        "a lost r1 superseded", "b lost r1 superseded", "c lost r1 superseded", "c sleeping crash_policy",
      ])
  }

  @Test("A smaller new session takes who comes first, and nobody sleeps beside a free slot")
  func supersedingSmaller() {
    let world = World().join("r1", slots: 2).create("a").create("b").running("a").running("b")
    world.reschedule("a").reschedule("b").join("r1", slots: 1, session: "s2")
    #expect(world["a"] == "starting g2 r1")
    #expect(world["b"] == "sleeping")
  }

  @Test("Indexes, drain and commands end with their session")
  func endsWithSession() {
    let world = World().join("r1").create("a1").running("a1").drain("r1").join("r1", session: "s2")
    let record = world.runner("r1")?.record
    #expect(record?.session?.drainDeadline == nil)
    #expect(record?.cursors == RunnerCursors())
    #expect(world.resent("r1", 0) == [])
    #expect(world.create("a2").commands == ["r1 <- 1 start a2 g1"])
    #expect(world.running("a2").acknowledgements == ["r1 <- ack 1"])
    #expect(world.at(60_000).tick().commands == [], "the old session's drain does not close the new one")
  }

  @Test("What is over a limit is closed and changes nothing")
  func limits() {
    func entries(_ count: Int) -> [MetadataEntry] { (0..<count).map { MetadataEntry(key: "k\($0)", value: "v") } }
    #expect(World().join("r1", slots: 100_001).said == ["r1 <- close limit:total_slots"])
    #expect(World().join("r1", session: "").said == ["r1 <- close limit:session"])
    #expect(World().join("r1", metadata: entries(33)).said == ["r1 <- close limit:metadata"])
    let long = [MetadataEntry(key: "k", value: String(repeating: "x", count: 4_096))]
    #expect(World().join("r1", metadata: long).said == ["r1 <- close limit:metadata"])
    let world = World().join("r1", slots: 100_000, metadata: entries(32))
    #expect(world.said == ["r1 <- welcome 0"])
    #expect(World().join("r1", slots: 100_001).machine.poolIDs == [])
  }

  @Test("The ten thousand first runner of a pool is refused")
  func tooManyRunners() {
    let world = World()
    world.isChecking = false
    for number in 0..<Limits.runnersPerPool { world.join("r\(number)", slots: 0) }
    #expect(world.join("one more").said == ["one more <- close limit:runners"])
    #expect(world.join("r7", slots: 0, session: "s2").commands.last == "r7 <- welcome 0")
    world.check()
  }

  @Test("A lost verdict closes the session it names, and no other")
  func lost() {
    let world = World().join("r1").create("a1").running("a1")
    #expect(world.lost("r1", session: "s0").said == [])
    #expect(world.lost("r9").said == [])
    #expect(world.lost("r1").commands == ["r1 <- close lost"])
    #expect(world.lost("r1").said == [])
    #expect(world.events("r1", [RunnerEvent(index: 2, actor: ActorID("a1"), generation: 1, kind: .running)]).said == [])
    #expect(world.stopping("r1").said == [])
  }

  @Test("A runner's record goes after the retention when no session is open, its closed sessions with it")
  func retention() {
    let world = World { $0.destroyedRetention = Milliseconds(1_000) }
    world.join("r1").join("r2").at(500).tick().lost("r1")
    #expect(world.at(1_499).tick().runner("r1") != nil)
    #expect(world.at(1_500).tick().runner("r1") == nil)
    #expect(world.runner("r2") != nil)
    #expect(world.join("r1").said == ["r1 <- welcome 0"])
    #expect(world.lost("r1").join("r1", session: "s2").at(9_000).tick().runner("r1") != nil)
  }
}
