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
    let world = World { settings in
      settings.actorStartThreshold = Milliseconds(10_000)
      settings.actorStopThreshold = Milliseconds(10_000)
      settings.runnerDrainDeadline = Milliseconds(10_000)
      settings.baseRetryTimeout = Milliseconds(1)
    }
    world.join("ra", slots: 4).create("d").running("d").create("s").running("s")
    world.join("rb", slots: 4).create("c2").create("c1").create("z").running("z").lost("ra")
    // Everything from here is due at 10,000: patience, starts of c1 and c2, the stop of z, the drain of rc.
    world.join("rc", slots: 1).create("x").running("x").intendsSleep("x").wake("x", patience: .forever)
    world.create("p2").create("p1").wake("p2", patience: 10_000).wake("p1", patience: 10_000)
    #expect(world["p1"].hasPrefix("starting") || world["p1"].hasPrefix("pending"))
    world.at(10_000).tick()
    let kinds = world.effects.events.filter { [.pendingTimeout, .lost].contains($0.kind) }
    let reasons = kinds.map { $0.kind == .pendingTimeout ? "timeout" : $0.reason }
    let order = ["timeout", "no_start_report", "no_stop_report", "drain_deadline"]
    #expect(reasons == reasons.sorted { order.firstIndex(of: $0)! < order.firstIndex(of: $1)! })
    for reason in order {
      let ids = zip(kinds, reasons).filter { $0.1 == reason }.map(\.0.actor)
      #expect(ids == ids.sorted(), "\(reason)")
    }
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
