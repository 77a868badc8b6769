import CRoostProtos
import RoostCore

extension PoolSettingsOverlay: WireEncodable {
  func write(to message: inout Roost__V1__PoolSettings, in arena: Arena) {
    if let baseRetryTimeout {
      message.has_base_retry_timeout_ms_case = ROOST__V1__POOL_SETTINGS__HAS_BASE_RETRY_TIMEOUT_MS_BASE_RETRY_TIMEOUT_MS
      message.base_retry_timeout_ms = UInt64(baseRetryTimeout.value)
    }
    if let backoffMaxExponent {
      message.has_backoff_max_exponent_case = ROOST__V1__POOL_SETTINGS__HAS_BACKOFF_MAX_EXPONENT_BACKOFF_MAX_EXPONENT
      message.backoff_max_exponent = backoffMaxExponent
    }
    if let retryResetDuration {
      message.has_retry_reset_duration_ms_case =
        ROOST__V1__POOL_SETTINGS__HAS_RETRY_RESET_DURATION_MS_RETRY_RESET_DURATION_MS
      message.retry_reset_duration_ms = UInt64(retryResetDuration.value)
    }
    if let actorStartThreshold {
      message.has_actor_start_threshold_ms_case =
        ROOST__V1__POOL_SETTINGS__HAS_ACTOR_START_THRESHOLD_MS_ACTOR_START_THRESHOLD_MS
      message.actor_start_threshold_ms = UInt64(actorStartThreshold.value)
    }
    if let actorStopThreshold {
      message.has_actor_stop_threshold_ms_case =
        ROOST__V1__POOL_SETTINGS__HAS_ACTOR_STOP_THRESHOLD_MS_ACTOR_STOP_THRESHOLD_MS
      message.actor_stop_threshold_ms = UInt64(actorStopThreshold.value)
    }
    if let runnerPingInterval {
      message.has_runner_ping_interval_ms_case =
        ROOST__V1__POOL_SETTINGS__HAS_RUNNER_PING_INTERVAL_MS_RUNNER_PING_INTERVAL_MS
      message.runner_ping_interval_ms = UInt64(runnerPingInterval.value)
    }
    if let runnerEligibleThreshold {
      message.has_runner_eligible_threshold_ms_case =
        ROOST__V1__POOL_SETTINGS__HAS_RUNNER_ELIGIBLE_THRESHOLD_MS_RUNNER_ELIGIBLE_THRESHOLD_MS
      message.runner_eligible_threshold_ms = UInt64(runnerEligibleThreshold.value)
    }
    if let runnerLostThreshold {
      message.has_runner_lost_threshold_ms_case =
        ROOST__V1__POOL_SETTINGS__HAS_RUNNER_LOST_THRESHOLD_MS_RUNNER_LOST_THRESHOLD_MS
      message.runner_lost_threshold_ms = UInt64(runnerLostThreshold.value)
    }
    if let runnerDrainDeadline {
      message.has_runner_drain_deadline_ms_case =
        ROOST__V1__POOL_SETTINGS__HAS_RUNNER_DRAIN_DEADLINE_MS_RUNNER_DRAIN_DEADLINE_MS
      message.runner_drain_deadline_ms = UInt64(runnerDrainDeadline.value)
    }
    if let destroyedRetention {
      message.has_destroyed_retention_ms_case =
        ROOST__V1__POOL_SETTINGS__HAS_DESTROYED_RETENTION_MS_DESTROYED_RETENTION_MS
      message.destroyed_retention_ms = UInt64(destroyedRetention.value)
    }
    if let maxPending {
      message.has_max_pending_case = ROOST__V1__POOL_SETTINGS__HAS_MAX_PENDING_MAX_PENDING
      message.max_pending = maxPending
    }
    if let maxActors {
      message.has_max_actors_case = ROOST__V1__POOL_SETTINGS__HAS_MAX_ACTORS_MAX_ACTORS
      message.max_actors = maxActors
    }
    if let maxInputBytes {
      message.has_max_input_bytes_case = ROOST__V1__POOL_SETTINGS__HAS_MAX_INPUT_BYTES_MAX_INPUT_BYTES
      message.max_input_bytes = maxInputBytes
    }
    if let drainOnVersionUpgrade {
      message.has_drain_on_version_upgrade_case =
        ROOST__V1__POOL_SETTINGS__HAS_DRAIN_ON_VERSION_UPGRADE_DRAIN_ON_VERSION_UPGRADE
      message.drain_on_version_upgrade = drainOnVersionUpgrade ? 1 : 0
    }
    if let stopAfter {
      message.has_stop_after_ms_case = ROOST__V1__POOL_SETTINGS__HAS_STOP_AFTER_MS_STOP_AFTER_MS
      message.stop_after_ms = UInt64(stopAfter.value)
    }
    if let events {
      message.has_events_case = ROOST__V1__POOL_SETTINGS__HAS_EVENTS_EVENTS
      message.events = Roost__V1__PoolEvents(rawValue: UInt32(events.rawValue))
    }
  }

