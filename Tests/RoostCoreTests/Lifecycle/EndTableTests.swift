import Testing

@testable import RoostCore

/// Stopped and lost: what becomes of the actor. Three cells apart by `/` are the crash policies Sleep, Restart, Destroy.
/// `attempt` shows as a start, because a slot is free.
private let table = Table(
  """
  starting
    ok: destroyed
    error: sleeping / attempt standing / destroyed
    lost: sleeping / attempt standing / destroyed
    forced: attempt for ever / attempt standing / attempt standing
  starting, dontSleep
    ok: destroyed
    error: attempt until 90000 / attempt until 90000 standing / attempt until 90000 standing
    lost: attempt until 90000 / attempt until 90000 standing / attempt until 90000 standing
    forced: attempt until 90000 / attempt until 90000 standing / attempt until 90000 standing
  running
    ok: destroyed
    error: sleeping / attempt standing / destroyed
    lost: sleeping / attempt standing / destroyed
  sleepIntent
    ok: sleeping
    error: sleeping
    lost: sleeping
  sleepIntent, rewake
    ok: attempt until 90000
    error: attempt until 90000
    lost: attempt until 90000
  sleepIntent, rewake passed
    ok: sleeping
    error: sleeping
    lost: sleeping
  sleepIntent, alarm due
    ok: attempt for ever
    error: attempt for ever
    lost: attempt for ever
  sleepIntent, rewake passed, alarm due
    ok: attempt for ever
    error: attempt for ever
    lost: attempt for ever
  sleepIntent, rewake, alarm due
    ok: attempt until 90000
    error: attempt until 90000
    lost: attempt until 90000
  stopIntent
    ok: destroyed
    error: sleeping / attempt standing / destroyed
    lost: sleeping / attempt standing / destroyed
  stopIntent, rewake
    ok: destroyed
    error: attempt until 90000
    lost: attempt until 90000
  stopIntent, rewake passed
    ok: destroyed
    error: sleeping / attempt standing / destroyed
    lost: sleeping / attempt standing / destroyed
  asked
    ok: attempt / attempt standing / attempt standing
    error: attempt / attempt standing / attempt standing
    lost: attempt / attempt standing / attempt standing
  asked, rewake
    ok: attempt until 90000
    error: attempt until 90000
    lost: attempt until 90000
  asked, rewake passed
    ok: attempt / attempt standing / attempt standing
    error: attempt / attempt standing / attempt standing
    lost: attempt / attempt standing / attempt standing
  drain
    ok: sleeping / attempt standing / destroyed
    error: sleeping / attempt standing / destroyed
    lost: sleeping / attempt standing / destroyed
  drain, rewake
    ok: attempt until 90000
    error: attempt until 90000
    lost: attempt until 90000
  drain, rewake passed
    ok: sleeping / attempt standing / destroyed
    error: sleeping / attempt standing / destroyed
    lost: sleeping / attempt standing / destroyed
  destroying
    ok: destroyed
    error: destroyed
    lost: destroyed
  """)

private enum Variant: String, CaseIterable, Sendable { case ok, error, lost, forced }

private let policies: [CrashPolicy] = [.sleep, .restart, .destroy]

/// a1 on r1 as the row says, at 1 s; r2 has a free slot.
private func world(_ row: String, _ policy: CrashPolicy) -> World {
  let parts = row.split(separator: ",").map { $0.drop { $0 == " " } }
  let world = World()
  world.label = "\(row), policy \(policy):"
  world.join("r1", slots: 1).at(0).create("a1", policy)
  if parts.contains("dontSleep") { world.wake("a1", patience: 90_000) }
  if parts[0] != "starting" { world.running("a1") }
  if parts.contains("alarm due") { world.setsAlarm("a1", 900) }
  world.join("r2", slots: 1)
  switch parts[0] {
  case "sleepIntent": world.intendsSleep("a1")
  case "stopIntent": world.intendsStop("a1")
  case "asked": world.reschedule("a1")
  case "drain": world.drain("r1")
  case "destroying": world.destroy("a1")
  default: break
  }
  if parts.contains("rewake") { world.wake("a1", patience: 90_000) }
  if parts.contains("rewake passed") { world.wake("a1", patience: 500) }
  return world.at(1_000).tick()
}

/// How it went on, the runner left out: where there was room does not matter here.
private func outcome(_ world: World) -> String {
  guard case .starting(_, _, let demand)? = world.record(of: "a1")?.state else { return world["a1"] }
  return "attempt\(demand.line)"
}

