import Testing

@testable import RoostCore

@Suite("Time that saturates") struct TimeTests {
  @Test("Sums and products end at the end of time, never before, and never trap")
  func saturates() {
    let long = Milliseconds(.max)
    #expect(Instant(ms: 1).adding(long) == .distantFuture)
    #expect(Instant(ms: -1).adding(long) == Instant(ms: .max - 1))
    #expect(Instant.distantFuture.adding(Milliseconds(1)) == .distantFuture)
    #expect(Instant.distantFuture.since(.distantPast) == long)
    #expect(Instant.distantPast.since(.distantFuture) == .zero)
    #expect(long + Milliseconds(1) == long)
    #expect(long * 2 == long)
    #expect(Milliseconds(clamping: .max) == long)
    #expect(Milliseconds(-5) == .zero)
  }

  @Test("No setting of 2^64 - 1 ms traps")
  func longestDurations() {
    let world = World()
    let longest = Milliseconds(clamping: .max)
    world.configure(reply: "x") {
      $0.baseRetryTimeout = longest
      $0.backoffMaxExponent = .max
      $0.retryResetDuration = longest
      $0.actorStartThreshold = longest
      $0.actorStopThreshold = longest
      $0.runnerEligibleThreshold = Milliseconds(longest.value - 1)
      $0.runnerLostThreshold = longest
      $0.runnerDrainDeadline = longest
      $0.destroyedRetention = longest
    }
    #expect(world.answers == ["x: ACCEPTED."])
    world.at(1_000).join("r1").create("b", .restart)
    for _ in 1...3 where world.state("b") == "starting" { world.stopped("b", error: "x") }
    #expect(world.state("b") == "backoff")
    #expect((world.due("b") ?? 0) > 1 << 50, "as far away as the numbers go, not in the past")
    world.sleep("b").destroy("b").create("c").drain("r1").lost("r1")
    #expect(world.at(.max).tick().tally.outcomes == 1)
  }

  @Test("Times far outside of any clock are taken as they are", arguments: [Int64.min, -1, 0, 1 << 53, 1 << 62])
  func extremeTimes(_ ms: Int64) {
    let world = World().join("r1").create("a0").running("a0").create("a1").at(ms).wake(
      "a1", patience: 2_592_000_000, reply: "x")
    #expect(world.state("a1") == "pending")
    world.setsAlarm("a0", ms).intendsSleep("a0").stopped("a0").wake("a0", expires: ms).tick()
    #expect(world.tally.applied == 1)
  }

  @Test("A moment's clock is never below its now")
  func moment() {
    let moment = Moment(now: Instant(ms: 5), clock: Instant(ms: 3), record: 1)
    #expect(moment.clock == Instant(ms: 5))
  }

  @Test("Pools fall into partitions as the broker's transform puts them: FNV-1a 32 over namespace and pool")
  func partitions() {
    var hash = FNV1a32()
    #expect(hash.value == 0x811c_9dc5)
    hash.feed("a")
    #expect(hash.value == 0xe40c_292c)
    hash.feed("b")
    #expect(PoolID(namespace: "a", name: "b").partition(of: 64) == hash.value % 64)
    #expect(PoolID(namespace: "foo", name: "bar").partition(of: 1 << 16) == 0xbf9c_f968 % (1 << 16))
  }
}
