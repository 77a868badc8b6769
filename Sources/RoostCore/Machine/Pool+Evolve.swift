// Folding changes into the state: assignment, and what is derived from the records. Decides nothing; recovery and live
// decisions run the same lines.

extension Pool {
  mutating func evolve(_ change: Change) {
    switch change {
    case .pool(let record):
      self.record.overlay = record.overlay
      self.record.nextTicket = max(self.record.nextTicket, record.nextTicket)
      self.record.generationFloor = max(self.record.generationFloor, record.generationFloor)
      newestGeneration = max(newestGeneration, record.generationFloor)
      settings = record.overlay.over(defaults)
    case .actorCreated(let id, let facts): assign(facts, to: id)
    case .actor(let id, let record): if let slot = actorSlots[id] { assign(record, to: slot) }
    case .actorRemoved(let id): if let slot = actorSlots[id] { remove(actor: slot) }
    case .runner(let id, let record): assign(record, to: id)
    case .runnerRemoved(let id): if let slot = runnerSlots[id] { remove(runner: slot) }
    case .command(let id, let command):
      guard let slot = runnerSlots[id] else { return }
      runners[slot].record.cursors.lastCommand = command.index
      runners[slot].commands.append(command)
    case .commandsAcknowledged(let id, let through):
      guard let slot = runnerSlots[id] else { return }
      runners[slot].record.cursors.acknowledged = through
      while let first = runners[slot].commands.first, first.index <= through { runners[slot].commands.removeFirst() }
    case .eventsTaken(let id, let through):
      if let slot = runnerSlots[id] { runners[slot].record.cursors.lastEvent = through }
    }
  }

  /// The end of recovery: tickets may have come in any order, and a pass may have been under way.
  mutating func recovered() {
    queue.settle()
    needsPass = !queue.isEmpty
    pruneTimers()
  }

  /// Actors in the state as it is: those destroyed and retained too.
  package var actorCount: Int { actorSlots.count }
  package var pendingCount: Int { queue.count }

  // MARK: - Actors

  private mutating func assign(_ facts: ActorFacts, to id: ActorID) {
    let fresh = Actor(id: id, facts: facts, record: ActorRecord(state: .sleeping))
    if let slot = actorSlots[id] {
      // A destroyed actor is created again: its generation goes on.
      let generation = actors[slot].record.generation
      assign(ActorRecord(state: .sleeping, generation: generation), to: slot)
      actors[slot].facts = facts
      claimKey(slot)
      return
    }
    let slot = freeActorSlots.popLast() ?? actors.count
    if slot == actors.count { actors.append(fresh) } else { actors[slot] = fresh }
    actorSlots[id] = slot
    if slot < orderedSlots { order.insert(id) }
    claimKey(slot)
  }

  mutating func assign(_ record: ActorRecord, to slot: Int) {
    let old = actors[slot].record
    actors[slot].record = record
    newestGeneration = max(newestGeneration, record.generation)
    let isStranded = !stranded.isEmpty && stranded.contains(slot)
    // The runner's next session may be the one that starts it again.
    if old.state.placement?.runner != record.state.placement?.runner
      || (isStranded && old.generation != record.generation)
    {
      if isStranded {
        stranded.remove(slot)
      } else if let runner = old.state.placement?.runner {
        reserve(runner, slot, false)
      }
      if let runner = record.state.placement?.runner { reserve(runner, slot, true) }
    }
    if old.state.ticket != record.state.ticket {
      if let ticket = old.state.ticket { queue.remove(ticket) }
      if let ticket = record.state.ticket {
        queue.insert(ticket, slot: slot)
        self.record.nextTicket = max(self.record.nextTicket, ticket + 1)
      }
    }
    if case .destroyed = record.state { releaseKey(slot) }
    if let due = record.patienceEnd, due != old.patienceEnd {
      timers.insert(Timer(due: due, kind: .pending, slot: slot))
    }
    // Nothing before is not the same as due since ever: a runner may set an alarm at the earliest time there is.
    if let timer = record.answerDue, old.answerDue.map({ $0 != timer }) ?? true {
      timers.insert(Timer(due: timer.due, kind: timer.kind, slot: slot))
    }
    if let timer = record.alarmDue, old.alarmDue.map({ $0 != timer }) ?? true {
      timers.insert(Timer(due: timer.due, kind: timer.kind, slot: slot))
    }
  }