@Suite("Stopped and lost") struct EndTableTests {
  @Test("Every end leads where the table says", arguments: table.rows, policies)
  private func cell(_ row: String, _ policy: CrashPolicy) throws {
    for variant in Variant.allCases where variant != .forced || row.hasPrefix("starting") {
      let cell = try #require(table[row, variant.rawValue], "the table has no cell \(row) / \(variant)")
      let cells = cell.split(separator: " / ").map(String.init)
      let expected = cells.count == 3 ? cells[Int(policy.rawValue) - 1] : cells[0]
      let world = world(row, policy)
      switch variant {
      case .ok: world.stopped("a1")
      case .error: world.stopped("a1", error: "boom")
      case .lost: world.lost("r1")
      case .forced: world.stopping("r1", last: 0)
      }
      #expect(outcome(world) == expected, "\(row), \(variant), policy \(policy)")
      #expect(world.runner("r1")?.actors.isEmpty != (world.record(of: "a1")?.state.placement?.runner.text == "r1"))
    }
  }

  @Test("A loss by a deadline leads where a loss of the runner leads", arguments: table.rows, policies)
  private func lostByDeadline(_ row: String, _ policy: CrashPolicy) {
    guard row != "running" else { return }
    let byRunner = world(row, policy)
    byRunner.lost("r1")
    let byDeadline = world(row, policy)
    byDeadline.at(30_000).tick()
    #expect(outcome(byDeadline) == outcome(byRunner))
    #expect(byDeadline.commands.contains("r1 <- \(row.hasPrefix("starting") ? 2 : 3) stop a1 g1 stale"))
  }

  @Test("A new session of the runner leads where its loss leads", arguments: table.rows, policies)
  private func lostBySuperseding(_ row: String, _ policy: CrashPolicy) {
    let byRunner = world(row, policy)
    byRunner.lost("r1")
    let superseded = world(row, policy)
    superseded.join("r1", slots: 1, session: "s2")
    #expect(outcome(superseded) == outcome(byRunner))
    #expect(superseded.commands.starts(with: ["r1 <- close superseded", "r1 <- welcome 0"]))
  }

  @Test("The end is told before what follows; of a destroyed actor only that it is destroyed")
  func events() {
    let failing = world("running", .restart).stopped("a1", error: "boom")
    #expect(failing.events == ["a1 stopped r1 error 'boom'"])
    #expect(failing.commands == ["r1 <- 2 start a1 g2"])
    #expect(world("stopIntent", .sleep).stopped("a1").events == ["a1 stopped r1 ok", "a1 destroyed completed"])
    #expect(world("running", .sleep).lost("r1").events == ["a1 lost r1 runner_lost", "a1 sleeping crash_policy"])
    #expect(world("running", .destroy).lost("r1").events == ["a1 lost r1 runner_lost", "a1 destroyed crash_policy"])
    #expect(world("sleepIntent", .restart).stopped("a1").events == ["a1 stopped r1 ok", "a1 sleeping stopped"])
    #expect(world("destroying", .restart).stopped("a1").events == ["a1 destroyed asked"])
    #expect(
      world("starting", .sleep).at(30_000).tick().events == ["a1 lost r1 no_start_report", "a1 sleeping crash_policy"])
    #expect(
      world("stopIntent", .sleep).at(30_000).tick().events == ["a1 lost r1 no_stop_report", "a1 sleeping crash_policy"])
  }

  @Test("The slot goes to those who wait before the actor that left it is looked at")
  func queueBeforeSelf() {
    let world = World().join("r1", slots: 1).create("a1", .restart).running("a1").create("b", .restart)
    world.stopped("a1", error: "boom")
    #expect(world.commands == ["r1 <- 2 start b g1"])
    #expect(world["a1"] == "pending standing")
  }

  @Test("An end of another generation, session or runner, or in a state without a runner, is dropped and counted")
  func dropped() {
    let world = world("running", .restart)
    world.events("r1", [world.next("r1", "a1", 2, .stopped(error: nil))])
    #expect(world.cell("a1") == "running g1 r1 | r1 <- ack 2")
    #expect(world.tally.droppedEvents == 1)
    world.events("r2", [world.next("r2", "a1", 1, .stopped(error: nil))])
    #expect(world.cell("a1") == "running g1 r1 | r2 <- ack 1")
    world.events("r1", session: "s0", [world.next("r1", "a1", 1, .stopped(error: nil))])
    #expect(world.cell("a1") == "running g1 r1")
    #expect(world.tally.droppedEvents == 1)
    #expect(world.tally.ignored == 1)
    world.sleep("a1").stopped("a1")
    world.events("r1", [world.next("r1", "a1", 1, .stopped(error: "late"))])
    #expect(world.cell("a1") == "sleeping | r1 <- ack 4")
    #expect(world.tally.droppedEvents == 1)
  }
}
