import Testing

@testable import RoostCore

/// A column of the page: an actor a1 in a state, with the data that matter.
///
/// Runner r1 has one slot of version 2, r2 one of version 1, which only counts while r1 does not. In a state with a
/// runner a1 is on r1. With room nobody else is there; without it a0 runs on r1, or, where a1 itself does, q waits for
/// its slot. All of it is at 0 ms; what the page says happens at 1,000 ms.
struct ActorRow: Sendable, CustomTestStringConvertible {
  var section: String
  var column: String
  var policies: [CrashPolicy] = [.sleep, .restart, .destroy]
  var generation: Generation = 1
  /// Those who asked and wait for an answer, first one first, with their deadlines.
  var waiters: [(name: String, deadline: Int64?)] = []
  /// They were told PENDING already.
  var areTold = false
  /// Where a start or a stop is waited for, and no rewake waits, nobody does.
  var timesOut = true
  var hasRoom = [true, false]
  var build: @Sendable (World, CrashPolicy, _ room: Bool) -> Void

  var testDescription: String { "\(section), \(column)" }

  func world(_ policy: CrashPolicy, room: Bool, _ change: (inout PoolSettings) -> Void = { _ in }) -> World {
    let world = World {
      $0.baseRetryTimeout = Milliseconds(100_000)
      change(&$0)
    }
    world.label = "\(section), \(column), policy \(policy), \(room ? "room" : "no room"):"
    // The way to the state is walked thousands of times: checked once, at its end.
    world.isChecking = false
    world.join("r1", slots: 1, version: 2).join("r2", slots: 1, version: 1)
    build(world, policy, room)
    world.isChecking = true
    world.at(1_000).tick()
    return world
  }
}

extension World {
  /// a1 asleep after a run, as generation 1.
  fileprivate func asleep(_ policy: CrashPolicy, alarm: Int64? = nil, room: Bool) -> World {
    create("a1", policy).running("a1")
    if let alarm { setsAlarm("a1", alarm) }
    intendsSleep("a1").stopped("a1")
    return room ? self : taken()
  }

  fileprivate func taken() -> World { create("a0").running("a0") }
  fileprivate func waitedFor(_ room: Bool) { if !room { create("q").wake("q", patience: .forever) } }

  /// v and w asked; w's wait is the longer one, and the actor's.
  fileprivate func asked() { wake("a1", patience: 4_000, reply: "v").wake("a1", patience: 5_000, reply: "w") }

  /// a1 has crashed twice and wants to start again: generation 2.
  fileprivate func crashed() -> World {
    create("a1").wake("a1", patience: .forever).stopped("a1", error: "one").stopped("a1", error: "two")
  }
}

private let both: [(name: String, deadline: Int64?)] = [("v", 4_000), ("w", 5_000)]

/// The columns of a state that waits for the stop: what may be told to the actor meanwhile.
private func leaving(_ section: String, _ leave: @escaping @Sendable (World) -> Void) -> [ActorRow] {
  func row(
    _ column: String, _ waiters: [(name: String, deadline: Int64?)] = [], alarm: Int64? = nil,
    _ meanwhile: @escaping @Sendable (World) -> Void
  ) -> ActorRow {
    ActorRow(section: section, column: column, waiters: waiters) { world, policy, room in
      world.create("a1", policy).running("a1")
      if let alarm { world.setsAlarm("a1", alarm) }
      world.waitedFor(room)
      leave(world)
      if world.record(of: "q")?.state.placement != nil { world.running("q") }
      meanwhile(world)
    }
  }
  var rows = [
    row("plain") { _ in },
    row("rewake", [("w", nil)]) { $0.wake("a1", reply: "w") },
    row("rewake until 5000", both) { $0.asked() },
    row("rewake until 500") { $0.wake("a1", patience: 500) },
  ]
  // They asked when it was starting. An order answers them or makes their wish the rewake; the actor's own intent does not.
  if section.hasSuffix("Intent") {
    rows.append(
      ActorRow(section: section, column: "callers", waiters: both, timesOut: false) { world, policy, room in
        world.create("a1", policy).asked()
        world.waitedFor(room)
        leave(world)
        if world.record(of: "q")?.state.placement != nil { world.running("q") }
      })
  }
  guard section == "sleepIntent" else { return rows }
  rows.append(row("alarm due", alarm: 900) { _ in })
  rows.append(row("alarm due, rewake until 5000", both, alarm: 900) { $0.asked() })
  rows.append(row("alarm to come", alarm: 50_000) { _ in })
  return rows
}

