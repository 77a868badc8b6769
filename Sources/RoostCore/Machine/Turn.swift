/// One input being applied: when, why, and what comes of it.
struct Turn {
  let moment: Moment
  /// The signal in hand; `.none` for timers and verdicts. A tick causes nothing: what it proves to be due fires before.
  let cause: Cause
  /// Where the signal in hand wants its answer.
  let replyTo: String?
  var effects: Effects
  /// How many the queue pass has placed so far: an input may call it often, but is bounded as a whole.
  var placed = 0

  var now: Instant { moment.now }
  var clock: Instant { moment.clock }

  mutating func change(_ change: Change) {
    effects.changes.append(change)
    effects.needsRecord = true
  }
}

extension Pool {
  /// Decides one input (lifecycle). Order inside: what the input says, then the queue pass it made possible.
  mutating func apply(_ input: Input, at moment: Moment, into effects: inout Effects) {
    let signal: Signal? = if case .signal(let signal) = input { signal } else { nil }
    var turn = Turn(moment: moment, cause: signal?.cause ?? .none, replyTo: signal?.replyTo, effects: Effects())
    swap(&effects, &turn.effects)
    switch input {
    case .signal(let signal): apply(signal, &turn)
    case .deadlines: fireDeadlines(&turn)
    case .alarms: fireAlarms(&turn)
    case .continuePass: passQueue(&turn)
    case .sweep:
      passQueue(&turn)
      turn.effects.tally.rescuedBySweep += turn.placed
    case .fresh(let runner): setFresh(runner, true, &turn)
    case .stale(let runner): setFresh(runner, false, &turn)
    case .lost(let runner, let session): lose(runner, session, &turn)
    case .commandsAcknowledged(let runner, let session, let through):
      acknowledgeCommands(runner, session, through, &turn)
    case .renewDeadlines: renewDeadlines(&turn)
    }
    pruneTimers()
    swap(&effects, &turn.effects)
  }

  private mutating func apply(_ signal: Signal, _ turn: inout Turn) {
    switch signal.body {
    case .actor(let id, let body): apply(body, to: id, &turn)
    case .runner(let id, let body): apply(body, of: id, &turn)
    case .pool(let body): apply(body, &turn)
    }
  }
}
