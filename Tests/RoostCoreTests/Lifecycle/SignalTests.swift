import Testing

@testable import RoostCore

private enum Verb: String, CaseIterable, Sendable {
  case create, wake, patientWake, allocate, sleep, reschedule, destroy

  func apply(to world: World, _ actor: String = "a1", reply: String? = "x") {
    switch self {
    case .create: world.create(actor, reply: reply)
    case .wake: world.wake(actor, reply: reply)
    case .patientWake: world.wake(actor, patience: 5_000, reply: reply)
    case .allocate: world.allocate(actor, on: "r2", reply: reply)
    case .sleep: world.sleep(actor, reply: reply)
    case .reschedule: world.reschedule(actor, reply: reply)
    case .destroy: world.destroy(actor, reply: reply)
    }
  }
}

@Suite("Signals") struct SignalTests {
  @Test("Without a reply subject the same happens and nobody is answered", arguments: StateName.allCases, Verb.allCases)
  private func silent(_ state: StateName, _ verb: Verb) {
    let asked = World.with(state)
    let silent = World.with(state)
    verb.apply(to: asked)
    verb.apply(to: silent, reply: nil)
    #expect(silent["a1"] == asked["a1"])
    #expect(silent.commands + silent.events == asked.commands + asked.events)
    #expect(silent.answers == [])
  }

  @Test("Only create makes an unknown pool", arguments: Verb.allCases)
  private func unknownPool(_ verb: Verb) {
    let world = World()
    verb.apply(to: world)
    #expect(world.machine.poolIDs == (verb == .create ? [world.pool] : []))
  }
}
