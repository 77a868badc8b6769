import CRoostProtos
import RoostCore

extension RunnerEvent: WireEncodable, WireDecodable {
  /// A `malformed` event is written without a kind, which is what makes it malformed.
  func write(to message: inout Roost__V1__RunnerEvent, in arena: Arena) {
    message.index = index
    message.actor_id = arena.copy(actor.text)
    message.generation = generation
    switch kind {
    case .running:
      message.event_case = ROOST__V1__RUNNER_EVENT__EVENT_RUNNING
      message.running = arena.make(Roost__V1__ActorRunning.self)
    case .stopped(let error):
      let stopped = arena.make(Roost__V1__ActorStopped.self)
      stopped.pointee.code =
        error == nil ? ROOST__V1__STOP_CODE__STOP_CODE_OK : ROOST__V1__STOP_CODE__STOP_CODE_ERROR
      if let error, !error.isEmpty {
        stopped.pointee.has_message_case = ROOST__V1__ACTOR_STOPPED__HAS_MESSAGE_MESSAGE
        stopped.pointee.message = arena.copy(error)
      }
      message.event_case = ROOST__V1__RUNNER_EVENT__EVENT_STOPPED
      message.stopped = stopped
    case .sleepIntent:
      message.event_case = ROOST__V1__RUNNER_EVENT__EVENT_SLEEP_INTENT
      message.sleep_intent = arena.make(Roost__V1__SleepIntent.self)
    case .stopIntent:
      message.event_case = ROOST__V1__RUNNER_EVENT__EVENT_STOP_INTENT
      message.stop_intent = arena.make(Roost__V1__StopIntent.self)
    case .setAlarm(let at):
      let alarm = arena.make(Roost__V1__SetAlarm.self)
      if let at {
        alarm.pointee.has_alarm_ts_case = ROOST__V1__SET_ALARM__HAS_ALARM_TS_ALARM_TS
        alarm.pointee.alarm_ts = at.ms
      }
      message.event_case = ROOST__V1__RUNNER_EVENT__EVENT_SET_ALARM
      message.set_alarm = alarm
    case .malformed:
      break
    }
  }

  /// Throws nothing: what breaks a rule becomes `malformed`, so that it takes its index and the others count. The
  /// actor of an event with a malformed id is empty.
  init(from message: Roost__V1__RunnerEvent) {
    var id = ""
    var kind: Kind
    do throws(WireError) {
      id = try message.actor_id.identifier("RunnerEvent.actor_id")
      kind = try Kind(from: message)
    } catch {
      kind = .malformed(reason: error.reason.rawValue)
    }
    self.init(index: message.index, actor: ActorID(id), generation: message.generation, kind: kind)
  }
}

extension RunnerEvent.Kind {
  fileprivate init(from message: Roost__V1__RunnerEvent) throws(WireError) {
    switch message.event_case {
    case ROOST__V1__RUNNER_EVENT__EVENT_RUNNING: self = .running
    case ROOST__V1__RUNNER_EVENT__EVENT_STOPPED: self = .stopped(error: try Self.error(of: message.stopped.pointee))
    case ROOST__V1__RUNNER_EVENT__EVENT_SLEEP_INTENT: self = .sleepIntent
    case ROOST__V1__RUNNER_EVENT__EVENT_STOP_INTENT: self = .stopIntent
    case ROOST__V1__RUNNER_EVENT__EVENT_SET_ALARM:
      let alarm = message.set_alarm.pointee
      self = .setAlarm(alarm.has_alarm_ts_case.rawValue != 0 ? Instant(ms: alarm.alarm_ts) : nil)
    default: throw WireError(.undecodable, "RunnerEvent has no event that this version knows")
    }
  }

  /// nil for a good end. A code this version does not know is an error, like none at all.
  private static func error(of stopped: Roost__V1__ActorStopped) throws(WireError) -> String? {
    let message = stopped.has_message_case.rawValue != 0 ? try stopped.message.text("ActorStopped.message") : ""
    return stopped.code == ROOST__V1__STOP_CODE__STOP_CODE_OK ? nil : message
  }
}
