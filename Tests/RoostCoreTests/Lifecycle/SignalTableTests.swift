import Testing

@testable import RoostCore

/// Signals x states: next state, then commands, events and answers. x asked; y would be asked by nobody.
private let table = Table(
  """
  sleeping
    create: sleeping | a1 rejected already_exists | x: REJECTED already_exists.
    wake: sleeping | a1 sleeping newest_full | x: ACCEPTED ... | x: SLEEPING newest_full.
    patient wake: pending until 5000 | a1 pending newest_full #1 | x: ACCEPTED ... | x: PENDING newest_full #1 ...
    allocate: sleeping | a1 rejected not_pending | x: REJECTED not_pending.
    sleep: sleeping | x: IGNORED sleeping.
    reschedule: sleeping | x: IGNORED sleeping.
    destroy: destroyed | a1 destroyed asked | x: ACCEPTED.
  backoff
    create: backoff | a1 rejected already_exists | x: REJECTED already_exists.
    wake: backoff | x: ACCEPTED ... | x: PENDING backoff ...
    patient wake: backoff until 5000 | x: ACCEPTED ... | x: PENDING backoff ...
    allocate: backoff | a1 rejected not_pending | x: REJECTED not_pending.
    sleep: sleeping | a1 sleeping asked | x: ACCEPTED.
    reschedule: backoff | x: IGNORED backoff.
    destroy: destroyed | a1 destroyed asked | x: ACCEPTED.
  pending
    create: pending until 3000 | a1 rejected already_exists | x: REJECTED already_exists.
    wake: pending until 3000 | x: ACCEPTED #1 ... | x: PENDING newest_full #1 ...
    patient wake: pending until 5000 | x: ACCEPTED #1 ... | x: PENDING newest_full #1 ...
    allocate: starting g1 r2 until 3000 | r2 <- 1 start a1 g1 | x: ACCEPTED.
    sleep: sleeping | a1 sleeping asked | x: ACCEPTED.
    reschedule: pending until 3000 | x: IGNORED pending #1.
    destroy: destroyed | a1 destroyed asked | x: ACCEPTED.
  starting
    create: starting g1 r1 | a1 rejected r1 already_exists | x: REJECTED already_exists.
    wake: starting g1 r1 | x: ACCEPTED ...
    patient wake: starting g1 r1 until 5000 | x: ACCEPTED ...
    allocate: starting g1 r1 | a1 rejected r1 not_pending | x: REJECTED not_pending.
    sleep: sleepIntent g1 r1 | r1 <- 2 stop a1 g1 sleep | a1 sleep_intent r1 | x: ACCEPTED.
    reschedule: goingAway(asked) g1 r1 | r1 <- 2 stop a1 g1 goingAway | a1 going_away r1 asked | x: ACCEPTED.
    destroy: destroying g1 r1 | r1 <- 2 stop a1 g1 destroy | a1 destroying r1 | x: ACCEPTED.
  running
    create: running g1 r1 | a1 rejected r1 already_exists | x: REJECTED already_exists.
    wake: running g1 r1 | x: IGNORED running.
    patient wake: running g1 r1 | x: IGNORED running.
    allocate: running g1 r1 | a1 rejected r1 not_pending | x: REJECTED not_pending.
    sleep: sleepIntent g1 r1 | r1 <- 2 stop a1 g1 sleep | a1 sleep_intent r1 | x: ACCEPTED.
    reschedule: goingAway(asked) g1 r1 | r1 <- 2 stop a1 g1 goingAway | a1 going_away r1 asked | x: ACCEPTED.
    destroy: destroying g1 r1 | r1 <- 2 stop a1 g1 destroy | a1 destroying r1 | x: ACCEPTED.
  sleepIntent
    create: sleepIntent g1 r1 | a1 rejected r1 already_exists | x: REJECTED already_exists.
    wake: sleepIntent g1 r1 rewake | x: ACCEPTED ...
    patient wake: sleepIntent g1 r1 rewake until 5000 | x: ACCEPTED ...
    allocate: sleepIntent g1 r1 | a1 rejected r1 not_pending | x: REJECTED not_pending.
    sleep: sleepIntent g1 r1 | x: IGNORED sleepIntent.
    reschedule: goingAway(asked) g1 r1 | a1 going_away r1 asked | x: ACCEPTED.
    destroy: destroying g1 r1 | a1 destroying r1 | x: ACCEPTED.
  stopIntent
    create: stopIntent g1 r1 | a1 rejected r1 already_exists | x: REJECTED already_exists.
    wake: stopIntent g1 r1 rewake | x: ACCEPTED ...
    patient wake: stopIntent g1 r1 rewake until 5000 | x: ACCEPTED ...
    allocate: stopIntent g1 r1 | a1 rejected r1 not_pending | x: REJECTED not_pending.
    sleep: stopIntent g1 r1 | x: IGNORED stopIntent.
    reschedule: stopIntent g1 r1 | x: IGNORED stopIntent.
    destroy: destroying g1 r1 | a1 destroying r1 | x: ACCEPTED.
  goingAway
    create: goingAway(asked) g1 r1 | a1 rejected r1 already_exists | x: REJECTED already_exists.
    wake: goingAway(asked) g1 r1 rewake | x: ACCEPTED ...
    patient wake: goingAway(asked) g1 r1 rewake until 5000 | x: ACCEPTED ...
    allocate: goingAway(asked) g1 r1 | a1 rejected r1 not_pending | x: REJECTED not_pending.
    sleep: goingAway(asked) g1 r1 | x: IGNORED goingAway.
    reschedule: goingAway(asked) g1 r1 | x: IGNORED goingAway.
    destroy: destroying g1 r1 | a1 destroying r1 | x: ACCEPTED.
  destroying
    create: destroying g1 r1 | a1 rejected r1 already_exists | x: REJECTED already_exists.
    wake: destroying g1 r1 | x: DESTROYED.
    patient wake: destroying g1 r1 | x: DESTROYED.
    allocate: destroying g1 r1 | a1 rejected r1 not_pending | x: REJECTED not_pending.
    sleep: destroying g1 r1 | x: IGNORED destroying.
    reschedule: destroying g1 r1 | x: IGNORED destroying.
    destroy: destroying g1 r1 | x: IGNORED destroying.
  destroyed
    create: sleeping | a1 created | a1 sleeping newest_full | x: ACCEPTED.
    wake: destroyed | x: DESTROYED.
    patient wake: destroyed | x: DESTROYED.
    allocate: destroyed | a1 rejected not_pending | x: REJECTED not_pending.
    sleep: destroyed | x: IGNORED destroyed.
    reschedule: destroyed | x: IGNORED destroyed.
    destroy: destroyed | x: IGNORED destroyed.
  """)

