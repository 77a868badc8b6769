import Testing

@testable import RoostCore

@Suite("Heap, timers, agenda") struct TimersTests {
  @Test("A heap gives what it holds in order, also after some are taken out", arguments: 0..<20 as Range<UInt64>)
  func heap(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var heap = Heap<Int>()
    var model: [Int] = []
    for _ in 0..<2_000 {
      switch random.below(10) {
      case 0...5:
        let value = random.below(300)
        heap.insert(value)
        model.append(value)
      case 6...8:
        let least = model.min()
        #expect(heap.first == least)
        #expect(heap.removeFirst() == least)
        if let least, let place = model.firstIndex(of: least) { model.remove(at: place) }
      default:
        guard random.chance(5) else { continue }
        heap.removeAll { $0 % 3 == 0 }
        model.removeAll { $0 % 3 == 0 }
      }
      #expect(heap.count == model.count)
    }
    var rest: [Int] = []
    while let value = heap.removeFirst() { rest.append(value) }
    #expect(rest == model.sorted())
  }

  @Test("Timers come by due time, then kind; those of one due time and kind come together")
  func groups() {
    var timers = Timers()
    func timer(_ due: Int64, _ kind: TimerKind, _ slot: Int) -> Timer {
      Timer(due: Instant(ms: due), kind: kind, slot: slot)
    }
    let all = [
      timer(5, .drain, 1), timer(5, .pending, 3), timer(4, .stop, 1), timer(5, .start, 2), timer(5, .pending, 2),
      timer(9, .pending, 1), timer(5, .alarm, 1), timer(5, .retention, 1), timer(5, .backoff, 1),
    ]
    for timer in all { timers.insert(timer) }
    var taken: [[TimerKind]] = []
    while case let group = timers.takeGroup(isDeadline: true, by: Instant(ms: 5)), !group.isEmpty {
      taken.append(group.map(\.kind))
    }
    #expect(taken == [[.stop], [.pending, .pending], [.start], [.drain]])
    var alarms: [TimerKind] = []
    while case let group = timers.takeGroup(isDeadline: false, by: Instant(ms: 5)), !group.isEmpty {
      alarms += group.map(\.kind)
    }
    #expect(alarms == [.alarm, .backoff, .retention])
    #expect(timers.takeGroup(isDeadline: true, by: Instant(ms: 8)).isEmpty)
  }

  @Test("Pruning leaves a real timer on top, and sweeps out the dead when they are many")
  func prune() {
    var timers = Timers()
    for number in 0..<3_000 { timers.insert(Timer(due: Instant(ms: Int64(number)), kind: .start, slot: number)) }
    timers.prune { $0.slot % 1_000 != 999 }
    #expect(timers.deadlines.first?.slot == 999)
    #expect(timers.deadlines.count == 3)
  }

  @Test("What is due at the same time fires in the order pending, start, stop, drain, and by id within each")
  func firingOrder() {
    let world = World {
      $0.actorStartThreshold = Milliseconds(10_000)
      $0.actorStopThreshold = Milliseconds(10_000)
      $0.runnerDrainDeadline = Milliseconds(10_000)
    }
    world.join("ra", slots: 2).create("d2").create("d1")
    world.join("rb", slots: 2).create("c2").create("c1").running("c2").running("c1")
    world.intendsSleep("c2").intendsSleep("c1")
    world.join("rc", slots: 2).create("b2").create("b1").running("b2").running("b1")
    world.create("a2").create("a1").wake("a2", patience: 10_000).wake("a1", patience: 10_000)
    // The stops of b1 and b2 are due after the drain of their runner.
    world.configure { $0.actorStopThreshold = Milliseconds(20_000) }.drain("rc")
    #expect(world.at(9_999).tick().events == [])
    world.at(10_000).tick()
    let ends = world.effects.events.filter { [.pendingTimeout, .lost].contains($0.kind) }
    #expect(
      ends.map { "\($0.actor) \($0.kind == .lost ? $0.reason : "timeout")" } == [
        "a1 timeout", "a2 timeout", "d1 no_start_report", "d2 no_start_report", "c1 no_stop_report",
        "c2 no_stop_report", "b1 drain_deadline", "b2 drain_deadline",
      ])
  }

  @Test("The agenda names the pool whose timer is due first", arguments: 0..<10 as Range<UInt64>)
  func agenda(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var agenda = Agenda()
    var model: [Int: Instant] = [:]
    for _ in 0..<3_000 {
      let index = random.below(20)
      model[index] = random.chance(30) ? nil : Instant(ms: Int64(random.below(50)))
      agenda.set(index, model[index])
      let first = model.min { ($0.value, $0.key) < ($1.value, $1.key) }
      #expect(agenda.first?.index == first?.key && agenda.first?.due == first?.value)
    }
  }

  @Test("A first-in first-out list keeps its order while its front is given up", arguments: 0..<10 as Range<UInt64>)
  func fifo(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var fifo = Fifo<Int>()
    var model: [Int] = []
    for step in 0..<3_000 {
      if random.chance(step % 1_000 < 500 ? 70 : 30) {
        fifo.append(step)
        model.append(step)
      } else {
        fifo.removeFirst()
        if !model.isEmpty { model.removeFirst() }
      }
      #expect(fifo.first == model.first && fifo.count == model.count)
    }
    #expect(Array(fifo.elements) == model)
  }
}