  /// nil when `events` is a number that this version does not know.
  init?(wire message: Roost__V1__PoolSettings) {
    self.init()
    if message.has_base_retry_timeout_ms_case.rawValue != 0 {
      baseRetryTimeout = Milliseconds(clamping: message.base_retry_timeout_ms)
    }
    if message.has_backoff_max_exponent_case.rawValue != 0 { backoffMaxExponent = message.backoff_max_exponent }
    if message.has_retry_reset_duration_ms_case.rawValue != 0 {
      retryResetDuration = Milliseconds(clamping: message.retry_reset_duration_ms)
    }
    if message.has_actor_start_threshold_ms_case.rawValue != 0 {
      actorStartThreshold = Milliseconds(clamping: message.actor_start_threshold_ms)
    }
    if message.has_actor_stop_threshold_ms_case.rawValue != 0 {
      actorStopThreshold = Milliseconds(clamping: message.actor_stop_threshold_ms)
    }
    if message.has_runner_ping_interval_ms_case.rawValue != 0 {
      runnerPingInterval = Milliseconds(clamping: message.runner_ping_interval_ms)
    }
    if message.has_runner_eligible_threshold_ms_case.rawValue != 0 {
      runnerEligibleThreshold = Milliseconds(clamping: message.runner_eligible_threshold_ms)
    }
    if message.has_runner_lost_threshold_ms_case.rawValue != 0 {
      runnerLostThreshold = Milliseconds(clamping: message.runner_lost_threshold_ms)
    }
    if message.has_runner_drain_deadline_ms_case.rawValue != 0 {
      runnerDrainDeadline = Milliseconds(clamping: message.runner_drain_deadline_ms)
    }
    if message.has_destroyed_retention_ms_case.rawValue != 0 {
      destroyedRetention = Milliseconds(clamping: message.destroyed_retention_ms)
    }
    if message.has_max_pending_case.rawValue != 0 { maxPending = message.max_pending }
    if message.has_max_actors_case.rawValue != 0 { maxActors = message.max_actors }
    if message.has_max_input_bytes_case.rawValue != 0 { maxInputBytes = message.max_input_bytes }
    if message.has_drain_on_version_upgrade_case.rawValue != 0 {
      drainOnVersionUpgrade = message.drain_on_version_upgrade != 0
    }
    if message.has_stop_after_ms_case.rawValue != 0 { stopAfter = Milliseconds(clamping: message.stop_after_ms) }
    if message.has_events_case.rawValue != 0, message.events != ROOST__V1__POOL_EVENTS__POOL_EVENTS_UNSPECIFIED {
      guard let selection = UInt8(exactly: message.events.rawValue).flatMap(EventSelection.init(rawValue:)) else {
        return nil
      }
      events = selection
    }
  }
}