private enum Verb: String, CaseIterable, Sendable {
  case create, wake
  case patientWake = "patient wake"
  case allocate, sleep, reschedule, destroy

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

@Suite("Signals") struct SignalTableTests {
  @Test("Every verb does in every state what the table says", arguments: StateName.allCases, Verb.allCases)
  private func cell(_ state: StateName, _ verb: Verb) throws {
    let expected = try #require(table[state.rawValue, verb.rawValue], "the table has no cell \(state) / \(verb)")
    let world = World.with(state)
    verb.apply(to: world)
    #expect(world.cell("a1") == expected)
  }

  @Test("The table has a cell for every verb in every state, and no other")
  func isComplete() {
    #expect(table.count == StateName.allCases.count * Verb.allCases.count)
  }

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

  @Test("A signal that is ignored or repeated moves no deadline", arguments: StateName.allCases, Verb.allCases)
  private func deadlineStays(_ state: StateName, _ verb: Verb) {
    let world = World.with(state)
    let before = (world.state("a1"), world.due("a1"))
    world.at(1_000)
    verb.apply(to: world)
    guard world.state("a1") == before.0, state != .pending else { return }
    #expect(world.due("a1") == before.1)
  }

  @Test("Moving between the states that wait for the stop keeps the deadline", arguments: [Verb.reschedule, .destroy])
  private func stopDeadlineStays(_ verb: Verb) {
    let world = World.with(.sleepIntent)
    world.at(1_000)
    verb.apply(to: world)
    #expect(world.due("a1") == 30_000)
  }

  @Test("What is said to an actor nobody created is refused; only create makes one", arguments: Verb.allCases)
  private func unknown(_ verb: Verb) {
    let world = World().join("r1", slots: 0)
    verb.apply(to: world)
    if verb == .create {
      #expect(world.cell("a1") == "sleeping | a1 created | a1 sleeping newest_full | x: ACCEPTED.")
    } else {
      #expect(world.cell("a1") == "unknown | a1 rejected unknown_actor | x: REJECTED unknown_actor.")
    }
  }

  @Test("Only create makes an unknown pool", arguments: Verb.allCases)
  private func unknownPool(_ verb: Verb) {
    let world = World()
    verb.apply(to: world)
    #expect(world.machine.poolIDs == (verb == .create ? [world.pool] : []))
  }

  @Test("A sleep takes back the wake that waits for the stop, and says so to the one who asked")
  func sleepClearsRewake() {
    let world = World.with(.sleepIntent)
    world.wake("a1", patience: 5_000, reply: "w")
    world.sleep("a1", reply: "x")
    #expect(world.cell("a1") == "sleepIntent g1 r1 | w: SLEEPING asked. | x: ACCEPTED.")
  }
}
