/// Which actor events a pool publishes.
package enum EventSelection: UInt8, Sendable {
  case all = 1
  /// ready, sleeping, pending_timeout, lost, destroyed, rejected.
  case outcomes = 2
  case none = 3
}

/// The settings of a pool, as they hold. Names, units and defaults: lifecycle, defaults.
package struct PoolSettings: Equatable, Sendable {
  package var baseRetryTimeout = Milliseconds(2_000)
  package var backoffMaxExponent: UInt32 = 8
  package var retryResetDuration = Milliseconds(600_000)
  package var actorStartThreshold = Milliseconds(30_000)
  package var actorStopThreshold = Milliseconds(30_000)
  package var runnerPingInterval = Milliseconds(3_000)
  package var runnerEligibleThreshold = Milliseconds(10_000)
  package var runnerLostThreshold = Milliseconds(15_000)
  package var runnerDrainDeadline = Milliseconds(60_000)
  package var destroyedRetention = Milliseconds(86_400_000)
  package var maxPending: UInt64 = 1_000_000
  package var maxActors: UInt64 = 5_000_000
  package var maxInputBytes: UInt64 = 262_144
  package var events = EventSelection.all
  package var drainOnVersionUpgrade = false
  /// Zero = a runner without a link keeps its actors running.
  package var stopAfter = Milliseconds.zero

  package init() {}

  /// What is wrong with these settings taken together, naming both values; nil when they hold.
  package var contradiction: String? {
    let durations: [(String, Milliseconds)] = [
      ("base_retry_timeout_ms", baseRetryTimeout), ("retry_reset_duration_ms", retryResetDuration),
      ("actor_start_threshold_ms", actorStartThreshold), ("actor_stop_threshold_ms", actorStopThreshold),
      ("runner_ping_interval_ms", runnerPingInterval), ("runner_eligible_threshold_ms", runnerEligibleThreshold),
      ("runner_lost_threshold_ms", runnerLostThreshold), ("runner_drain_deadline_ms", runnerDrainDeadline),
    ]
    for (name, value) in durations where value == .zero {
      return "\(name) is 0; it must be at least 1"
    }
    if runnerPingInterval >= runnerEligibleThreshold {
      return "runner_ping_interval_ms (\(runnerPingInterval.value)) must be below "
        + "runner_eligible_threshold_ms (\(runnerEligibleThreshold.value))"
    }
    if runnerEligibleThreshold >= runnerLostThreshold {
      return "runner_eligible_threshold_ms (\(runnerEligibleThreshold.value)) must be below "
        + "runner_lost_threshold_ms (\(runnerLostThreshold.value))"
    }
    if stopAfter > .zero, stopAfter + actorStopThreshold >= runnerLostThreshold {
      return "stop_after_ms (\(stopAfter.value)) + actor_stop_threshold_ms (\(actorStopThreshold.value)) must be below "
        + "runner_lost_threshold_ms (\(runnerLostThreshold.value))"
    }
    return nil
  }
}

/// What a configure signal sets: an absent field is the worker's default, also where an earlier configure set it.
package struct PoolSettingsOverlay: Equatable, Sendable {
  package var baseRetryTimeout: Milliseconds?
  package var backoffMaxExponent: UInt32?
  package var retryResetDuration: Milliseconds?
  package var actorStartThreshold: Milliseconds?
  package var actorStopThreshold: Milliseconds?
  package var runnerPingInterval: Milliseconds?
  package var runnerEligibleThreshold: Milliseconds?
  package var runnerLostThreshold: Milliseconds?
  package var runnerDrainDeadline: Milliseconds?
  package var destroyedRetention: Milliseconds?
  package var maxPending: UInt64?
  package var maxActors: UInt64?
  package var maxInputBytes: UInt64?
  package var events: EventSelection?
  package var drainOnVersionUpgrade: Bool?
  package var stopAfter: Milliseconds?

  package init() {}

  /// Leaves nothing to defaults.
  package init(all settings: PoolSettings) {
    baseRetryTimeout = settings.baseRetryTimeout
    backoffMaxExponent = settings.backoffMaxExponent
    retryResetDuration = settings.retryResetDuration
    actorStartThreshold = settings.actorStartThreshold
    actorStopThreshold = settings.actorStopThreshold
    runnerPingInterval = settings.runnerPingInterval
    runnerEligibleThreshold = settings.runnerEligibleThreshold
    runnerLostThreshold = settings.runnerLostThreshold
    runnerDrainDeadline = settings.runnerDrainDeadline
    destroyedRetention = settings.destroyedRetention
    maxPending = settings.maxPending
    maxActors = settings.maxActors
    maxInputBytes = settings.maxInputBytes
    events = settings.events
    drainOnVersionUpgrade = settings.drainOnVersionUpgrade
    stopAfter = settings.stopAfter
  }

  package func over(_ defaults: PoolSettings) -> PoolSettings {
    var result = defaults
    func set<Value>(_ path: WritableKeyPath<PoolSettings, Value>, _ value: Value?) {
      if let value { result[keyPath: path] = value }
    }
    set(\.baseRetryTimeout, baseRetryTimeout)
    set(\.backoffMaxExponent, backoffMaxExponent)
    set(\.retryResetDuration, retryResetDuration)
    set(\.actorStartThreshold, actorStartThreshold)
    set(\.actorStopThreshold, actorStopThreshold)
    set(\.runnerPingInterval, runnerPingInterval)
    set(\.runnerEligibleThreshold, runnerEligibleThreshold)
    set(\.runnerLostThreshold, runnerLostThreshold)
    set(\.runnerDrainDeadline, runnerDrainDeadline)
    set(\.destroyedRetention, destroyedRetention)
    set(\.maxPending, maxPending)
    set(\.maxActors, maxActors)
    set(\.maxInputBytes, maxInputBytes)
    set(\.events, events)
    set(\.drainOnVersionUpgrade, drainOnVersionUpgrade)
    set(\.stopAfter, stopAfter)
    return result
  }
}
