import Testing

@testable import RoostCore

@Suite("Crashes and back-off") struct CrashTests {
  /// The back-off that a crash leads to, in ms; 0 = started again at once.
  private func crash(_ world: World, _ ms: Int64) -> Int64 {
    world.at(ms).stopped("a1", error: "boom")
    guard case .backoff(let until, _)? = world.record(of: "a1")?.state else { return 0 }
    return until.ms - ms
  }

  @Test("The delays are 0, 2, 4 ... 512 s, each within 20 per cent, and stay at 512 s")
  func delays() {
    let world = World().join("r1").create("a1", .restart)
    var now: Int64 = 1_000
    var delays: [Int64] = []
    for _ in 1...14 {
      let delay = crash(world, now)
      delays.append(delay)
      now += delay
      if delay > 0 {
        world.at(now - 1).tick()
        #expect(world.state("a1") == "backoff")
        world.at(now).tick()
        #expect(world.commands.count == 1, "a start as soon as the delay is over")
      }
      now += 1_000
    }
    #expect(delays[0] == 0)
    for (index, delay) in delays.dropFirst().enumerated() {
      let exact = Int64(2_000) << min(Int64(index), 8)
      #expect((exact * 8 / 10...exact * 12 / 10).contains(delay), "after crash \(index + 2): \(delay) ms")
    }
  }

  @Test("Actors that crash together do not come back together")
  func spread() {
    let world = World().join("r1", slots: 50)
    for id in 0..<50 { world.create("a\(id)", .restart) }
    for round in 1...2 { for id in 0..<50 { world.at(Int64(round)).stopped("a\(id)", error: "boom") } }
    let untils = (0..<50).compactMap { world.due("a\($0)") }
    #expect(Set(untils).count > 25)
    #expect(untils.allSatisfy { (1_602...2_402).contains($0) })
  }

  @Test("The delay counts from the end of the last start; when it is past, the attempt is made at once")
  func pastDelay() {
    let world = World().join("r1").create("a1")
    world.at(1_000).stopped("a1", error: "one").wake("a1").at(2_000).stopped("a1", error: "two")
    #expect(world["a1"] == "sleeping")
    world.at(2_100).wake("a1")
    #expect(world.state("a1") == "backoff")
    world.at(2_200).sleep("a1").at(60_000).wake("a1")
    #expect(world["a1"] == "starting g3 r1")
  }

  @Test("A run of retry_reset_duration makes the next crash the first one")
  func retryReset() {
    let world = World().join("r1").create("a1", .restart)
    _ = crash(world, 1_000)
    let second = crash(world, 2_000)
    world.at(2_000 + second).tick().running("a1")
    let start = world.now.ms
    #expect(crash(world, start + 600_000) == 0)
    #expect(world.record(of: "a1")?.crashCount == 1)
    world.running("a1")
    #expect(crash(world, world.now.ms + 599_999) > 0)
    #expect(world.record(of: "a1")?.crashCount == 2)
  }

  @Test("A stop that ends well while the actor goes away makes the count 0 too: nobody backs off for a reschedule")
  func endedWellOnTheWayOut() {
    let world = World().join("r1").create("a1", .restart)
    _ = crash(world, 1_000)
    let second = crash(world, 2_000)
    #expect(second > 0)
    world.at(2_000 + second).tick().running("a1").reschedule("a1").stopped("a1")
    #expect(world["a1"] == "starting g4 r1 standing")
  }

  @Test("The message of an error is cut to its limit, between characters")
  func longMessage() {
    let world = World().join("r1").create("a1").stopped("a1", error: String(repeating: "é", count: 2_000))
    #expect(world.record(of: "a1")?.lastError == .crashed(message: String(repeating: "é", count: 512)))
  }
}
