// What is said: answers to callers, events to the world. The one place for each.

extension Pool {
  /// Assigns an actor's record and journals it: the only way a decision changes an actor.
  mutating func set(_ slot: Int, _ record: ActorRecord, _ turn: inout Turn) {
    assign(record, to: slot)
    let id = actors[slot].id
    // A change carries the whole record, so of two in a row for one actor the later one says it all; only a ticket that
    // was given and taken back must stay, or recovery would give it out again.
    if case .actor(id, let earlier)? = turn.effects.changes.last,
      earlier.state.ticket == nil || earlier.state.ticket == record.state.ticket
    {
      turn.effects.changes.removeLast()
    }
    turn.change(.actor(id, record))
  }

  mutating func evolveAndRecord(_ change: Change, _ turn: inout Turn) {
    evolve(change)
    turn.change(change)
  }

  // MARK: - Events

  func publish(
    _ kind: ActorEvent.Kind, _ slot: Int, runner: RunnerID? = nil, reason: String = "", message: String = "",
    ticket: Ticket = 0, cause: Cause? = nil, _ turn: inout Turn
  ) {
    let actor = actors[slot]
    publish(
      ActorEvent(
        kind: kind, actor: actor.id, generation: actor.record.generation,
        runner: runner ?? actor.record.state.placement?.runner, at: turn.clock, cause: cause ?? turn.cause,
        record: turn.moment.record, reason: reason, message: message, ticket: ticket,
        queuePosition: ticket == 0 ? 0 : queue.position(of: ticket) ?? 0), &turn)
  }

  private func publish(_ event: ActorEvent, _ turn: inout Turn) {
    switch settings.events {
    case .all: break
    case .outcomes: guard event.kind.isOutcome else { return }
    case .none: return
    }
    turn.effects.events.append(event)
    turn.effects.needsRecord = true
  }

  // MARK: - Answers to the signal in hand

  func answer(_ slot: Int, _ outcome: Answer.Outcome, reason: String = "", isFinal: Bool = true, _ turn: inout Turn) {
    guard let replyTo = turn.replyTo else { return }
    say(outcome, to: replyTo, of: turn.cause, slot, reason: reason, isFinal: isFinal, &turn)
  }

  /// The verb was carried out.
  func accept(_ slot: Int, _ turn: inout Turn) {
    turn.effects.tally.applied += 1
    answer(slot, .accepted, &turn)
  }

  /// The default rule: what is not named changes nothing and is answered with the state.
  func ignore(_ slot: Int, _ turn: inout Turn) {
    turn.effects.tally.ignored += 1
    answer(slot, .ignored, reason: actors[slot].record.state.name, &turn)
  }

  /// Refused with the reason, in the answer and as an event.
  /// `holder`: the actor that is in the way, named in the answer.
  func reject(_ id: ActorID, reason: String, message: String, holder: ActorID? = nil, _ turn: inout Turn) {
    turn.effects.tally.rejected += 1
    publishRejection(id, reason: reason, message: message, &turn)
    let record = actorSlots[id].map { actors[$0].record }
    guard let replyTo = turn.replyTo else { return }
    turn.effects.needsRecord = true
    turn.effects.answers.append(
      Answer(
        replyTo: replyTo, outcome: .rejected, state: record?.state.name ?? "",
        reason: reason, runner: record?.state.placement?.runner, generation: record?.generation ?? 0, isFinal: true,
        actor: holder ?? id, sequence: turn.cause.sequence, trace: turn.cause.trace))
  }

  func publishRejection(_ id: ActorID, reason: String, message: String, _ turn: inout Turn) {
    let record = actorSlots[id].map { actors[$0].record }
    publish(
      ActorEvent(
        kind: .rejected, actor: id, generation: record?.generation ?? 0, runner: record?.state.placement?.runner,
        at: turn.clock, cause: turn.cause, record: turn.moment.record, reason: reason, message: message), &turn)
  }

  // MARK: - Answers to those who wait

  /// One final answer to every waiter; none is left.
  mutating func finishWaiters(_ slot: Int, _ outcome: Answer.Outcome, reason: String = "", _ turn: inout Turn) {
    finishWaiters(slot, outcome, reason: reason, where: { _ in true }, &turn)
  }

  mutating func finishWaiters(
    _ slot: Int, _ outcome: Answer.Outcome, reason: String, where isDone: (Waiter) -> Bool, _ turn: inout Turn
  ) {
    var record = actors[slot].record
    let done = record.waiters.filter(isDone)
    guard !done.isEmpty else { return }
    record.waiters.removeAll(where: isDone)
    set(slot, record, &turn)
    for waiter in done {
      say(outcome, to: waiter.replyTo, of: waiter.cause, slot, reason: reason, isFinal: true, &turn)
    }
  }

  /// PENDING, once to each waiter that finds or gets the actor pending or in backoff.
  mutating func tellPending(_ slot: Int, _ turn: inout Turn) {
    var record = actors[slot].record
    let untold = record.waiters.indices.filter { !record.waiters[$0].toldPending }
    guard !untold.isEmpty else { return }
    let reason = if case .backoff = record.state { "backoff" } else { pendingReason }
    for index in untold { record.waiters[index].toldPending = true }
    set(slot, record, &turn)
    for index in untold {
      let waiter = record.waiters[index]
      say(.pending, to: waiter.replyTo, of: waiter.cause, slot, reason: reason, isFinal: false, &turn)
    }
  }

  private func say(
    _ outcome: Answer.Outcome, to replyTo: String, of cause: Cause, _ slot: Int, reason: String, isFinal: Bool,
    _ turn: inout Turn
  ) {
    let actor = actors[slot]
    turn.effects.needsRecord = true
    turn.effects.answers.append(
      Answer(
        replyTo: replyTo, outcome: outcome, state: actor.record.state.name, reason: reason,
        runner: actor.record.state.placement?.runner, generation: actor.record.generation,
        queuePosition: actor.record.state.ticket.flatMap { queue.position(of: $0) } ?? 0, isFinal: isFinal,
        actor: actor.id, sequence: cause.sequence, trace: cause.trace))
  }
}
