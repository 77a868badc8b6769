import RoostCore

extension ActorDescription {
  /// What the machine shows of an actor, as the API tells it.
  package init(_ view: ActorView) {
    self.init(
      actor: view.id, name: view.facts.name, key: view.facts.key, crashPolicy: view.facts.crashPolicy,
      state: view.record.state.name, generation: view.record.generation, createdAt: view.facts.createdAt)
    crashCount = view.record.crashCount
    runner = view.record.state.placement?.runner
    session = view.session
    since = view.record.state.beganAt
    until = view.record.state.endsAt
    alarm = view.record.alarm
    ticket = view.record.state.ticket ?? 0
    queuePosition = view.queuePosition ?? 0
    pendingReason = view.pendingReason ?? ""
    lastErrorCode = view.record.lastError?.code ?? ""
    lastErrorMessage = view.record.lastError?.message ?? ""
    waiters = UInt32(clamping: view.record.waiters.count)
    hasRewake = view.record.state.rewake != nil
    inputBytes = UInt64(view.facts.input.count)
  }
}

extension ActorState {
  /// When the state began, where it says so.
  package var beganAt: Instant? {
    switch self {
    case .pending(_, let since, _): since
    case .running(let placement): placement.runningSince
    case .destroyed(let at, _): at
    default: nil
    }
  }

  /// When the state ends by itself.
  package var endsAt: Instant? {
    switch self {
    case .sleeping, .running: nil
    case .pending(_, _, let demand): demand.deadline
    case .backoff(let until, _), .destroyed(_, let until): until
    case .starting(_, let deadline, _), .sleepIntent(_, let deadline, _), .stopIntent(_, let deadline, _),
      .goingAway(_, let deadline, _, _), .destroying(_, let deadline):
      deadline
    }
  }
}
