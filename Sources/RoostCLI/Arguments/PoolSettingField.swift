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

  static let all: [PoolSettingField] = [
    .milliseconds("base_retry_timeout_ms", \.baseRetryTimeout),
    .exponent("backoff_max_exponent", \.backoffMaxExponent),
    .milliseconds("retry_reset_duration_ms", \.retryResetDuration),
    .milliseconds("actor_start_threshold_ms", \.actorStartThreshold),
    .milliseconds("actor_stop_threshold_ms", \.actorStopThreshold),
    .milliseconds("runner_ping_interval_ms", \.runnerPingInterval),
    .milliseconds("runner_eligible_threshold_ms", \.runnerEligibleThreshold),
    .milliseconds("runner_lost_threshold_ms", \.runnerLostThreshold),
    .milliseconds("runner_drain_deadline_ms", \.runnerDrainDeadline),
    .milliseconds("destroyed_retention_ms", \.destroyedRetention),
    .count("max_pending", \.maxPending),
    .count("max_actors", \.maxActors),
    .count("max_input_bytes", \.maxInputBytes),
    .events("events"),
    .bool("drain_on_version_upgrade", \.drainOnVersionUpgrade),
    .milliseconds("stop_after_ms", \.stopAfter),
  ]

  /// The settings that hold with all of `assignments` (`KEY=VALUE`), which are judged together.
  ///
  /// Errors: `usage` for an unknown key, a value that has not its form, and values that contradict each other.
  static func settings(_ assignments: [String]) throws(CLIError) -> PoolSettings {
    var settings = PoolSettings()
    for assignment in assignments {
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
    }
    if let contradiction = settings.contradiction { throw .usage("settings: \(contradiction)") }
    return settings
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
  private static func milliseconds(
    _ name: String, _ path: WritableKeyPath<PoolSettings, Milliseconds> & Sendable
  ) -> Self {
    Self(name: name, form: "milliseconds", read: { String($0[keyPath: path].value) }) { settings, text in
      guard let value = Self.number(text, UInt64.self) else { return false }
      settings[keyPath: path] = Milliseconds(clamping: value)
      return true
    }
  }

  private static func count(_ name: String, _ path: WritableKeyPath<PoolSettings, UInt64> & Sendable) -> Self {
    Self(name: name, form: "a number", read: { String($0[keyPath: path]) }) { settings, text in
      guard let value = Self.number(text, UInt64.self) else { return false }
      settings[keyPath: path] = value
      return true
    }
  }

  private static func exponent(_ name: String, _ path: WritableKeyPath<PoolSettings, UInt32> & Sendable) -> Self {
    Self(name: name, form: "a number", read: { String($0[keyPath: path]) }) { settings, text in
      guard let value = Self.number(text, UInt32.self) else { return false }
      settings[keyPath: path] = value
      return true
    }
  }

  private static func bool(_ name: String, _ path: WritableKeyPath<PoolSettings, Bool> & Sendable) -> Self {
    Self(name: name, form: "true or false", read: { String($0[keyPath: path]) }) { settings, text in
      guard let value = Bool(text) else { return false }
      settings[keyPath: path] = value
      return true
    }
  }

  private static func events(_ name: String) -> Self {
    let names: [(String, EventSelection)] = [("all", .all), ("outcomes", .outcomes), ("none", .none)]
    return Self(
      name: name, form: "all, outcomes or none",
      read: { settings in names.first { $0.1 == settings.events }?.0 ?? "" },
      write: { settings, text in
        guard let selection = names.first(where: { $0.0 == text.lowercased() })?.1 else { return false }
        settings.events = selection
        return true
      })
  }

  /// Digits only: no sign, no spaces.
  private static func number<Number: FixedWidthInteger>(_ text: String, _: Number.Type) -> Number? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Number(text) : nil
  }
}
