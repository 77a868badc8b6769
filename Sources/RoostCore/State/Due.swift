extension ActorRecord {
  /// When the timer of this kind fires in this state; nil = it has none.
  func due(_ kind: TimerKind) -> Instant? {
    switch (kind, state) {
    case (.pending, .pending(_, _, let demand)), (.pending, .backoff(_, let demand)):
      earliest(demand.override.deadline, firstWaiterDeadline)
    case (.pending, .sleepIntent), (.pending, .stopIntent), (.pending, .goingAway):
      state.rewake == nil ? nil : firstWaiterDeadline
    case (.start, .starting(_, let deadline, _)): deadline
    case (.stop, .sleepIntent(_, let deadline, _)), (.stop, .stopIntent(_, let deadline, _)),
      (.stop, .goingAway(_, let deadline, _, _)), (.stop, .destroying(_, let deadline)):
      deadline
    case (.alarm, .sleeping): alarm
    case (.backoff, .backoff(let until, _)): until
    case (.retention, .destroyed(_, let until)): until
    default: nil
    }
  }

  private var firstWaiterDeadline: Instant? {
    waiters.isEmpty ? nil : waiters.lazy.compactMap(\.deadline).min()
  }

  private func earliest(_ a: Instant?, _ b: Instant?) -> Instant? {
    guard let a, let b else { return a ?? b }
    return min(a, b)
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
