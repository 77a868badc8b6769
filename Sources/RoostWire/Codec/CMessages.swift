import CRoostProtos

// The messages this target uses, with protoc-c's functions that initialize them.

extension Roost__V1__Create: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__create__init(message) }
}
extension Roost__V1__Wake: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__wake__init(message) }
}
extension Roost__V1__AllocationOverride: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__allocation_override__init(message) }
}
extension Roost__V1__DontSleep: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__dont_sleep__init(message) }
}
extension Roost__V1__Allocate: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__allocate__init(message) }
}
extension Roost__V1__Sleep: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__sleep__init(message) }
}
extension Roost__V1__Reschedule: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__reschedule__init(message) }
}
extension Roost__V1__Destroy: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__destroy__init(message) }
}
extension Roost__V1__Configure: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__configure__init(message) }
}
extension Roost__V1__DrainRunner: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__drain_runner__init(message) }
}
extension Roost__V1__Tick: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__tick__init(message) }
}
extension Roost__V1__PoolSettings: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__pool_settings__init(message) }
}
extension Roost__V1__RunnerInit__MetadataEntry: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) {
    roost__v1__runner_init__metadata_entry__init(message)
  }
}
extension Roost__V1__RunnerInit: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__runner_init__init(message) }
}
extension Roost__V1__RunnerEvents: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__runner_events__init(message) }
}
extension Roost__V1__RunnerEvent: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__runner_event__init(message) }
}
extension Roost__V1__ActorRunning: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__actor_running__init(message) }
}
extension Roost__V1__ActorStopped: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__actor_stopped__init(message) }
}
extension Roost__V1__SleepIntent: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__sleep_intent__init(message) }
}
extension Roost__V1__StopIntent: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__stop_intent__init(message) }
}
extension Roost__V1__SetAlarm: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__set_alarm__init(message) }
}
extension Roost__V1__RunnerStopping: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__runner_stopping__init(message) }
}
extension Roost__V1__Ping: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__ping__init(message) }
}
extension Roost__V1__Pong: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__pong__init(message) }
}
extension Roost__V1__CommandStartActor: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__command_start_actor__init(message) }
}
extension Roost__V1__ActorConfig: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__actor_config__init(message) }
}
extension Roost__V1__CommandStopActor: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__command_stop_actor__init(message) }
}
extension Roost__V1__RunnerWelcome: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__runner_welcome__init(message) }
}
extension Roost__V1__AckEvents: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__ack_events__init(message) }
}
extension Roost__V1__Close: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__close__init(message) }
}
extension Roost__V1__ActorEvent: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__actor_event__init(message) }
}
extension Roost__V1__SignalOutcome: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__signal_outcome__init(message) }
}
extension Roost__V1__ApiError: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__api_error__init(message) }
}
extension Roost__V1__WakeRequest: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__wake_request__init(message) }
}
extension Roost__V1__WakeReply: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__wake_reply__init(message) }
}
extension Roost__V1__ActorView: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__actor_view__init(message) }
}
extension Roost__V1__GetRequest: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__get_request__init(message) }
}
extension Roost__V1__GetReply: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__get_reply__init(message) }
}
extension Roost__V1__ListRequest: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__list_request__init(message) }
}
extension Roost__V1__ListReply: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__list_reply__init(message) }
}
extension Roost__V1__RunnerView__MetadataEntry: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) {
    roost__v1__runner_view__metadata_entry__init(message)
  }
}
extension Roost__V1__RunnerView: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__runner_view__init(message) }
}
extension Roost__V1__RunnersRequest: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__runners_request__init(message) }
}
extension Roost__V1__RunnersReply: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__runners_reply__init(message) }
}
extension Roost__V1__PendingRequest: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__pending_request__init(message) }
}
extension Roost__V1__PendingActor: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__pending_actor__init(message) }
}
extension Roost__V1__PendingReply: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__pending_reply__init(message) }
}
extension Roost__V1__HistoryRequest: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__history_request__init(message) }
}
extension Roost__V1__HistoryEntry: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__history_entry__init(message) }
}
extension Roost__V1__HistoryReply: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__history_reply__init(message) }
}
extension Roost__V1__PoolView: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__pool_view__init(message) }
}
extension Roost__V1__ExplainRequest: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__explain_request__init(message) }
}
extension Roost__V1__ExplainReply: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__explain_reply__init(message) }
}