  private mutating func remove(actor slot: Int) {
    let actor = actors[slot]
    record.generationFloor = max(record.generationFloor, actor.record.generation)
    assign(ActorRecord(state: .sleeping), to: slot)
    releaseKey(slot)
    actorSlots[actor.id] = nil
    if slot < orderedSlots { order.remove(actor.id) }
    actors[slot].id = ActorID("")
    actors[slot].facts.input = []
    freeActorSlots.append(slot)
  }

  private mutating func claimKey(_ slot: Int) {
    let facts = actors[slot].facts
    guard let key = facts.key else { return }
    // In a snapshot a destroyed actor may come after the one that took its key over.
    let named = NamedKey(name: facts.name, key: key)
    if keys[named] == nil { keys[named] = slot }
  }

  private mutating func releaseKey(_ slot: Int) {
    let facts = actors[slot].facts
    guard let key = facts.key else { return }
    let named = NamedKey(name: facts.name, key: key)
    if keys[named] == slot { keys[named] = nil }
  }

  // MARK: - Runners

  private mutating func assign(_ record: RunnerRecord, to id: RunnerID) {
    let slot: Int
    if let known = runnerSlots[id] {
      slot = known
      if runners[slot].record.session?.id != record.session?.id {
        runners[slot].commands.removeAll()
        runners[slot].isFresh = true
        stranded.formUnion(runners[slot].actors)
        runners[slot].actors.removeAll()
      }
      runners[slot].record = record
    } else {
      slot = freeRunnerSlots.popLast() ?? runners.count
      let runner = Runner(id: id, record: record)
      if slot == runners.count { runners.append(runner) } else { runners[slot] = runner }
      runnerSlots[id] = slot
    }
    rank(slot)
    for kind in [TimerKind.drain, .runnerRetention] {
      if let due = record.due(kind) { timers.insert(Timer(due: due, kind: kind, slot: slot)) }
    }
  }

  private mutating func remove(runner slot: Int) {
    let id = runners[slot].id
    runnerSlots[id] = nil
    runners[slot] = Runner(
      id: RunnerID(""), record: RunnerRecord(phase: .closed(at: .distantPast, until: .distantFuture)))
    placement.set(slot, nil)
    freeRunnerSlots.append(slot)
  }

  private mutating func reserve(_ id: RunnerID, _ actor: Int, _ isReserved: Bool) {
    guard let slot = runnerSlots[id] else {
      // A snapshot tells of stranded actors before it tells of runners.
      if isReserved { stranded.insert(actor) }
      return
    }
    if isReserved { runners[slot].actors.insert(actor) } else { runners[slot].actors.remove(actor) }
    rank(slot)
  }

  /// Tells the placement index what holds for a runner now.
  mutating func rank(_ slot: Int) {
    let runner = runners[slot]
    guard runner.isEligible, let session = runner.record.session else { return placement.set(slot, nil) }
    placement.set(
      slot,
      PlacementIndex.Key(
        version: session.version, totalSlots: session.totalSlots, reserved: UInt32(clamping: runner.actors.count),
        runner: runner.id, slot: slot))
  }

  // MARK: - Timers

  /// After every input the first timer of each kind is a real one: the agenda reads it.
  mutating func pruneTimers() {
    var timers = Timers()
    swap(&timers, &self.timers)
    timers.prune { self.isVoid($0) }
    swap(&timers, &self.timers)
  }

  func isVoid(_ timer: Timer) -> Bool {
    switch timer.kind {
    case .drain, .runnerRetention: runners[timer.slot].record.due(timer.kind) != timer.due
    default: actors[timer.slot].record.due(timer.kind) != timer.due
    }
  }
}
