// What callers ask of an actor (lifecycle, signals): one switch over the verb, then one over the state.

extension Pool {
  mutating func apply(_ signal: ActorSignal, to id: ActorID, _ turn: inout Turn) {
    if case .refused(let reason, let message) = signal {
      return reject(id, reason: reason, message: message, &turn)
    }
    if case .create(let create) = signal { return self.create(id, create, &turn) }
    guard let slot = actorSlots[id] else {
      return reject(id, reason: "unknown_actor", message: "no actor has this id; create it first", &turn)
    }
    switch signal {
    case .wake(let wake): self.wake(slot, wake, &turn)
    case .allocate(let runner, let ticket): allocate(slot, runner, ticket, &turn)
    case .sleep: sleep(slot, &turn)
    case .reschedule: reschedule(slot, &turn)
    case .destroy: destroy(slot, &turn)
    case .create, .refused: break
    }
  }

  // MARK: - wake

  private mutating func wake(_ slot: Int, _ wake: Wake, _ turn: inout Turn) {
    let id = actors[slot].id
    if case .dontSleep(pendingTimeoutMs: let timeout?) = wake.override, !Limits.pendingTimeoutMs.contains(timeout) {
      return reject(
        id, reason: "limit:pending_timeout_ms",
        message: "pending_timeout_ms is \(timeout); it must be \(Limits.pendingTimeoutMs.lowerBound) to "
          + "\(Limits.pendingTimeoutMs.upperBound)", &turn)
    }
    if let expiry = wake.expiresAt, turn.clock > expiry {
      turn.effects.tally.ignored += 1
      return answer(slot, .timedOut, reason: "expired", &turn)
    }
    var record = actors[slot].record
    var demand = Demand(override: Override(wake, storedAt: turn.now), cause: turn.cause)
    let mayWait: Bool
    switch record.state {
    case .running:
      turn.effects.tally.ignored += 1
      return answer(slot, .ignored, reason: "running", &turn)
    case .destroying, .destroyed:
      turn.effects.tally.ignored += 1
      return answer(slot, .destroyed, &turn)
    default: mayWait = addWaiter(slot, deadline: demand.override.deadline, to: &record, &turn)
    }
    var isRefused = false
    switch record.state {
    case .sleeping:
      let dueAlarm = record.alarm.flatMap { $0 <= turn.now ? $0 : nil }
      if dueAlarm != nil {
        demand.override = demand.override.joined(.dontSleep(until: nil))
        record.alarm = nil
      }
      set(slot, record, &turn)
      isRefused = attempt(slot, demand, by: .wake, &turn)
      // A wake that is refused has not used up the alarm.
      if isRefused, let dueAlarm { setAlarm(slot, dueAlarm, &turn) }
    case .backoff(let until, let current):
      record.state = .backoff(until: until, current.joined(demand))
      set(slot, record, &turn)
      if mayWait { tellPending(slot, &turn) }
    case .pending(let ticket, let since, let current):
      record.state = .pending(ticket, since: since, current.joined(demand))
      set(slot, record, &turn)
      if mayWait { tellPending(slot, &turn) }
    case .starting(let placement, let deadline, let current):
      record.state = .starting(placement, deadline: deadline, current.joined(demand))
      set(slot, record, &turn)
    case .sleepIntent, .stopIntent, .goingAway:
      record.state = record.state.with(rewake: record.state.rewake(at: turn.now)?.joined(demand) ?? demand)
      set(slot, record, &turn)
    case .running, .destroying, .destroyed: break
    }
    if isRefused { turn.effects.tally.rejected += 1 } else { turn.effects.tally.applied += 1 }
  }

  /// Keeps the reply subject of a wake that counts; false when there is none or no room for one more.
  private func addWaiter(_ slot: Int, deadline: Instant?, to record: inout ActorRecord, _ turn: inout Turn) -> Bool {
    guard let replyTo = turn.replyTo else { return false }
    guard record.waiters.count < Limits.waitersPerActor else {
      answer(slot, .accepted, reason: "too_many_waiters", &turn)
      return false
    }
    answer(slot, .accepted, isFinal: false, &turn)
    record.waiters.append(Waiter(replyTo: replyTo, cause: turn.cause, deadline: deadline))
    return true
  }