let actorRows: [ActorRow] =
  [
    ActorRow(section: "an actor nobody created", column: "unknown", generation: 0) { world, _, room in
      if !room { _ = world.taken() }
    },
    ActorRow(section: "sleeping", column: "plain") { world, policy, room in _ = world.asleep(policy, room: room) },
    ActorRow(section: "sleeping", column: "alarm to come") { world, policy, room in
      _ = world.asleep(policy, alarm: 50_000, room: room)
    },
    ActorRow(section: "sleeping", column: "alarm due") { world, policy, room in
      world.asleep(policy, alarm: 900, room: room).holdsAlarms = true
    },
    ActorRow(section: "backoff", column: "plain", policies: [.sleep], generation: 2) { world, _, room in
      world.crashed().sleep("a1").wake("a1")
      if !room { _ = world.taken() }
    },
    ActorRow(section: "backoff", column: "until 5000", policies: [.sleep], generation: 2, waiters: both, areTold: true)
    {
      world, _, room in
      world.crashed().sleep("a1").asked()
      if !room { _ = world.taken() }
    },
    ActorRow(
      section: "backoff", column: "for ever", policies: [.sleep], generation: 2, waiters: [("w", nil)], areTold: true
    ) { world, _, room in
      world.crashed().wake("a1", reply: "w")
      if !room { _ = world.taken() }
    },
    ActorRow(section: "backoff", column: "own", policies: [.restart], generation: 2) { world, _, room in
      world.create("a1", .restart).stopped("a1", error: "one").stopped("a1", error: "two")
      if !room { _ = world.taken() }
    },
    ActorRow(
      section: "backoff", column: "own until 5000", policies: [.restart], generation: 2, waiters: [("w", 5_000)],
      areTold: true
    ) { world, _, room in
      world.create("a1", .restart).stopped("a1", error: "one").stopped("a1", error: "two")
      world.wake("a1", patience: 5_000, reply: "w")
      if !room { _ = world.taken() }
    },
    ActorRow(section: "pending", column: "until 5000", waiters: both, areTold: true, hasRoom: [false]) {
      world, policy, _ in world.asleep(policy, room: false).asked()
    },
    ActorRow(
      section: "pending", column: "for ever", waiters: [("v", 4_000), ("w", nil)], areTold: true, hasRoom: [false]
    ) { world, policy, _ in
      world.asleep(policy, room: false).wake("a1", patience: 4_000, reply: "v")
      world.wake("a1", patience: .forever, reply: "w")
    },
    ActorRow(
      section: "pending", column: "own", policies: [.restart, .destroy], generation: 0, hasRoom: [false]
    ) { world, policy, _ in _ = world.taken().create("a1", policy) },
    ActorRow(
      section: "pending", column: "own until 5000", policies: [.restart, .destroy], generation: 0,
      waiters: [("w", 5_000)], areTold: true, hasRoom: [false]
    ) { world, policy, _ in world.taken().create("a1", policy).wake("a1", patience: 5_000, reply: "w") },
    ActorRow(section: "starting", column: "plain", generation: 2) { world, policy, room in
      world.asleep(policy, room: true).wake("a1").waitedFor(room)
    },
    ActorRow(section: "starting", column: "until 5000", generation: 2, waiters: both, timesOut: false) {
      world, policy, room in
      world.asleep(policy, room: true).asked()
      world.waitedFor(room)
    },
    ActorRow(section: "starting", column: "own", policies: [.restart, .destroy]) { world, policy, room in
      world.create("a1", policy).waitedFor(room)
    },
    ActorRow(
      section: "starting", column: "own until 5000", policies: [.restart, .destroy], waiters: [("w", 5_000)],
      timesOut: false
    ) { world, policy, room in
      world.create("a1", policy).wake("a1", patience: 5_000, reply: "w").waitedFor(room)
    },
    ActorRow(section: "running", column: "plain") { world, policy, room in
      world.create("a1", policy).running("a1").waitedFor(room)
    },
    ActorRow(section: "running", column: "alarm due") { world, policy, room in
      world.create("a1", policy).running("a1").setsAlarm("a1", 900).waitedFor(room)
    },
    ActorRow(section: "destroying", column: "plain") { world, policy, room in
      world.create("a1", policy).running("a1").waitedFor(room)
      world.destroy("a1")
    },
    ActorRow(section: "destroyed", column: "plain") { world, policy, room in
      world.asleep(policy, room: room).destroy("a1")
    },
  ]
  + leaving("sleepIntent") { $0.intendsSleep("a1") } + leaving("stopIntent") { $0.intendsStop("a1") }
  + leaving("goingAway(asked)") { $0.reschedule("a1") } + leaving("goingAway(drain)") { $0.drain("r1") }
