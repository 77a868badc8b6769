import CRoostProtos
import RoostCore

extension JournalWriter {
  func write(_ record: ActorRecord) -> UnsafeMutablePointer<Roost__V1__JournalActor> {
    let message = arena.make(Roost__V1__JournalActor.self)
    write(record.state, to: &message.pointee)
    message.pointee.generation = record.generation
    message.pointee.crash_count = record.crashCount
    if let lastEnd = record.lastEnd {
      message.pointee.has_last_end_ts_case = ROOST__V1__JOURNAL_ACTOR__HAS_LAST_END_TS_LAST_END_TS
      message.pointee.last_end_ts = lastEnd.ms
    }
    if let lastError = record.lastError {
      message.pointee.last_error = lastError.wire
      message.pointee.last_error_message = arena.copy(lastError.message)
    }
    if let alarm = record.alarm {
      message.pointee.has_alarm_ts_case = ROOST__V1__JOURNAL_ACTOR__HAS_ALARM_TS_ALARM_TS
      message.pointee.alarm_ts = alarm.ms
    }
    (message.pointee.n_waiters, message.pointee.waiters) = arena.list(record.waiters, write)
    (message.pointee.n_stale_stops, message.pointee.stale_stops) = arena.list(numbers: record.staleStops)
    return message
  }

  private func write(_ state: ActorState, to message: inout Roost__V1__JournalActor) {
    switch state {
    case .sleeping:
      message.state = ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_SLEEPING
    case .backoff(let until, let demand):
      message.state = ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_BACKOFF
      message.until_ts = until.ms
      write(unlessDefault: demand, to: &message)
    case .pending(let ticket, let since, let demand):
      message.state = ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_PENDING
      message.ticket = ticket
      message.since_ts = since.ms
      write(unlessDefault: demand, to: &message)
    case .starting(let placement, let deadline, let demand):
      message.state = ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_STARTING
      write(placement, until: deadline, to: &message)
      write(unlessDefault: demand, to: &message)
    case .running(let placement):
      message.state = ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_RUNNING
      write(placement, until: nil, to: &message)
    case .sleepIntent(let placement, let deadline, let rewake):
      message.state = ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_SLEEP_INTENT
      write(placement, until: deadline, to: &message)
      message.demand = rewake.map(write)
    case .stopIntent(let placement, let deadline, let rewake):
      message.state = ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_STOP_INTENT
      write(placement, until: deadline, to: &message)
      message.demand = rewake.map(write)
    case .goingAway(let placement, let deadline, let cause, let rewake):
      message.state =
        switch cause {
        case .drain: ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_GOING_AWAY_DRAIN
        case .asked: ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_GOING_AWAY_ASKED
        }
      write(placement, until: deadline, to: &message)
      message.demand = rewake.map(write)
    case .destroying(let placement, let deadline):
      message.state = ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_DESTROYING
      write(placement, until: deadline, to: &message)
    case .destroyed(let at, let until):
      message.state = ROOST__V1__JOURNAL_ACTOR_STATE__JOURNAL_ACTOR_STATE_DESTROYED
      message.since_ts = at.ms
      message.until_ts = until.ms
    }
  }

  private func write(_ placement: Placement, until: Instant?, to message: inout Roost__V1__JournalActor) {
    message.runner = name(placement.runner.text)
    if let since = placement.runningSince {
      message.has_running_since_ts_case = ROOST__V1__JOURNAL_ACTOR__HAS_RUNNING_SINCE_TS_RUNNING_SINCE_TS
      message.running_since_ts = since.ms
    }
    if let until { message.until_ts = until.ms }
  }

  private func write(unlessDefault demand: Demand, to message: inout Roost__V1__JournalActor) {
    if demand != Demand() { message.demand = write(demand) }
  }

  private func write(_ demand: Demand) -> UnsafeMutablePointer<Roost__V1__JournalDemand> {
    let message = arena.make(Roost__V1__JournalDemand.self)
    if case .dontSleep(let until) = demand.override {
      message.pointee.dont_sleep = 1
      if let until {
        message.pointee.has_until_ts_case = ROOST__V1__JOURNAL_DEMAND__HAS_UNTIL_TS_UNTIL_TS
        message.pointee.until_ts = until.ms
      }
    }
    message.pointee.cause_sequence = demand.cause.sequence
    (message.pointee.trace_parent, message.pointee.trace_state) = trace(demand.cause.trace)
    message.pointee.standing = demand.isStanding ? 1 : 0
    return message
  }

  private func write(_ waiter: Waiter) -> UnsafeMutablePointer<Roost__V1__JournalWaiter> {
    let message = arena.make(Roost__V1__JournalWaiter.self)
    message.pointee.reply_to = name(waiter.replyTo)
    message.pointee.signal_sequence = waiter.cause.sequence
    (message.pointee.trace_parent, message.pointee.trace_state) = trace(waiter.cause.trace)
    if let deadline = waiter.deadline {
      message.pointee.has_deadline_ts_case = ROOST__V1__JOURNAL_WAITER__HAS_DEADLINE_TS_DEADLINE_TS
      message.pointee.deadline_ts = deadline.ms
    }
    message.pointee.told_pending = waiter.toldPending ? 1 : 0
    return message
  }
}

extension LastError {
  fileprivate var wire: Roost__V1__JournalLastError {
    switch self {
    case .crashed: ROOST__V1__JOURNAL_LAST_ERROR__JOURNAL_LAST_ERROR_CRASHED
    case .runnerLost: ROOST__V1__JOURNAL_LAST_ERROR__JOURNAL_LAST_ERROR_RUNNER_LOST
    case .noStartReport: ROOST__V1__JOURNAL_LAST_ERROR__JOURNAL_LAST_ERROR_NO_START_REPORT
    case .noStopReport: ROOST__V1__JOURNAL_LAST_ERROR__JOURNAL_LAST_ERROR_NO_STOP_REPORT
    case .noCapacity: ROOST__V1__JOURNAL_LAST_ERROR__JOURNAL_LAST_ERROR_NO_CAPACITY
    }
  }
}
