import Testing

@testable import RoostCore

/// r1's one slot is taken by a0; actors named are asleep.
private func full(_ sleepers: String..., change: (inout PoolSettings) -> Void = { _ in }) -> World {
  let world = World(change)
  world.join("r1", slots: 1).create("a0").running("a0")
  for sleeper in sleepers { world.create(sleeper) }
  return world
}

@Suite("Waiting for a slot") struct PendingTests {
  @Test("Joining takes the stronger override, and none changes nothing")
  func joinTable() {
    func until(_ ms: Int64) -> Override { .dontSleep(until: Instant(ms: ms)) }
    let forever = Override.dontSleep(until: nil)
    let ordered: [Override] = [.none, until(1), until(2), forever]
    for (weaker, a) in ordered.enumerated() {
      for (stronger, b) in ordered.enumerated() {
        #expect(a.joined(b) == ordered[max(weaker, stronger)])
      }
    }
  }

  @Test("The timeout fires at the deadline, not a millisecond before")
  func exactDeadline() {
    let world = full("a1").at(2_000).wake("a1", patience: 3_000)
    #expect(world.machine.nextTimer?.due == Instant(ms: 5_000))
    #expect(world.at(4_999).tick()["a1"] == "pending until 5000")
    #expect(world.at(5_000).tick()["a1"] == "sleeping")
  }

  @Test("The event says how long was waited and why; the error too; the alarm and the generation stay")
  func timeoutEvent() throws {
    let world = full("a1").wake("a1", patience: .forever).stopped("a0").running("a1").setsAlarm("a1", 90_000)
    world.intendsSleep("a1").create("b").at(1_000).stopped("a1").wake("b", patience: .forever)
    world.at(2_000).wake("a1", patience: 3_000).at(7_777).tick()
    let event = try #require(world.effects.events.first)
    #expect(event.kind == .pendingTimeout)
    #expect(event.message == "3000")
    #expect(event.reason == "newest_full")
    #expect(event.generation == 1)
    #expect(event.runner == nil)
    #expect(event.cause.sequence == 0, "no signal is the cause, and a tick is none")
    #expect(world.events == ["a1 pending_timeout newest_full '3000'", "a1 sleeping pending_timeout"])
    let record = try #require(world.record(of: "a1"))
    #expect(record.lastError == .noCapacity(reason: "newest_full"))
    #expect(record.alarm == Instant(ms: 90_000))
    #expect(record.generation == 1)
    #expect(world.commands == [])
    #expect(world.queue == [])
  }

  @Test("The reason is what keeps the actor from a slot")
  func reasons() {
    let world = World().create("a1").wake("a1", patience: .forever)
    #expect(world.events == ["a1 pending no_runner #1"])
    world.join("r1", slots: 0)
    #expect(world.reason == "newest_full")
    world.stale("r1")
    #expect(world.reason == "all_stale")
    world.sleep("a1").join("r2", slots: 1).create("b0").running("b0").drain("r2").wake("a1", patience: .forever)
    #expect(world.events == ["a1 pending all_stale #1"], "one that may come back counts more than one that leaves")
    world.drain("r1")
    #expect(world.reason == "all_draining")
    world.lost("r2")
    #expect(world.reason == "no_runner")
  }

