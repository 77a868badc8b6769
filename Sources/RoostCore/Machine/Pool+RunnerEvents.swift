// What runners report of their actors (lifecycle, runner events). Indexes first, then the event, which counts only in a
// state that carries this runner, session and generation.

extension Pool {
  mutating func take(_ events: [RunnerEvent], of id: RunnerID, in session: SessionID, _ turn: inout Turn) {
    guard let runner = runnerSlots[id], runners[runner].record.session?.id == session else {
      turn.effects.tally.droppedEvents += events.count
      turn.effects.tally.ignored += 1
      return
    }
    turn.effects.tally.applied += 1
    let before = runners[runner].record.cursors.lastEvent
    var repeated = false
    for (offset, event) in events.enumerated() {
      let last = runners[runner].record.cursors.lastEvent
      if event.index <= last {
        repeated = true
        turn.effects.tally.droppedEvents += 1
        continue
      }
      guard event.index == last + 1 else {
        turn.effects.tally.droppedEvents += events.count - offset
        welcome(runner, &turn)
        break
      }
      evolve(.eventsTaken(id, through: event.index))
      apply(event, offset, from: runner, &turn)
      // A drain that is complete closes the session in the middle of the list: what follows has no meaning any more.
      guard runners[runner].record.session?.id == session else {
        turn.effects.tally.droppedEvents += events.count - offset - 1
        return
      }
    }
    let last = runners[runner].record.cursors.lastEvent
    if last > before { turn.change(.eventsTaken(id, through: last)) }
    if last > before || repeated {
      turn.effects.acknowledgements.append(
        EventAcknowledgement(runner: id, session: session, lastEventIndex: last, urgent: repeated))
    }
  }

  private mutating func apply(_ event: RunnerEvent, _ offset: Int, from runner: Int, _ turn: inout Turn) {
    if let reason = reasonToDrop(event, at: turn.clock) {
      turn.effects.deadLetters.append(DeadLetterNote(reason: reason, eventOffset: offset))
      turn.effects.needsRecord = true
      return
    }
    guard let slot = actorSlots[event.actor] else {
      turn.effects.tally.droppedEvents += 1
      return
    }
    let record = actors[slot].record
    guard record.state.placement?.runner == runners[runner].id, record.generation == event.generation else {
      turn.effects.tally.droppedEvents += 1
      if case .stopped = event.kind { return }
      if record.generation != event.generation { stopStray(slot, event.generation, on: runner, &turn) }
      return
    }
    switch event.kind {
    case .running: isRunning(slot, &turn)
    case .stopped(let error):
      end(slot, .stopped(error: error.map { $0.truncated(toBytes: Limits.errorMessageBytes) }), &turn)
    case .sleepIntent:
      switch record.state {
      case .starting, .running, .goingAway(_, _, .drain, _): leave(slot, for: .sleep, &turn)
      default: turn.effects.tally.droppedEvents += 1
      }
    case .stopIntent:
      switch record.state {
      case .starting, .running: leave(slot, for: .stop, &turn)
      default: turn.effects.tally.droppedEvents += 1
      }
    case .setAlarm(let at): setAlarm(slot, at, &turn)
    case .malformed: break
    }
  }

  private func reasonToDrop(_ event: RunnerEvent, at clock: Instant) -> String? {
    switch event.kind {
    case .malformed(let reason): reason
    case .setAlarm(let at?) where at > clock.adding(Limits.alarmAhead): "limit:alarm_ts"
    default: nil
    }
  }

  mutating func setAlarm(_ slot: Int, _ at: Instant?, _ turn: inout Turn) {
    var record = actors[slot].record
    record.alarm = at
    set(slot, record, &turn)
  }

  private mutating func isRunning(_ slot: Int, _ turn: inout Turn) {
    var record = actors[slot].record
    guard case .starting(var placement, _, let demand) = record.state else {
      turn.effects.tally.droppedEvents += 1
      return
    }
    placement.runningSince = turn.clock
    record.state = .running(placement)
    record.lastError = nil
    set(slot, record, &turn)
    publish(.ready, slot, cause: demand.cause.sequence == 0 ? turn.cause : demand.cause, &turn)
    finishWaiters(slot, .ready, &turn)
  }

  /// Tells a copy that nobody counts on any more to stop, once per generation; its answer is not awaited.
  mutating func stopStray(_ slot: Int, _ generation: Generation, on runner: Int, _ turn: inout Turn) {
    var record = actors[slot].record
    guard runners[runner].record.session != nil, !record.staleStops.contains(generation) else { return }
    record.staleStops.append(generation)
    if record.staleStops.count > Limits.staleStopsPerActor { record.staleStops.removeFirst() }
    set(slot, record, &turn)
    issue(.stop(.stale), slot, generation: generation, to: runner, cause: turn.cause, &turn)
  }
}

extension String {
  /// At most so many bytes of UTF-8, cut between characters.
  func truncated(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var result = self
    while result.utf8.count > limit { result.removeLast() }
    return result
  }
}
