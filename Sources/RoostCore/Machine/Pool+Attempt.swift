// Attempt, allocation, queue, back-off (lifecycle, attempt). The one function that builds a start and the one that
// passes the queue stand here.

extension Pool {
  /// Whose wish an attempt is: it decides what a full queue does to it.
  enum AttemptOrigin { case wake, create, machine }

  /// Tries to give an actor without a slot one. Returns true when only the length of the queue kept it from waiting.
  @discardableResult
  mutating func attempt(_ slot: Int, _ demand: Demand, by origin: AttemptOrigin, _ turn: inout Turn) -> Bool {
    if let until = backoffEnd(slot), until > turn.clock {
      backOff(slot, until: until, demand, &turn)
      return false
    }
    if queue.isEmpty, let runner = placement.best {
      start(slot, on: runner, demand, &turn)
      return false
    }
    if actors[slot].facts.crashPolicy == .sleep, demand.override == .none {
      fallAsleep(slot, reason: pendingReason, &turn)
      return false
    }
    guard UInt64(queue.count) < settings.maxPending else {
      refuseToQueue(slot, demand, by: origin, &turn)
      return true
    }
    enqueue(slot, demand, &turn)
    return false
  }

  /// An attempt that no wake made: under the crash policies Restart and Destroy it waits without limit.
  func ownDemand(_ slot: Int, cause: Cause) -> Demand {
    Demand(cause: cause, isStanding: actors[slot].facts.crashPolicy != .sleep)
  }

  /// Reserves a slot, gives the next generation and tells the runner.
  mutating func start(_ slot: Int, on runner: Int, _ demand: Demand, _ turn: inout Turn) {
    var record = actors[slot].record
    let last = record.generation == 0 ? self.record.generationFloor : record.generation
    record.generation = max(last, generationBase) + 1
    // A stop that was told before, on the word of a runner that ran ahead, was not for this copy.
    record.staleStops.removeAll { $0 >= record.generation }
    record.state = .starting(
      Placement(runner: runners[runner].id), deadline: turn.clock.adding(settings.actorStartThreshold), demand)
    set(slot, record, &turn)
    issue(.start, slot, generation: record.generation, to: runner, cause: demand.cause, &turn)
  }

  /// Places the head of the queue while it can be placed; stops at the first miss, or at the bound of one turn and then
  /// wants to go on. Follows everything that may have made room.
  mutating func passQueue(_ turn: inout Turn) {
    while let head = queue.first, let runner = placement.best {
      needsPass = turn.placed == Limits.placementsPerTurn
      if needsPass { return }
      guard case .pending(_, _, let demand) = actors[head.slot].record.state else {
        preconditionFailure("a ticket belongs to a pending actor")
      }
      start(head.slot, on: runner, demand, &turn)
      turn.placed += 1
    }
    needsPass = false
  }

  private mutating func enqueue(_ slot: Int, _ demand: Demand, _ turn: inout Turn) {
    let reason = pendingReason
    let ticket = self.record.nextTicket
    var record = actors[slot].record
    record.state = .pending(ticket, since: turn.now, demand)
    set(slot, record, &turn)
    publish(.pending, slot, reason: reason, ticket: ticket, cause: demand.cause, &turn)
    tellPending(slot, &turn)
  }

  private mutating func refuseToQueue(_ slot: Int, _ demand: Demand, by origin: AttemptOrigin, _ turn: inout Turn) {
    switch origin {
    case .wake:
      // The wake itself is refused, and counted so where it is applied.
      finishWaiters(slot, .rejected, reason: "queue_full", &turn)
      publishRejection(
        actors[slot].id, reason: "queue_full", message: "max_pending (\(settings.maxPending)) actors wait already",
        &turn)
      fallAsleep(slot, reason: "queue_full", &turn)
    case .create: fallAsleep(slot, reason: "queue_full", &turn)
    case .machine: backOff(slot, until: turn.clock.adding(settings.baseRetryTimeout), demand, &turn)
    }
  }

  // MARK: - Back-off

  private mutating func backOff(_ slot: Int, until: Instant, _ demand: Demand, _ turn: inout Turn) {
    var record = actors[slot].record
    record.state = .backoff(until: until, demand)
    set(slot, record, &turn)
    publish(.backoff, slot, message: String(until.since(turn.clock).value), cause: demand.cause, &turn)
    tellPending(slot, &turn)
  }

  /// When the next start may be tried; nil = at once. Count 0 or 1: none; from 2 on base * 2^min(count - 2, cap), with
  /// +-20 % by a hash of (actor, generation), so that actors that crashed together do not come back together.
  private func backoffEnd(_ slot: Int) -> Instant? {
    let actor = actors[slot]
    guard actor.record.crashCount >= 2, let end = actor.record.lastEnd else { return nil }
    let exponent = min(actor.record.crashCount - 2, settings.backoffMaxExponent, 40)
    let delay = settings.baseRetryTimeout * (Int64(1) << Int64(exponent))
    var hash = FNV1a32()
    hash.feed(actor.id.text)
    hash.feed(actor.record.generation)
    let permille = 800 + Int64(hash.value % 401)
    return end.adding(Milliseconds((delay * permille).value / 1_000))
  }

  // MARK: - Where attempts and ends lead

  /// sleeping, whoever waited is told, and the world.
  mutating func fallAsleep(
    _ slot: Int, reason: String, outcome: Answer.Outcome = .sleeping, waiterReason: String? = nil, _ turn: inout Turn
  ) {
    var record = actors[slot].record
    record.state = .sleeping
    set(slot, record, &turn)
    finishWaiters(slot, outcome, reason: waiterReason ?? reason, &turn)
    publish(.sleeping, slot, reason: reason, &turn)
  }

  /// destroyed; the record is kept for a while, so that late callers learn of it.
  mutating func becomeDestroyed(_ slot: Int, reason: String, _ turn: inout Turn) {
    var record = actors[slot].record
    record.state = .destroyed(at: turn.clock, until: turn.clock.adding(settings.destroyedRetention))
    record.alarm = nil
    set(slot, record, &turn)
    finishWaiters(slot, .destroyed, reason: reason, &turn)
    publish(.destroyed, slot, reason: reason, &turn)
  }
}
