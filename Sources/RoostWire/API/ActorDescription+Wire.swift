import CRoostProtos
import RoostCore

extension ActorDescription: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__ActorView, in arena: Arena) {
    message.actor_id = arena.copy(actor.text)
    message.name = arena.copy(name)
    if let key {
      message.has_key_case = ROOST__V1__ACTOR_VIEW__HAS_KEY_KEY
      message.key = arena.copy(key)
    }
    message.crash_policy = crashPolicy.wire
    message.state = arena.copy(state)
    message.generation = generation
    message.crash_count = crashCount
    if let runner { message.runner_id = arena.copy(runner.text) }
    if let session { message.session = arena.copy(session.text) }
    message.create_ts = createdAt.ms
    if let since {
      message.has_since_ts_case = ROOST__V1__ACTOR_VIEW__HAS_SINCE_TS_SINCE_TS
      message.since_ts = since.ms
    }
    if let until {
      message.has_until_ts_case = ROOST__V1__ACTOR_VIEW__HAS_UNTIL_TS_UNTIL_TS
      message.until_ts = until.ms
    }
    if let alarm {
      message.has_alarm_ts_case = ROOST__V1__ACTOR_VIEW__HAS_ALARM_TS_ALARM_TS
      message.alarm_ts = alarm.ms
    }
    message.ticket = ticket
    message.queue_position = queuePosition
    message.pending_reason = arena.copy(pendingReason)
    message.last_error_code = arena.copy(lastErrorCode)
    message.last_error_message = arena.copy(lastErrorMessage)
    message.waiters = waiters
    message.rewake = hasRewake ? 1 : 0
    message.input_bytes = inputBytes
  }

  init(from message: Roost__V1__ActorView) throws(WireError) {
    guard let policy = CrashPolicy(wire: message.crash_policy) else {
      throw WireError(
        .unknownValue, "ActorView.crash_policy \(message.crash_policy.rawValue) is unknown to this version")
    }
    self.init(
      actor: ActorID(try message.actor_id.identifier("ActorView.actor_id")),
      name: try message.name.text("ActorView.name"),
      key: message.has_key_case.rawValue != 0 ? try message.key.text("ActorView.key") : nil, crashPolicy: policy,
      state: try message.state.text("ActorView.state"), generation: message.generation,
      createdAt: Instant(ms: message.create_ts))
    crashCount = message.crash_count
    runner = try message.runner_id.optionalIdentifier("ActorView.runner_id").map { RunnerID($0) }
    session = message.session.len > 0 ? SessionID(try message.session.text("ActorView.session")) : nil
    since = message.has_since_ts_case.rawValue != 0 ? Instant(ms: message.since_ts) : nil
    until = message.has_until_ts_case.rawValue != 0 ? Instant(ms: message.until_ts) : nil
    alarm = message.has_alarm_ts_case.rawValue != 0 ? Instant(ms: message.alarm_ts) : nil
    ticket = message.ticket
    queuePosition = message.queue_position
    pendingReason = try message.pending_reason.text("ActorView.pending_reason")
    lastErrorCode = try message.last_error_code.text("ActorView.last_error_code")
    lastErrorMessage = try message.last_error_message.text("ActorView.last_error_message")
    waiters = message.waiters
    hasRewake = message.rewake != 0
    inputBytes = message.input_bytes
  }
}
