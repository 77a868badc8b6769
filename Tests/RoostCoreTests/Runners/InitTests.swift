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
    world.configure {
      $0.stopAfter = Milliseconds(20_000)
      $0.runnerLostThreshold = Milliseconds(90_000)
      $0.runnerPingInterval = Milliseconds(5_000)
    }
    #expect(
      world.join("r2").effects.commands.first?.body
        == .welcome(
          lastEventIndex: 0, lostThreshold: Milliseconds(90_000), pingInterval: Milliseconds(5_000),
          stopAfter: Milliseconds(20_000)))
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

  @Test("A smaller new session takes who comes first, and nobody sleeps beside a free slot")
  func supersedingSmaller() {
    let world = World().join("r1", slots: 2).create("a").create("b").running("a").running("b")
    world.reschedule("a").reschedule("b").join("r1", slots: 1, session: "s2")
    #expect(world["a"] == "starting g2 r1")
    #expect(world["b"] == "sleeping")
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
    let full = [MetadataEntry(key: "k", value: String(repeating: "x", count: 4_095))]
    #expect(World().join("r1", metadata: full).said == ["r1 <- welcome 0"])
    #expect(World().join("r1", session: String(repeating: "s", count: 128)).said == ["r1 <- welcome 0"])
    #expect(World().join("r1", session: String(repeating: "s", count: 129)).said == ["r1 <- close limit:session"])
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
}
