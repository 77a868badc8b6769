// The invariants that the state alone can break: for the simulation, and for whoever doubts a live pool.

extension Pool {
  /// What is wrong with the pool as it stands (lifecycle, invariants 1, 3, 4, 5); empty when nothing is. Everything is counted
  /// again from the records alone.
  package func invariantFaults() -> [String] {
    let actors = actorSlots.map { (slot: $0.value, actor: self.actors[$0.value]) }
    let runners = runnerSlots.map { (slot: $0.value, runner: self.runners[$0.value]) }
    var faults: [String] = []
    func expect(_ holds: Bool, _ fault: @autoclosure () -> String) { if !holds { faults.append(fault()) } }

    // 1. Whatever ends by itself has its timer: the first one due is the first one known.
    var deadlines: Instant?
    var alarms: Instant?
    func note(_ due: Instant?, _ kind: TimerKind) {
      guard let due else { return }
      if kind.isDeadline { deadlines = min(due, deadlines ?? due) } else { alarms = min(due, alarms ?? due) }
    }
    for (_, actor) in actors { for kind in TimerKind.all { note(actor.record.due(kind), kind) } }
    for (_, runner) in runners { for kind in TimerKind.all { note(runner.record.due(kind), kind) } }
    expect(deadlines == nextDeadline, "the next deadline is another")
    expect(alarms == nextAlarm, "the next alarm is another")

    // 3. Reserved slots are the actors whose state names the runner.
    var reserved: [RunnerID: Set<Int>] = [:]
    for (slot, actor) in actors {
      guard let runner = actor.record.state.placement?.runner else { continue }
      reserved[runner, default: []].insert(slot)
      expect(runnerSlots[runner].flatMap { self.runners[$0].record.session } != nil, "\(actor.id) is on no session")
    }
    for (_, runner) in runners {
      expect(runner.actors == reserved[runner.id] ?? [], "the slots of \(runner.id) are counted wrongly")
      expect(runner.actors.count <= Int(runner.record.session?.totalSlots ?? 0), "\(runner.id) has too many actors")
    }

    for slot in strandedInOrder {
      expect(false, "\(self.actors[slot].id) outlives its session: the next start loses it")
    }

    // 4. A ticket per pending actor, in order.
    let pending = actors.compactMap { entry in entry.actor.record.state.ticket.map { (ticket: $0, slot: entry.slot) } }
      .sorted { $0.ticket < $1.ticket }
    expect(pending.map(\.slot) == Array(queue.slots), "queue and pending actors differ")
    expect(queue.count == pending.count, "the queue counts \(queue.count)")
    for (index, entry) in pending.enumerated() {
      expect(queue.position(of: entry.ticket) == UInt64(index + 1), "ticket \(entry.ticket) stands elsewhere")
      expect(entry.ticket < record.nextTicket, "ticket \(entry.ticket) can be given again")
    }

    // 5. Nobody waits while the newest version has room.
    let eligible = runners.map(\.runner).filter(\.isEligible)
    let newest = eligible.compactMap { $0.record.session?.version }.max()
    let hasRoom = eligible.contains { $0.record.session?.version == newest && $0.hasFreeSlot }
    expect(needsPass || pending.isEmpty || !hasRoom, "somebody waits beside a free slot")
    expect(placement.best != nil || !hasRoom, "the placement index misses a free slot")

    // A state carries only what belongs to it.
    var keys: Set<Pool.NamedKey> = []
    for (_, actor) in actors {
      let record = actor.record
      expect(record.waiters.count <= Limits.waitersPerActor, "\(actor.id) has too many waiters")
      switch record.state {
      case .running: expect(record.lastError == nil && record.waiters.isEmpty, "\(actor.id) runs with a residue")
      case .sleeping, .destroying, .destroyed: expect(record.waiters.isEmpty, "\(actor.id) leaves waiters behind")
      default: break
      }
      if case .destroyed = record.state { continue }
      guard let key = actor.facts.key else { continue }
      expect(keys.insert(Pool.NamedKey(name: actor.facts.name, key: key)).inserted, "key \(key) is used twice")
    }
    expect(Set(self.keys.keys) == keys, "the keys known are others")
    return faults
  }
}

extension TimerKind {
  fileprivate static let all: [TimerKind] = [
    .pending, .start, .stop, .drain, .alarm, .backoff, .retention, .runnerRetention,
  ]
}
