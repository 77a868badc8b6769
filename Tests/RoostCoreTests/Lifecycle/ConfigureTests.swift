import Testing

@testable import RoostCore

@Suite("Configure") struct ConfigureTests {
  @Test("Contradictions are refused with both numbers, and nothing changes")
  func contradictions() {
    let cases: [((inout PoolSettingsOverlay) -> Void, String)] = [
      (
        { $0.runnerPingInterval = Milliseconds(10_000) },
        "runner_ping_interval_ms (10000) must be below runner_eligible_threshold_ms (10000)"
      ),
      (
        { $0.runnerEligibleThreshold = Milliseconds(15_000) },
        "runner_eligible_threshold_ms (15000) must be below runner_lost_threshold_ms (15000)"
      ),
      (
        {
          $0.stopAfter = Milliseconds(5_000)
          $0.actorStopThreshold = Milliseconds(10_000)
        }, "stop_after_ms (5000) + actor_stop_threshold_ms (10000) must be below runner_lost_threshold_ms (15000)"
      ),
      ({ $0.baseRetryTimeout = .zero }, "base_retry_timeout_ms is 0; it must be at least 1"),
      ({ $0.retryResetDuration = .zero }, "retry_reset_duration_ms is 0; it must be at least 1"),
      ({ $0.actorStartThreshold = .zero }, "actor_start_threshold_ms is 0; it must be at least 1"),
      ({ $0.actorStopThreshold = .zero }, "actor_stop_threshold_ms is 0; it must be at least 1"),
      ({ $0.runnerPingInterval = .zero }, "runner_ping_interval_ms is 0; it must be at least 1"),
      ({ $0.runnerDrainDeadline = .zero }, "runner_drain_deadline_ms is 0; it must be at least 1"),
    ]
    for (change, message) in cases {
      let world = World().create("a1").configure(reply: "x") { change(&$0) }
      #expect(world.said == ["x: REJECTED invalid_settings: \(message)."])
      #expect(world.reading { $0.settings } == PoolSettings())
      #expect(world.effects.changes == [])
    }
  }

  @Test("At the edge of each rule the settings are taken; retention and stop_after may be 0")
  func edges() {
    let world = World().configure(reply: "x") {
      $0.runnerPingInterval = Milliseconds(9_999)
      $0.runnerEligibleThreshold = Milliseconds(14_999)
      $0.runnerEligibleThreshold = Milliseconds(10_000)
      $0.stopAfter = Milliseconds(4_999)
      $0.actorStopThreshold = Milliseconds(10_000)
      $0.destroyedRetention = .zero
    }
    #expect(world.said == ["x: ACCEPTED."])
  }

  @Test("Settings are whole: an absent field is the worker's default again")
  func whole() {
    let world = World { $0.maxPending = 7 }
    world.configure { $0.maxPending = 3 }
    #expect(world.reading { $0.settings.maxPending } == 3)
    world.configure { $0.actorStartThreshold = Milliseconds(5) }
    #expect(world.reading { $0.settings.maxPending } == 7)
    #expect(world.reading { $0.settings.actorStartThreshold } == Milliseconds(5))
  }

  @Test("A tick is time only; whoever asks is told that it was read")
  func tick() {
    let world = World().tick(reply: "x")
    #expect(world.said == ["x: ACCEPTED."])
    #expect(world.tick().effects.needsRecord == false)
  }

  @Test("A pool exists from a configure that is taken")
  func makesPool() {
    #expect(World().configure { $0.maxPending = 1 }.machine.poolIDs.count == 1)
    #expect(World().configure { $0.baseRetryTimeout = .zero }.machine.poolIDs.isEmpty)
    #expect(World().tick().drain("r1").machine.poolIDs.isEmpty)
  }

  @Test("outcomes publishes what the wire names, none publishes nothing; answers and commands go on")
  func eventSelection() {
    let outcomes = World().join("r1").configure { $0.events = .outcomes }
    #expect(outcomes.create("a1").events == [])
    #expect(outcomes.running("a1").events == ["a1 ready r1"])
    #expect(outcomes.create("a2").events == ["a2 sleeping newest_full"])
    #expect(outcomes.wake("a2", patience: 5).events == [])
    #expect(outcomes.at(5).tick().events == ["a2 pending_timeout newest_full '5'", "a2 sleeping pending_timeout"])
    #expect(outcomes.create("a1").events == ["a1 rejected r1 already_exists"])
    #expect(outcomes.destroy("a1").events == [])
    #expect(outcomes.stopped("a1").events == ["a1 destroyed asked"])
    #expect(outcomes.create("a3").lost("r1").events == ["a3 lost r1 runner_lost", "a3 sleeping crash_policy"])
    let none = World().join("r1").configure { $0.events = EventSelection.none }
    #expect(none.create("a1", reply: "x").said == ["r1 <- 1 start a1 g1", "x: ACCEPTED."])
    #expect(none.destroy("a1").events + none.stopped("a1").events == [])
  }

  @Test("More pools than the worker serves are refused, whatever would make one")
  func tooManyPools() {
    var machine = Machine(defaults: PoolSettings())
    for number in 0..<Limits.pools {
      machine.evolve(.pool(PoolRecord()), in: PoolID(namespace: "n", name: "p\(number)"))
    }
    let pool = PoolID(namespace: "n", name: "one-more")
    func apply(_ body: Signal.Body) -> Effects {
      var effects = Effects()
      let signal = Signal(pool: pool, sequence: 1, storedAt: Instant(ms: 0), body: body, replyTo: "x")
      machine.apply(
        .signal(signal), to: pool, at: Moment(now: Instant(ms: 0), clock: Instant(ms: 0), record: 1), into: &effects)
      return effects
    }
    let created = apply(.actor(ActorID("a1"), .create(Create())))
    #expect(created.answers.map(\.line) == ["x: REJECTED limit:pools."])
    #expect(created.events.map(\.line) == ["a1 rejected limit:pools"])
    #expect(apply(.pool(.configure(PoolSettingsOverlay()))).answers.map(\.line) == ["x: REJECTED limit:pools."])
    let start = RunnerInit(session: SessionID("s1"), version: 1, totalSlots: 1)
    #expect(apply(.runner(RunnerID("r1"), .initialize(start))).commands.map(\.line) == ["r1 <- close limit:pools"])
    #expect(machine.poolIDs.count == Limits.pools)
  }
}
