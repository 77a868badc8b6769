import Testing

@testable import RoostCore

/// A line of the page: something that can reach an actor.
struct ActorInput: Sendable {
  var name: String
  /// Settings that it needs.
  var settings: @Sendable (inout PoolSettings) -> Void = { _ in }
  /// x asked with a wake: where the wake counts, x waits.
  var isWake = false
  /// It cannot happen to an actor in this state: the cell is `-`.
  var isImpossible: @Sendable (World, ActorRow) -> Bool = { _, _ in false }
  /// What has to happen before, and is not part of the cell.
  var before: @Sendable (World) -> Void = { _ in }
  var apply: @Sendable (World, ActorRow, CrashPolicy) -> Void
}

extension World {
  /// Lets callers' deadlines pass one by one, so that what they bring about is not part of a later step.
  fileprivate func patienceIsOver() { at(4_000).tick().at(5_000).tick() }

  fileprivate func startIndex(of actor: String) -> CommandIndex {
    let commands = runner("r1").map { Array($0.commands.elements) } ?? []
    return commands.last { $0.kind == .start && $0.actor.text == actor }?.index ?? 1
  }
}

/// An event of r1 in its open session, of the actor's generation or another.
private func event(_ name: String, _ kind: RunnerEvent.Kind, generation: Generation? = nil, from runner: String = "r1")
  -> ActorInput
{
  ActorInput(name: name) { world, row, _ in
    world.events(runner, [world.next(runner, "a1", generation ?? row.generation, kind)])
  }
}

private func signal(_ name: String, isWake: Bool = false, _ apply: @escaping @Sendable (World) -> Void) -> ActorInput {
  ActorInput(name: name, isWake: isWake) { world, _, _ in apply(world) }
}

private func timer(_ name: String, _ kinds: [TimerKind]) -> ActorInput {
  ActorInput(
    name: name, isImpossible: { world, _ in kinds.allSatisfy { world.record(of: "a1")?.due($0) == nil } },
    before: { $0.patienceIsOver() }
  ) { world, _, _ in
    guard let record = world.record(of: "a1"), let due = kinds.compactMap({ record.due($0) }).first else { return }
    world.at(due.ms).tick()
  }
}

@Sendable private func isNotPending(_ world: World, _ row: ActorRow) -> Bool { world.state("a1") != "pending" }

let actorInputs: [ActorInput] = [
  // Signals.
  ActorInput(name: "create") { world, _, policy in world.create("a1", policy, reply: "x") },
  signal("wake", isWake: true) { $0.wake("a1", reply: "x") },
  signal("wake until 3000", isWake: true) { $0.wake("a1", patience: 2_000, reply: "x") },
  signal("wake until 9000", isWake: true) { $0.wake("a1", patience: 8_000, reply: "x") },
  signal("wake for ever", isWake: true) { $0.wake("a1", patience: .forever, reply: "x") },
  signal("wake expired") { $0.wake("a1", patience: .forever, expires: 999, reply: "x") },
  signal("allocate") { $0.allocate("a1", on: "r2", reply: "x") },
  signal("allocate stale ticket") { $0.allocate("a1", on: "r2", ticket: 99, reply: "x") },
  signal("sleep") { $0.sleep("a1", reply: "x") },
  signal("reschedule") { $0.reschedule("a1", reply: "x") },
  signal("destroy") { $0.destroy("a1", reply: "x") },
  // Events of its runner.
  event("running", .running), event("sleep_intent", .sleepIntent), event("stop_intent", .stopIntent),
  event("stopped ok", .stopped(error: nil)), event("stopped error", .stopped(error: "boom")),
  event("set_alarm to come", .setAlarm(Instant(ms: 7_000))), event("set_alarm past", .setAlarm(Instant(ms: 800))),
  event("set_alarm clear", .setAlarm(nil)), event("set_alarm too far", .setAlarm(.distantFuture)),
  event("foreign running", .running, generation: 7), event("foreign sleep_intent", .sleepIntent, generation: 7),
  event("foreign stop_intent", .stopIntent, generation: 7),
  event("foreign stopped", .stopped(error: nil), generation: 7),
  event("foreign set_alarm", .setAlarm(Instant(ms: 7_000)), generation: 7),
  event("r2 running", .running, from: "r2"), event("r2 stopped", .stopped(error: nil), from: "r2"),
  // Time.
  signal("time passes") { $0.at(1_500).tick() },
  ActorInput(name: "a waiter's deadline", isImpossible: { _, row in !row.waiters.contains { $0.deadline == 4_000 } }) {
    world, _, _ in world.at(4_000).tick()
  },
  ActorInput(
    name: "patience ends", isImpossible: { _, row in !row.waiters.contains { $0.deadline == 5_000 } },
    before: { $0.at(4_000).tick() }
  ) { world, _, _ in world.at(5_000).tick() },
  timer("answer overdue", [.start, .stop]),
  ActorInput(name: "alarm", isImpossible: { world, _ in world.record(of: "a1")?.due(.alarm) == nil }) { world, _, _ in
    if !world.holdsAlarms { world.at(50_000) }
    world.holdsAlarms = false
    world.tick()
  },
  timer("back-off ends", [.backoff]), timer("retention ends", [.retention]),
  // Its runner.
  signal("lost") { $0.lost("r1") },
  signal("new session") { $0.join("r1", slots: 1, version: 2, session: "s2") },
  signal("changed") { $0.join("r1", slots: 2, version: 2) },
  signal("index above issued") { $0.join("r1", slots: 1, version: 2, last: 99) },
  signal("handed back") { $0.stopping("r1", last: $0.startIndex(of: "a1") - 1) },
  signal("drain") { $0.drain("r1") },
  ActorInput(name: "version upgrade", settings: { $0.drainOnVersionUpgrade = true }) { world, _, _ in
    world.join("r3", slots: 1, version: 3)
  },
  ActorInput(
    name: "drain deadline", settings: { $0.runnerDrainDeadline = Milliseconds(20_000) },
    isImpossible: { world, _ in world.record(of: "a1")?.state.placement == nil },
    before: { world in
      if world.runner("r1")?.isDraining != true { world.drain("r1") }
      world.patienceIsOver()
    }
  ) { world, _, _ in
    world.at(world.runner("r1")?.record.session?.drainDeadline?.ms ?? 0).tick()
  },
  // The pool.
  ActorInput(name: "slot freed", isImpossible: isNotPending) { world, _, _ in world.stopped("a0") },
  ActorInput(name: "runner joined", isImpossible: isNotPending) { world, _, _ in world.join("r3", slots: 1, version: 2)
  },
  signal("stale") { $0.stale("r1") },
  ActorInput(name: "fresh", before: { $0.stale("r2").stale("r1") }) { world, _, _ in world.fresh("r2") },
  signal("grace") { $0.input(.renewDeadlines) },
  signal("sweep") { $0.input(.sweep) },
  signal("configure") { $0.configure { $0.maxPending = 7 } },
]
