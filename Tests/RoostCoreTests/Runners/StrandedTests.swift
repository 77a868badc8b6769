import Testing

@testable import RoostCore

/// A worker that cannot read an actor leaves it alone, and the sessions of its pool's runners end without it.
@Suite("Actors whose session ended without them") struct StrandedTests {
  private let pool = PoolID(namespace: "default", name: "gpu")
  private let a1 = ActorID("a1")
  private let r1 = RunnerID("r1")

  private func open(_ session: String) -> Change {
    .runner(
      r1,
      RunnerRecord(
        phase: .open(
          RunnerSession(id: SessionID(session), version: 1, totalSlots: 1, protocol: 1, metadata: []))))
  }

  private var closed: Change {
    .runner(r1, RunnerRecord(phase: .closed(at: Instant(ms: 5), until: Instant(ms: 1_000_000_000))))
  }

  private func machine(_ changes: [Change]) -> Machine {
    var machine = Machine(defaults: PoolSettings())
    for change in changes { machine.evolve(change, in: pool) }
    machine.recovered()
    return machine
  }

  private func changes(_ machine: Machine) -> [Change] { machine.reading(pool) { $0.changes() } ?? [] }

  private func begun(_ policy: CrashPolicy, _ state: ActorState) -> [Change] {
    [
      open("s1"),
      .actorCreated(
        a1, ActorFacts(name: "actor", key: nil, crashPolicy: policy, input: [], createdAt: Instant(ms: 1))),
      .actor(a1, ActorRecord(state: state, generation: 3)),
    ]
  }

  @Test("they are lost at the next start, whatever became of the runner, also by way of a snapshot")
  func lost() {
    let endings = [[closed], [closed, .runnerRemoved(r1)], [open("s2")], [closed, .runnerRemoved(r1), open("s2")]]
    let states: [ActorState] = [
      .running(Placement(runner: r1)), .sleepIntent(Placement(runner: r1), deadline: Instant(ms: 9), rewake: nil),
      .destroying(Placement(runner: r1), deadline: Instant(ms: 9)),
      .starting(Placement(runner: r1), deadline: Instant(ms: 9), Demand()),
    ]
    for (ending, state) in endings.flatMap({ ending in states.map { (ending, $0) } }) {
      let read = machine(begun(.restart, state) + ending)
      for var machine in [read, self.machine(changes(read))] {
        #expect(machine.reading(pool) { $0.strandedInOrder.count } == 1)
        let before = changes(machine)
        var effects = Effects()
        let now = Instant(ms: 10)
        machine.apply(.renewDeadlines, to: pool, at: Moment(now: now, clock: now, record: 7), into: &effects)
        if case .destroying = state {
          #expect(effects.events.map(\.kind) == [.destroyed])
        } else {
          #expect(effects.events.first?.kind == .lost && effects.events.first?.reason == "runner_lost")
        }
        #expect(machine.reading(pool) { $0.invariantFaults() } == [])
        #expect(changes(self.machine(before + effects.changes)) == changes(machine), "as it was recorded")
        // In the next session it is started with a generation of its own.
        let isOpen = machine.reading(pool) { !$0.openRunners.isEmpty } ?? false
        if isOpen, case .running = state {
          #expect(machine.reading(pool) { $0.actorView(a1)?.record.generation } == 4)
          #expect(machine.reading(pool) { $0.actorView(a1)?.session } == SessionID("s2"))
        }
      }
    }
  }

  @Test("a deadline that fires first ends them too, though nothing is known of the runner any more")
  func deadline() {
    var machine = machine(
      begun(.sleep, .stopIntent(Placement(runner: r1), deadline: Instant(ms: 9), rewake: nil)) + [
        closed, .runnerRemoved(r1),
      ])
    var effects = Effects()
    let now = Instant(ms: 10)
    machine.apply(.deadlines, to: pool, at: Moment(now: now, clock: now, record: 7), into: &effects)
    #expect(effects.events.map(\.kind) == [.lost, .sleeping])
    #expect(machine.reading(pool) { $0.invariantFaults() } == [])
  }
}