  // MARK: - allocate

  private mutating func allocate(_ slot: Int, _ runnerID: RunnerID, _ ticket: Ticket?, _ turn: inout Turn) {
    let id = actors[slot].id
    guard case .pending(let current, _, let demand) = actors[slot].record.state else {
      return reject(id, reason: "not_pending", message: "the actor is \(actors[slot].record.state.name)", &turn)
    }
    if let ticket, ticket != current {
      return reject(id, reason: "stale_ticket", message: "the actor waits with ticket \(current)", &turn)
    }
    guard let runner = runnerSlots[runnerID], runners[runner].record.session != nil else {
      return reject(id, reason: "unknown_runner", message: "no open session has the id \(runnerID)", &turn)
    }
    if runners[runner].isDraining {
      return reject(id, reason: "draining", message: "runner \(runnerID) takes no new starts", &turn)
    }
    if !runners[runner].isFresh {
      return reject(id, reason: "stale_runner", message: "runner \(runnerID) does not ping", &turn)
    }
    if !runners[runner].hasFreeSlot {
      return reject(id, reason: "no_slot", message: "runner \(runnerID) is full", &turn)
    }
    start(slot, on: runner, demand, &turn)
    accept(slot, &turn)
    passQueue(&turn)
  }

  // MARK: - sleep, reschedule, destroy

  private mutating func sleep(_ slot: Int, _ turn: inout Turn) {
    var record = actors[slot].record
    switch record.state {
    case .running, .starting:
      leave(slot, for: .sleep, &turn)
      finishWaiters(slot, .sleeping, reason: "asked", &turn)
      accept(slot, &turn)
    case .sleepIntent where record.state.rewake != nil:
      finishWaiters(slot, .sleeping, reason: "asked", &turn)
      record = actors[slot].record
      record.state = record.state.with(rewake: nil)
      set(slot, record, &turn)
      accept(slot, &turn)
    case .pending, .backoff:
      fallAsleep(slot, reason: "asked", &turn)
      accept(slot, &turn)
      passQueue(&turn)
    case .sleeping, .sleepIntent, .stopIntent, .goingAway, .destroying, .destroyed: ignore(slot, &turn)
    }
  }

  private mutating func reschedule(_ slot: Int, _ turn: inout Turn) {
    switch actors[slot].record.state {
    case .running, .starting, .sleepIntent:
      leave(slot, for: .goingAway(.asked), &turn)
      accept(slot, &turn)
    case .sleeping, .backoff, .pending, .stopIntent, .goingAway, .destroying, .destroyed: ignore(slot, &turn)
    }
  }

  private mutating func destroy(_ slot: Int, _ turn: inout Turn) {
    switch actors[slot].record.state {
    case .starting, .running, .sleepIntent, .stopIntent, .goingAway:
      leave(slot, for: .destroy, &turn)
      finishWaiters(slot, .destroyed, reason: "asked", &turn)
      accept(slot, &turn)
    case .sleeping, .backoff, .pending:
      becomeDestroyed(slot, reason: "asked", &turn)
      accept(slot, &turn)
      passQueue(&turn)
    case .destroying, .destroyed: ignore(slot, &turn)
    }
  }
}

extension Override {
  /// Patience counts from publishing: the deadline is the signal's stored-at time plus the timeout.
  init(_ wake: Wake, storedAt: Instant) {
    switch wake.override {
    case .none: self = .none
    case .dontSleep(let timeout): self = .dontSleep(until: timeout.map { storedAt.adding(Milliseconds(clamping: $0)) })
    }
  }
}

extension ActorState {
  /// The same state with another rewake; states without one stay as they are.
  func with(rewake: Demand?) -> ActorState {
    switch self {
    case .sleepIntent(let placement, let deadline, _): .sleepIntent(placement, deadline: deadline, rewake: rewake)
    case .stopIntent(let placement, let deadline, _): .stopIntent(placement, deadline: deadline, rewake: rewake)
    case .goingAway(let placement, let deadline, let cause, _):
      .goingAway(placement, deadline: deadline, cause, rewake: rewake)
    default: self
    }
  }
}
