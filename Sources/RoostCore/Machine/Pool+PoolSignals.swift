// Signals to the pool itself: configure, drain, tick (lifecycle, signals). Answered and logged; they have no event.

extension Pool {
  mutating func apply(_ signal: PoolSignal, _ turn: inout Turn) {
    switch signal {
    case .tick:
      turn.effects.tally.applied += 1
      answerPool(.accepted, &turn)
    case .refused(let reason, _): refuse(reason: reason, &turn)
    case .configure(let overlay):
      let wanted = overlay.over(defaults)
      if let contradiction = wanted.contradiction {
        return refuse(reason: "invalid_settings: \(contradiction)", &turn)
      }
      var record = self.record
      record.overlay = overlay
      evolveAndRecord(.pool(record), &turn)
      answerPool(.accepted, &turn)
      turn.effects.tally.applied += 1
      passQueue(&turn)
    case .drain(let id):
      guard let runner = runnerSlots[id], runners[runner].record.session != nil else {
        return refuse(reason: "unknown_runner", &turn)
      }
      guard !runners[runner].isDraining else {
        turn.effects.tally.ignored += 1
        return answerPool(.ignored, reason: "draining", &turn)
      }
      turn.effects.tally.applied += 1
      answerPool(.accepted, &turn)
      drain(runner, handingBackAbove: nil, &turn)
      passQueue(&turn)
    }
  }

  /// A signal that would make a pool where there is no room for one more.
  mutating func refuse(
    _ signal: Signal, limit: String, message: String, at moment: Moment, into effects: inout Effects
  ) {
    var turn = Turn(moment: moment, cause: signal.cause, replyTo: signal.replyTo, effects: effects)
    switch signal.body {
    case .actor(let id, _): reject(id, reason: "limit:\(limit)", message: message, &turn)
    case .runner(let id, .initialize(let start)):
      turn.effects.tally.rejected += 1
      sendClose(id, start.session, reason: "limit:\(limit)", &turn)
    case .runner, .pool: refuse(reason: "limit:\(limit)", &turn)
    }
    effects = turn.effects
  }

  private func refuse(reason: String, _ turn: inout Turn) {
    turn.effects.tally.rejected += 1
    answerPool(.rejected, reason: reason, &turn)
  }

  private func answerPool(_ outcome: Answer.Outcome, reason: String = "", _ turn: inout Turn) {
    guard let replyTo = turn.replyTo else { return }
    turn.effects.needsRecord = true
    turn.effects.answers.append(
      Answer(
        replyTo: replyTo, outcome: outcome, reason: reason, isFinal: true, sequence: turn.cause.sequence,
        trace: turn.cause.trace))
  }
}
