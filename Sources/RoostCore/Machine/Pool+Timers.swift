// What is due (lifecycle, one time): in the order (due, kind, id), bounded per turn.

extension Pool {
  mutating func fireDeadlines(_ turn: inout Turn) {
    fire(isDeadline: true, &turn) { pool, timer, turn in
      switch timer.kind {
      case .pending: pool.patienceEnds(timer.slot, timer.due, &turn)
      case .start: pool.end(timer.slot, .lost(.noStartReport), &turn)
      case .stop: pool.end(timer.slot, .lost(.noStopReport), &turn)
      case .drain: pool.closeSession(timer.slot, .drainDeadline, &turn)
      default: break
      }
    }
  }

  mutating func fireAlarms(_ turn: inout Turn) {
    fire(isDeadline: false, &turn) { pool, timer, turn in
      switch timer.kind {
      case .alarm: pool.fireAlarm(timer.slot, &turn)
      case .backoff:
        if case .backoff(_, let demand) = pool.actors[timer.slot].record.state {
          pool.attempt(timer.slot, demand, by: .machine, &turn)
        }
      case .retention: pool.evolveAndRecord(.actorRemoved(pool.actors[timer.slot].id), &turn)
      case .runnerRetention: pool.evolveAndRecord(.runnerRemoved(pool.runners[timer.slot].id), &turn)
      default: break
      }
    }
  }

  private mutating func fire(
    isDeadline: Bool, _ turn: inout Turn, _ act: (inout Pool, Timer, inout Turn) -> Void
  ) {
    var budget = Limits.timersPerTurn
    fire(isDeadline: isDeadline, before: nil, &budget, &turn, act)
  }

  /// Fires what is due by now and, if a limit is given, was due before it. What fires may set a timer that was due before
  /// the next one: a start that is given up waits again, but its patience is over since long. It comes first.
  ///
  /// A queue pass that stopped at its bound goes on before the next deadline: whoever gets a slot by it got it in time.
  private mutating func fire(
    isDeadline: Bool, before limit: Timer?, _ budget: inout Int, _ turn: inout Turn,
    _ act: (inout Pool, Timer, inout Turn) -> Void
  ) {
    while budget > 0, !(isDeadline && needsPass), let first = firstTimer(isDeadline: isDeadline), first.due <= turn.now,
      limit.map({ (first.due, first.kind) < ($0.due, $0.kind) }) ?? true
    {
      var group = timers.takeGroup(isDeadline: isDeadline, by: turn.now).filter { !isVoid($0) }
      group.sort { id(of: $0) < id(of: $1) }
      for (place, timer) in group.enumerated() {
        if place > 0 { fire(isDeadline: isDeadline, before: timer, &budget, &turn, act) }
        guard budget > 0, !(isDeadline && needsPass) else {
          for late in group[place...] { timers.insert(late) }
          return
        }
        budget -= 1
        if !isVoid(timer) { act(&self, timer, &turn) }
      }
    }
  }

  private mutating func firstTimer(isDeadline: Bool) -> Timer? {
    pruneTimers()
    return isDeadline ? timers.deadlines.first : timers.alarms.first
  }

  private func id(of timer: Timer) -> String {
    switch timer.kind {
    case .drain, .runnerRetention: runners[timer.slot].id.text
    default: actors[timer.slot].id.text
    }
  }

  /// The pending timeout, and the deadlines of single waiters (lifecycle, pending timeout; overrides and waiters). Only
  /// what was due by then: the actor's next deadline may be over too, but others were due before it.
  private mutating func patienceEnds(_ slot: Int, _ due: Instant, _ turn: inout Turn) {
    var record = actors[slot].record
    switch record.state {
    case .pending(_, let since, let demand):
      let reason = pendingReason
      if let deadline = demand.deadline, deadline <= due {
        record.lastError = .noCapacity(reason: reason)
        record.state = .sleeping
        set(slot, record, &turn)
        publish(.pendingTimeout, slot, reason: reason, message: String(deadline.since(since).value), &turn)
        fallAsleep(slot, reason: "pending_timeout", outcome: .timedOut, waiterReason: reason, &turn)
      } else {
        timeOutWaiters(slot, due, reason: reason, &turn)
      }
    case .backoff(let until, var demand):
      if let deadline = demand.override.deadline, deadline <= due {
        demand.override = .none
        record.state = .backoff(until: until, demand)
        set(slot, record, &turn)
      }
      timeOutWaiters(slot, due, reason: "backoff", &turn)
    default: timeOutWaiters(slot, due, reason: record.state.name, &turn)
    }
  }

  private mutating func timeOutWaiters(_ slot: Int, _ due: Instant, reason: String, _ turn: inout Turn) {
    finishWaiters(slot, .timedOut, reason: reason, where: { $0.deadline.map { $0 <= due } ?? false }, &turn)
  }

  /// Whoever waits for a runner's answer waits its whole threshold again: the runner had no way to give it. Nobody waits for
  /// that of a session that has ended.
  mutating func renewDeadlines(_ turn: inout Turn) {
    if !stranded.isEmpty { loseStranded(.runnerLost, &turn) }
    for runner in runnersInOrder {
      for slot in actorsInOrder(of: runner) {
        var record = actors[slot].record
        let stop = turn.clock.adding(settings.actorStopThreshold)
        switch record.state {
        case .starting(let placement, _, let demand):
          record.state = .starting(placement, deadline: turn.clock.adding(settings.actorStartThreshold), demand)
        case .sleepIntent(let placement, _, let rewake):
          record.state = .sleepIntent(placement, deadline: stop, rewake: rewake)
        case .stopIntent(let placement, _, let rewake):
          record.state = .stopIntent(placement, deadline: stop, rewake: rewake)
        case .goingAway(let placement, _, let cause, let rewake):
          record.state = .goingAway(placement, deadline: stop, cause, rewake: rewake)
        case .destroying(let placement, _): record.state = .destroying(placement, deadline: stop)
        case .sleeping, .backoff, .pending, .running, .destroyed: continue
        }
        set(slot, record, &turn)
      }
      guard var session = runners[runner].record.session, session.drainDeadline != nil else { continue }
      session.drainDeadline = turn.clock.adding(settings.runnerDrainDeadline)
      setSession(runner, session, &turn)
    }
  }
}
