import Testing

@testable import RoostCore

/// The ten states by name, each with a way there.
enum StateName: String, CaseIterable, Sendable {
  case sleeping, backoff, pending, starting, running, sleepIntent, stopIntent, goingAway, destroying, destroyed
}

extension World {
  /// a1 in a state, everything at time 0. Runner r1 has one slot, taken by a1 where its state has a runner and else by
  /// a0. Runner r2 has a free slot of an older version, which only allocate may use.
  static func with(_ state: StateName, policy: CrashPolicy = .sleep) -> World {
    let world = World()
    world.label = "a1 \(state.rawValue):"
    world.join("r1", slots: 1, version: 2).join("r2", slots: 1, version: 1)
    switch state {
    case .sleeping: world.create("a0").running("a0").create("a1", .sleep)
    case .destroyed: world.create("a0").running("a0").create("a1", .sleep).destroy("a1")
    case .pending: world.create("a0").running("a0").create("a1", .sleep).wake("a1", patience: 3_000)
    case .backoff:
      world.create("a1").stopped("a1", error: "one").wake("a1").stopped("a1", error: "two").create("a0").wake("a1")
    case .starting: world.create("a1", policy)
    case .running: world.create("a1", policy).running("a1")
    case .sleepIntent: world.create("a1", policy).running("a1").intendsSleep("a1")
    case .stopIntent: world.create("a1", policy).running("a1").intendsStop("a1")
    case .goingAway: world.create("a1", policy).running("a1").reschedule("a1")
    case .destroying: world.create("a1", policy).running("a1").destroy("a1")
    }
    precondition(world.state("a1") == state.rawValue, "no way to \(state)")
    return world
  }
}
