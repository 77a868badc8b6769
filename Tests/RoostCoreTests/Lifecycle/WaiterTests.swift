import Testing

@testable import RoostCore

private func full(_ sleepers: String...) -> World {
  let world = World().join("r1", slots: 1).create("a0").running("a0")
  for sleeper in sleepers { world.create(sleeper) }
  return world
}

@Suite("Waiters") struct WaiterTests {
  @Test("Each has its own deadline, is told PENDING once, and all in order")
  func ownDeadlines() {
    let world = full("a1").wake("a1", patience: 9_000, reply: "x").wake("a1", patience: 4_000, reply: "y")
    #expect(world.answers == ["y: ACCEPTED #1 ...", "y: PENDING newest_full #1 ..."])
    world.wake("a1", reply: "z")
    #expect(world.at(4_000).tick().said == ["y: TIMED_OUT newest_full #1."])
    #expect(world["a1"] == "pending until 9000")
    #expect(
      world.at(9_000).tick().answers == ["x: TIMED_OUT newest_full.", "z: TIMED_OUT newest_full."],
      "z has no deadline of its own: it waits as long as the actor")
  }

  @Test("READY goes to all who wait, in order, when the actor runs")
  func ready() {
    let world = full("a1").wake("a1", patience: 9_000, reply: "x").wake("a1", reply: "y")
    world.stopped("a0")
    #expect(world.answers == [])
    world.wake("a1", reply: "z")
    #expect(world.answers == ["z: ACCEPTED ..."])
    #expect(world.running("a1").answers == ["x: READY.", "y: READY.", "z: READY."])
    #expect(world.effects.answers.allSatisfy { $0.runner == RunnerID("r1") && $0.generation == 1 })
  }

  @Test("In starting nobody times out; the deadline bounds the wait, not the start")
  func notInStarting() {
    let world = full("a1").wake("a1", patience: 3_000, reply: "x").at(1_000).stopped("a0")
    #expect(world.at(20_000).tick().said == [])
    #expect(world.running("a1").answers == ["x: READY."])
  }

  @Test("The sixteenth waits, the seventeenth's wake counts and is answered at once")
  func seventeenth() {
    let world = full("a1")
    for number in 1...16 { world.wake("a1", patience: 1_000, reply: "x\(number)") }
    #expect(world.answers == ["x16: ACCEPTED #1 ...", "x16: PENDING newest_full #1 ..."])
    world.wake("a1", patience: 5_000, reply: "late")
    #expect(world.answers == ["late: ACCEPTED too_many_waiters #1."])
    #expect(world["a1"] == "pending until 5000")
    #expect(world.at(1_000).tick().answers.count == 16)
    #expect(world.wake("a1", reply: "again").answers.count == 2)
  }

  @Test(
    "Whoever gets the actor into back-off is told PENDING with that reason, once, also when it waits for a slot later")
  func inBackoff() {
    let world = World().join("r1").create("a1")
    world.stopped("a1", error: "1").wake("a1").stopped("a1", error: "2").wake("a1", patience: 10_000, reply: "x")
    #expect(world.answers == ["x: ACCEPTED ...", "x: PENDING backoff ..."])
    #expect(world.events.count == 1 && world.events[0].hasPrefix("a1 backoff"))
    world.create("b").running("b").at(5_000).tick()
    #expect(world.cell("a1") == "pending until 10000 | a1 pending newest_full #1")
    #expect(world.at(10_000).tick().answers == ["x: TIMED_OUT newest_full."])
  }

  @Test("Patience runs in back-off too: it ends the override and the caller's wait, not the back-off")
  func patienceEndsInBackoff() {
    let world = World().join("r1").create("a1")
    world.stopped("a1", error: "1").wake("a1").stopped("a1", error: "2").wake("a1", patience: 500, reply: "x")
    let until = world.due("a1")
    world.at(500).tick()
    #expect(world.cell("a1") == "backoff | x: TIMED_OUT backoff.")
    #expect(world.due("a1") == until)
    world.at(600).wake("a1", reply: "y").at(3_000).tick()
    #expect(world["a1"] == "starting g3 r1")
    #expect(world.running("a1").answers == ["y: READY."])
  }

  @Test("While a rewake waits its callers time out at their deadlines, and the rewake counts as not set at the stop")
  func rewakeTimesOut() {
    let world = World.with(.sleepIntent).wake("a1", patience: 3_000, reply: "x")
    #expect(world.at(3_000).tick().said == ["x: TIMED_OUT sleepIntent."])
    #expect(world.stopped("a1")["a1"] == "sleeping")
  }

  @Test("A wake after a rewake whose patience is over is a wake of its own")
  func wakeAfterPassedRewake() {
    let world = World.with(.sleepIntent).wake("a1", patience: 3_000).at(4_000).wake("a1", reply: "x")
    #expect(world["a1"] == "sleepIntent g1 r1 rewake")
    #expect(world.stopped("a1")["a1"] == "starting g2 r1")
    #expect(world.running("a1").answers == ["x: READY."])
  }

  @Test("A rewake that has to wait tells its callers PENDING when the wait begins")
  func rewakePending() {
    let world = World.with(.sleepIntent).create("b").wake("b", patience: .forever).wake(
      "a1", patience: 9_000, reply: "x")
    #expect(world.answers == ["x: ACCEPTED ..."])
    #expect(world.stopped("a1").answers == ["x: PENDING newest_full #1 ..."])
  }

  @Test(
    "Sleep answers SLEEPING, destroy DESTROYED, whatever the state was",
    arguments: [StateName.pending, .starting, .backoff])
  func ended(_ state: StateName) {
    func waiting() -> World { World.with(state).wake("a1", reply: "x") }
    #expect(waiting().sleep("a1").answers == ["x: SLEEPING asked."])
    #expect(waiting().destroy("a1").answers == ["x: DESTROYED asked."])
    #expect(waiting().destroy("a1").effects.answers[0].state == (state == .starting ? "destroying" : "destroyed"))
  }

  @Test("Whoever waited for an actor that completes or is destroyed by its policy is told DESTROYED")
  func completed() {
    #expect(World.with(.starting).wake("a1", reply: "x").stopped("a1").answers == ["x: DESTROYED completed."])
    let failing = World.with(.starting, policy: .destroy).wake("a1", reply: "x")
    #expect(failing.stopped("a1", error: "boom").answers == ["x: DESTROYED crash_policy."])
    let sleeping = World.with(.starting, policy: .sleep).wake("a1", reply: "x")
    #expect(sleeping.stopped("a1", error: "boom").answers == ["x: SLEEPING crash_policy."])
  }

  @Test("From starting an unused override becomes the rewake of goingAway, and its callers go on waiting")
  func unusedOverride() {
    let world = World.with(.starting).wake("a1", patience: 40_000, reply: "x").reschedule("a1")
    #expect(world["a1"] == "goingAway(asked) g1 r1 rewake until 40000")
    #expect(world.stopped("a1")["a1"] == "starting g2 r1 until 40000")
    #expect(world.running("a1").answers == ["x: READY."])
    let used = World.with(.starting).wake("a1", patience: 40_000).running("a1").reschedule("a1")
    #expect(used["a1"] == "goingAway(asked) g1 r1")
  }

  @Test("A wake that is older than its expiry joins nothing, in every state", arguments: StateName.allCases)
  func expired(_ state: StateName) {
    let world = World.with(state)
    let before = world["a1"]
    world.at(100).wake("a1", patience: .forever, expires: 99, reply: "x")
    let position = state == .pending ? " #1" : ""
    #expect(world.cell("a1") == "\(before) | x: TIMED_OUT expired\(position).")
    #expect(world.tally.ignored == 1)
  }

  @Test("The expiry is measured by the worker's clock; at the very time the wake still counts")
  func expiry() {
    let world = full("a1").at(100).wake("a1", patience: .forever, expires: 100, reply: "x")
    #expect(world["a1"] == "pending for ever")
    let late = full("a1")
    late.clock = Instant(ms: 5_000)
    #expect(late.at(100).wake("a1", expires: 4_999, reply: "x").answers == ["x: TIMED_OUT expired."])
  }
}
