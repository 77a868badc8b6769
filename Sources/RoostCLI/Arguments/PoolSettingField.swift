import RoostCore

/// A pool setting by its name on the wire, as `--set NAME=VALUE` knows it.
struct PoolSettingField: Sendable {
  let name: String
  /// What may be written, for errors and help.
  let form: String
  /// The value as it would be written.
  let read: @Sendable (PoolSettings) -> String
  /// False: the value has not the right form.
  let write: @Sendable (inout PoolSettings, String) -> Bool
  /// Lays the value over the defaults of whichever worker serves the pool.
  let lay: @Sendable (PoolSettings, inout PoolSettingsOverlay) -> Void
  /// The pool has a value of its own.
  let isLaid: @Sendable (PoolSettingsOverlay) -> Bool

  static let all: [PoolSettingField] = [
    .milliseconds("base_retry_timeout_ms", \.baseRetryTimeout, \.baseRetryTimeout),
    .exponent("backoff_max_exponent", \.backoffMaxExponent, \.backoffMaxExponent),
    .milliseconds("retry_reset_duration_ms", \.retryResetDuration, \.retryResetDuration),
    .milliseconds("actor_start_threshold_ms", \.actorStartThreshold, \.actorStartThreshold),
    .milliseconds("actor_stop_threshold_ms", \.actorStopThreshold, \.actorStopThreshold),
    .milliseconds("runner_ping_interval_ms", \.runnerPingInterval, \.runnerPingInterval),
    .milliseconds("runner_eligible_threshold_ms", \.runnerEligibleThreshold, \.runnerEligibleThreshold),
    .milliseconds("runner_lost_threshold_ms", \.runnerLostThreshold, \.runnerLostThreshold),
    .milliseconds("runner_drain_deadline_ms", \.runnerDrainDeadline, \.runnerDrainDeadline),
    .milliseconds("destroyed_retention_ms", \.destroyedRetention, \.destroyedRetention),
    .count("max_pending", \.maxPending, \.maxPending),
    .count("max_actors", \.maxActors, \.maxActors),
    .count("max_input_bytes", \.maxInputBytes, \.maxInputBytes),
    .events("events"),
    .bool("drain_on_version_upgrade", \.drainOnVersionUpgrade, \.drainOnVersionUpgrade),
    .milliseconds("stop_after_ms", \.stopAfter, \.stopAfter),
  ]

  /// The settings that hold with all of `assignments` (`KEY=VALUE`), which are judged together. Of several for one key the last
  /// counts, so that a script's own can be overridden.
  ///
  /// Errors: `usage` for an unknown key, a value that has not its form, and values that contradict each other.
  static func settings(_ assignments: [String]) throws(CLIError) -> PoolSettings {
    var settings = PoolSettings()
    for assignment in assignments { _ = try assign(assignment, in: &settings) }
    if let contradiction = settings.contradiction { throw .usage("settings: \(contradiction)") }
    return settings
  }

  /// The same for a pool, whose worker has defaults of its own: whether they contradict each other it judges.
  static func overlay(_ assignments: [String]) throws(CLIError) -> PoolSettingsOverlay {
    var settings = PoolSettings()
    var overlay = PoolSettingsOverlay()
    for assignment in assignments { try assign(assignment, in: &settings).lay(settings, &overlay) }
    return overlay
  }

  private static func assign(_ assignment: String, in settings: inout PoolSettings) throws(CLIError) -> PoolSettingField
  {
    let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 2 else {
      throw .usage("--set \(assignment): write KEY=VALUE; `roost worker --set help` lists the keys")
    }
    guard let field = all.first(where: { $0.name == parts[0] }) else {
      throw .usage("--set \(assignment): there is no setting '\(parts[0])'; `roost worker --set help` lists them")
    }
    guard field.write(&settings, parts[1]) else {
      throw .usage("--set \(assignment): \(field.name) takes \(field.form)")
    }
    return field
  }

  /// One line a setting, with its default.
  static var helpText: String {
    let defaults = PoolSettings()
    let width = all.map(\.name.count).max() ?? 0
    return all.map { field in
      let padding = String(repeating: " ", count: width + 2 - field.name.count)
      return "\(field.name)\(padding)\(field.form), default \(field.read(defaults))\n"
    }.joined()
  }
}

extension PoolSettingField {
  private typealias Path<Value> = WritableKeyPath<PoolSettings, Value> & Sendable
  private typealias Overlaid<Value> = WritableKeyPath<PoolSettingsOverlay, Value?> & Sendable

  private static func milliseconds(
    _ name: String, _ path: Path<Milliseconds>, _ overlaid: Overlaid<Milliseconds>
  ) -> Self {
    field(name, "milliseconds", path, overlaid, show: { String($0.value) }) { text in
      number(text, UInt64.self).map { Milliseconds(clamping: $0) }
    }
  }

  private static func count(_ name: String, _ path: Path<UInt64>, _ overlaid: Overlaid<UInt64>) -> Self {
    field(name, "a number", path, overlaid, show: { String($0) }) { number($0, UInt64.self) }
  }

  private static func exponent(_ name: String, _ path: Path<UInt32>, _ overlaid: Overlaid<UInt32>) -> Self {
    field(name, "a number", path, overlaid, show: { String($0) }) { number($0, UInt32.self) }
  }

  private static func bool(_ name: String, _ path: Path<Bool>, _ overlaid: Overlaid<Bool>) -> Self {
    field(name, "true or false", path, overlaid, show: { String($0) }) { Bool($0) }
  }

  private static func events(_ name: String) -> Self {
    let names: [(String, EventSelection)] = [("all", .all), ("outcomes", .outcomes), ("none", .none)]
    return field(
      name, "all, outcomes or none", \.events, \.events,
      show: { events in names.first { $0.1 == events }?.0 ?? "" },
      read: { text in names.first { $0.0 == text.lowercased() }?.1 })
  }

  /// `read`: nil for a value that has not the right form.
  private static func field<Value: Sendable>(
    _ name: String, _ form: String, _ path: Path<Value>, _ overlaid: Overlaid<Value>,
    show: @escaping @Sendable (Value) -> String, read: @escaping @Sendable (String) -> Value?
  ) -> Self {
    Self(
      name: name, form: form, read: { show($0[keyPath: path]) },
      write: { settings, text in
        guard let value = read(text) else { return false }
        settings[keyPath: path] = value
        return true
      }, lay: { settings, overlay in overlay[keyPath: overlaid] = settings[keyPath: path] },
      isLaid: { $0[keyPath: overlaid] != nil })
  }

  /// Digits only: no sign, no spaces.
  private static func number<Number: FixedWidthInteger>(_ text: String, _: Number.Type) -> Number? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Number(text) : nil
  }
}
