extension ActorRecord {
  /// When the timer of this kind fires in this state; nil = it has none.
  func due(_ kind: TimerKind) -> Instant? {
    if kind == .pending { return patienceEnd }
    if let timer = answerDue, timer.kind == kind { return timer.due }
    if let timer = alarmDue, timer.kind == kind { return timer.due }
    return nil
  }

  /// The first deadline of the wait itself or of somebody who waits for it.
  var patienceEnd: Instant? {
    switch state {
    case .pending(_, _, let demand): return [demand.deadline, firstWaiterDeadline].compactMap(\.self).min()
    // In back-off the override of a wake is over with its deadline, also where the wait itself has none.
    case .backoff(_, let demand): return [demand.override.deadline, firstWaiterDeadline].compactMap(\.self).min()
    case .sleepIntent(_, _, .some), .stopIntent(_, _, .some), .goingAway(_, _, _, .some): return firstWaiterDeadline
    default: return nil
    }
  }

  /// The deadline of a runner's answer.
  var answerDue: (kind: TimerKind, due: Instant)? {
    switch state {
    case .starting(_, let deadline, _): (.start, deadline)
    case .sleepIntent(_, let deadline, _), .stopIntent(_, let deadline, _), .goingAway(_, let deadline, _, _),
      .destroying(_, let deadline):
      (.stop, deadline)
    case .sleeping, .backoff, .pending, .running, .destroyed: nil
    }
  }

  /// What holds no signal back.
  var alarmDue: (kind: TimerKind, due: Instant)? {
    switch state {
    case .sleeping: alarm.map { (.alarm, $0) }
    case .backoff(let until, _): (.backoff, until)
    case .destroyed(_, let until): (.retention, until)
    default: nil
    }
  }

  private var firstWaiterDeadline: Instant? {
    waiters.isEmpty ? nil : waiters.lazy.compactMap(\.deadline).min()
  }
}

extension RunnerRecord {
  func due(_ kind: TimerKind) -> Instant? {
    switch (kind, phase) {
    case (.drain, .open(let session)): session.drainDeadline
    case (.runnerRetention, .closed(_, let until)): until
    default: nil
    }
  }
}
