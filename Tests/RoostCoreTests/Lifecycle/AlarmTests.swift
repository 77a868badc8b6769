import Testing

@testable import RoostCore

@Suite("Alarms") struct AlarmTests {
  /// a1 asleep with an alarm; a0 may take the slot.
  private func asleep(alarm: Int64, isFull: Bool = false) -> World {
    let world = World().join("r1").create("a1").running("a1").setsAlarm("a1", alarm).intendsSleep("a1").stopped("a1")
    if isFull { world.create("a0").running("a0") }
    return world
  }

  @Test("An alarm fires before the signal that is stored when it is due")
  func beforeSignal() {
    let world = asleep(alarm: 5_000).at(5_000).wake("a1", reply: "x")
    #expect(world.answers == ["x: ACCEPTED ..."])
    #expect(world["a1"] == "starting g2 r1 for ever")
  }

  @Test("An alarm at the earliest time there is fires like any other that is overdue")
  func earliestTime() {
    let world = World().join("r1").create("a1").running("a1").setsAlarm("a1", Int64.min).stopped("a1", error: "boom")
    #expect(world["a1"] == "sleeping")
    #expect(world.tick()["a1"] == "starting g2 r1 for ever")
    #expect(world.record(of: "a1")?.alarm == nil)
  }

  @Test("More than ten years ahead is a dead letter by itself; it takes its index, the rest of the list counts")
  func tooFarAhead() {
    let world = World().join("r1").create("a1").running("a1")
    let limit = Limits.alarmAhead.value
    var far = world.next("r1", "a1", 1, .setAlarm(Instant(ms: limit + 1)))
    far.index = 2
    var near = far
    near.index = 3
    near.kind = .setAlarm(Instant(ms: limit))
    world.events("r1", [far, near])
    #expect(world.said == ["dead @0 limit:alarm_ts", "r1 <- ack 3"])
    #expect(world.record(of: "a1")?.alarm == Instant(ms: limit))
  }

  @Test("At most 500 alarms fire before a signal; they do not hold it back, and the next input fires the rest")
  func bounded() {
    let world = World()
    world.isChecking = false
    let count = 1_100
    world.join("r1", slots: 2_000)
    let ids = (0..<count).map { "a\(10_000 + $0)" }
    for id in ids { world.create(id).running(id).setsAlarm(id, 50_000).intendsSleep(id).stopped(id) }
    #expect(world.at(50_000).tick().effects.commands.count == 500)
    #expect(world[ids[499]] == "starting g2 r1 for ever")
    #expect(world[ids[500]] == "sleeping", "those due at the same time fire in the order of their ids")
    #expect(world.tick().effects.commands.count == 500)
    #expect(world.tick().effects.commands.count == 100)
    world.check()
  }

  @Test("All deadlines that are due fire before a signal, however many")
  func deadlinesAreNotBounded() {
    let world = World()
    world.isChecking = false
    let ids = (0..<1_100).map { "a\(10_000 + $0)" }
    for id in ids { world.create(id).wake(id, patience: 1_000) }
    world.at(1_000).join("r1", slots: 2_000)
    #expect(world.commands == ["r1 <- welcome 0"])
    #expect(world.effects.events.filter { $0.kind == .pendingTimeout }.map(\.actor.text) == ids)
    world.check()
  }
}
