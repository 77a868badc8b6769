import CRoostProtos
import RoostCore

extension JournalReader {
  mutating func read(_ message: Roost__V1__JournalActor) throws(WireError) -> ActorRecord {
    try noUnknownFields(message.base, "JournalActor")
    var record = ActorRecord(state: try state(message), generation: message.generation)
    record.crashCount = message.crash_count
    record.lastEnd = message.has_last_end_ts_case.rawValue != 0 ? Instant(ms: message.last_end_ts) : nil
    record.lastError = try lastError(message)
    record.alarm = message.has_alarm_ts_case.rawValue != 0 ? Instant(ms: message.alarm_ts) : nil
    for waiter in UnsafeBufferPointer(start: message.waiters, count: message.n_waiters) {
      if let waiter { record.waiters.append(try read(waiter.pointee)) }
    }
    record.staleStops = Array(UnsafeBufferPointer(start: message.stale_stops, count: message.n_stale_stops))
    return record
  }

  private mutating func state(_ message: Roost__V1__JournalActor) throws(WireError) -> ActorState {
    let until = Instant(ms: message.until_ts)
    switch message.state {
    case ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_SLEEPING:
      return .sleeping
    case ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_BACKOFF:
      return .backoff(until: until, try demand(message) ?? Demand())
    case ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_PENDING:
      return .pending(message.ticket, since: Instant(ms: message.since_ts), try demand(message) ?? Demand())
    case ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_STARTING:
      return .starting(try placement(message), deadline: until, try demand(message) ?? Demand())
    case ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_RUNNING:
      return .running(try placement(message))
    case ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_SLEEP_INTENT:
      return .sleepIntent(try placement(message), deadline: until, rewake: try demand(message))
    case ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_STOP_INTENT:
      return .stopIntent(try placement(message), deadline: until, rewake: try demand(message))
    case ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_GOING_AWAY_DRAIN:
      return .goingAway(try placement(message), deadline: until, .drain, rewake: try demand(message))
    case ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_GOING_AWAY_ASKED:
      return .goingAway(try placement(message), deadline: until, .asked, rewake: try demand(message))
    case ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_DESTROYING:
      return .destroying(try placement(message), deadline: until)
    case ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_DESTROYED:
      return .destroyed(at: Instant(ms: message.since_ts), until: until)
    default:
      throw WireError(.unknownValue, "actor state \(message.state.rawValue) is unknown to this version")
    }
  }

  private func placement(_ message: Roost__V1__JournalActor) throws(WireError) -> Placement {
    Placement(
      runner: RunnerID(try requiredName(message.runner, "JournalActor.runner")),
      runningSince: message.has_running_since_ts_case.rawValue != 0 ? Instant(ms: message.running_since_ts) : nil)
  }

  private mutating func demand(_ actor: Roost__V1__JournalActor) throws(WireError) -> Demand? {
    guard let message = actor.demand?.pointee else { return nil }
    try noUnknownFields(message.base, "JournalDemand")
    let until = message.has_until_ts_case.rawValue != 0 ? Instant(ms: message.until_ts) : nil
    return Demand(
      override: message.dont_sleep != 0 ? .dontSleep(until: until) : .none,
      cause: try cause(message.cause_sequence, parent: message.trace_parent, state: message.trace_state),
      isStanding: message.standing != 0)
  }

  private func lastError(_ actor: Roost__V1__JournalActor) throws(WireError) -> LastError? {
    switch actor.last_error {
    case ROOST__V1__JOURNAL_LAST_ERROR__JOURNAL_LAST_ERROR_UNSPECIFIED: return nil
    case ROOST__V1__JOURNAL_LAST_ERROR__JOURNAL_LAST_ERROR_CRASHED:
      return .crashed(message: try actor.last_error_message.text("JournalActor.last_error_message"))
    case ROOST__V1__JOURNAL_LAST_ERROR__JOURNAL_LAST_ERROR_RUNNER_LOST: return .runnerLost
    case ROOST__V1__JOURNAL_LAST_ERROR__JOURNAL_LAST_ERROR_NO_START_REPORT: return .noStartReport
    case ROOST__V1__JOURNAL_LAST_ERROR__JOURNAL_LAST_ERROR_NO_STOP_REPORT: return .noStopReport
    case ROOST__V1__JOURNAL_LAST_ERROR__JOURNAL_LAST_ERROR_NO_CAPACITY:
      return .noCapacity(reason: try actor.last_error_message.text("JournalActor.last_error_message"))
    default:
      throw WireError(.unknownValue, "last error \(actor.last_error.rawValue) is unknown to this version")
    }
  }

  private mutating func read(_ message: Roost__V1__JournalWaiter) throws(WireError) -> Waiter {
    try noUnknownFields(message.base, "JournalWaiter")
    return Waiter(
      replyTo: try requiredName(message.reply_to, "JournalWaiter.reply_to"),
      cause: try cause(message.signal_sequence, parent: message.trace_parent, state: message.trace_state),
      deadline: message.has_deadline_ts_case.rawValue != 0 ? Instant(ms: message.deadline_ts) : nil,
      toldPending: message.told_pending != 0)
  }
}