  @Test("A start out of the line carries the wake that made the wait, the pending event too")
  func causes() throws {
    let world = full("a1").wake("a1", patience: .forever)
    let wake = world.sequence
    #expect(world.effects.events.first?.cause.sequence == wake)
    world.wake("a1").stopped("a0")
    let start = try #require(world.effects.commands.first)
    guard case .start(let command, _) = start.body else { return #expect(Bool(false), "no start") }
    #expect(command.cause.sequence == wake)
    #expect(world.running("a1").effects.events.first?.cause.sequence == wake)
  }

  // MARK: - max_pending

  @Test("A wake that is refused for the length of the queue has not used up the alarm")
  func refusedWakeKeepsAlarm() {
    // More alarms than one input fires: the last of them is met by the wake before its alarm fires.
    let count = Limits.timersPerTurn + 2
    let world = World { $0.maxPending = 0 }
    world.isChecking = false
    world.join("r1", slots: UInt32(count))
    let ids = (0..<count).map { "a\(10_000 + $0)" }
    for id in ids { world.create(id).running(id).setsAlarm(id, 50_000).intendsSleep(id).stopped(id) }
    world.stale("r1")
    world.at(50_000).wake(ids[count - 1], reply: "x")
    #expect(world[ids[0]] == "backoff for ever")
    #expect(world.answers == ["x: ACCEPTED ...", "x: REJECTED queue_full."])
    #expect(world.record(of: ids[count - 1])?.alarm == Instant(ms: 50_000))
    world.tick()
    #expect(world[ids[count - 1]] == "backoff for ever")
    world.check()
  }

  // MARK: - The pass

  @Test("A pass of more than 256 goes on at once, and nobody overtakes meanwhile")
  func longPass() {
    let world = World()
    world.isChecking = false
    for id in 0..<600 { world.create("a\(1_000 + id)", .restart) }
    world.create("z")
    world.join("r1", slots: 2_000)
    #expect(world.effects.commands.count == 601)
    #expect(world.queue == [])
    world.check()
  }

  @Test("Between two turns of a pass an arrival goes to the end of the line")
  func arrivalDuringPass() {
    let world = World()
    world.isChecking = false
    for id in 0..<300 { world.create("a\(1_000 + id)", .restart) }
    var effects = Effects()
    let moment = Moment(now: world.now, clock: world.now, record: 1_000_000)
    let start = RunnerInit(session: SessionID("s1"), version: 1, totalSlots: 2_000)
    func signal(_ body: Signal.Body) -> Input {
      .signal(Signal(pool: world.pool, sequence: 1_000_000, storedAt: world.now, body: body))
    }
    world.machine.apply(
      signal(.runner(RunnerID("r1"), .initialize(start))), to: world.pool, at: moment, into: &effects)
    #expect(world.reading { $0.needsPass } == true)
    #expect(world.queue.count == 300 - Limits.placementsPerTurn)
    #expect(world.reason == "behind_others")
    world.machine.apply(
      signal(.actor(ActorID("late"), .create(Create(crashPolicy: .restart)))), to: world.pool, at: moment,
      into: &effects)
    #expect(world.queue.last == "late")
    world.machine.apply(.continuePass, to: world.pool, at: moment, into: &effects)
    #expect(world.reading { $0.needsPass } == false)
    #expect(world.queue == [])
    world.machine.apply(.sweep, to: world.pool, at: moment, into: &effects)
    #expect(effects.tally.rescuedBySweep == 0)
  }

  @Test("One input places at most 256 out of the line, however many passes it causes")
  func boundedInput() {
    let world = World().join("r1", slots: 3)
    world.isChecking = false
    for id in ["x", "y", "z"] { world.create(id, .restart).running(id) }
    for id in 0..<600 { world.create("a\(1_000 + id)", .restart) }
    var effects = Effects()
    let start = RunnerInit(session: SessionID("s2"), version: 1, totalSlots: 2_000)
    let signal = Signal(
      pool: world.pool, sequence: 1_000_000, storedAt: world.now, body: .runner(RunnerID("r1"), .initialize(start)))
    let moment = Moment(now: world.now, clock: world.now, record: 1_000_000)
    world.machine.apply(.signal(signal), to: world.pool, at: moment, into: &effects)
    #expect(effects.commands.count == 2 + Limits.placementsPerTurn)
    #expect(
      Array(world.queue.suffix(3)) == ["x", "y", "z"], "nobody overtakes those who wait for the rest of the pass")
    for left in [600 + 3 - 512, 0] {
      world.machine.apply(.continuePass, to: world.pool, at: moment, into: &effects)
      #expect(world.queue.count == left)
    }
    #expect(world.reading { $0.needsPass } == false)
  }

  @Test("Nobody is timed out whose slot came in time, also where a pass stops at its bound between two deadlines")
  func passBeforeTheNextDeadline() {
    let count = Limits.placementsPerTurn + 44
    let world = World { $0.actorStartThreshold = Milliseconds(5_000) }
    world.isChecking = false
    world.join("r1", slots: UInt32(count))
    for number in 0..<count { world.create("s\(1_000 + number)") }
    let ids = (0..<count).map { "w\(1_000 + $0)" }
    for id in ids { world.create(id).wake(id, patience: 6_000) }
    // All starts are given up at 5,000, which makes room for all who wait until 6,000; the worker reads on at 9,000.
    world.at(9_000).tick()
    #expect(world.effects.events.filter { $0.kind == .pendingTimeout }.map(\.actor.text) == [])
    #expect(ids.allSatisfy { world.state($0) == "starting" })
    world.check()
  }

  @Test("The sweep finds nothing to do; what it places is counted")
  func sweep() {
    let world = full("a1").wake("a1", patience: .forever)
    world.input(.sweep)
    #expect(world.said == [])
    #expect(world.tally.rescuedBySweep == 0)
  }
}
