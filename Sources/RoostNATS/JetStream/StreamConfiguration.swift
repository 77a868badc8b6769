/// What a stream must be like: the fields that are asked for, and those the server may have in its own way.
package struct StreamConfiguration: Sendable, Equatable {
  package let name: String
  /// As in the server's JSON; durations in ns.
  package let fields: [String: JSONValue]

  /// Fields that say where and how well a stream is kept, not what it promises: an operator may choose them.
  static let freeFields: Set<String> = ["description", "placement", "metadata", "compression", "consumer_limits"]

  var json: JSONValue { .object(fields.merging(["name": .string(name)]) { _, name in name }) }

  /// Compares with what the server says it has. A field we do not name must be off: a newer server could otherwise
  /// delete, re-order or hide messages in a way that we do not know.
  func firstDifference(from echo: JSONValue) -> NATSError? {
    guard case .object(let found) = echo else {
      return NATSError(.malformedReply, "stream \(name): the server's answer has no configuration")
    }
    for field in Set(fields.keys).union(found.keys).sorted() where field != "name" {
      if Self.freeFields.contains(field) && fields[field] == nil { continue }
      let wanted = fields[field] ?? .null
      let got = found[field] ?? .null
      if wanted == got || (wanted.isEmptyOrOff && Self.isOff(got)) { continue }
      return NATSError(
        .configurationDiffers,
        "stream \(name): \(field) is \(got.text), wanted \(wanted.text); change it with "
          + "`nats stream edit \(name)` if the server allows that, give the setting that was meant, or use another prefix"
      )
    }
    return nil
  }

  /// -1 is how the server writes "no limit".
  private static func isOff(_ value: JSONValue) -> Bool { value.isEmptyOrOff || value == .int(-1) }
}

/// The streams of one prefix (wire, streams).
package struct RoostStreams: Sendable, Equatable {
  package static let defaultSignalsMaxBytes: Int64 = 4 << 30

  package let prefix: String
  package let replicas: Int
  package let signalsMaxBytes: Int64

  /// - Parameters:
  ///   - prefix: the first token of every subject; in capitals the beginning of every stream's name.
  ///   - replicas: 1 or 3.
  ///   - signalsMaxBytes: from here on the signal stream refuses publishers until it is trimmed.
  package init(
    prefix: String = "roost", replicas: Int = 1, signalsMaxBytes: Int64 = RoostStreams.defaultSignalsMaxBytes
  ) {
    self.prefix = prefix
    self.replicas = replicas
    self.signalsMaxBytes = signalsMaxBytes
  }

  package var signalsName: String { "\(prefix.uppercased())_SIGNALS" }
  package var deadName: String { "\(prefix.uppercased())_DEAD" }
  package var metaBucket: String { "\(prefix.uppercased())_META" }

  /// Signals: a full stream refuses the publisher instead of dropping what nobody has read. deny_delete keeps single
  /// messages from vanishing; purging up to a sequence stays possible, that is how the stream is trimmed.
  package var signals: StreamConfiguration {
    StreamConfiguration(
      name: signalsName,
      fields: common.merging([
        "subjects": .array([.string("\(prefix).signal.>")]), "discard": .string("new"),
        "max_bytes": .int(signalsMaxBytes), "deny_delete": .bool(true),
      ]) { _, own in own })
  }

  /// Dead letters: kept 30 days and at most 256 MiB, the oldest go first.
  package var dead: StreamConfiguration {
    StreamConfiguration(
      name: deadName,
      fields: common.merging([
        "subjects": .array([.string("\(prefix).dead.>")]), "discard": .string("old"), "max_bytes": .int(256 << 20),
        "max_age": .int(30 * 86_400 * 1_000_000_000),
      ]) { _, own in own })
  }

  /// The key-value bucket, as every NATS client makes one: one value a key, deletes are markers.
  package var meta: StreamConfiguration {
    StreamConfiguration(
      name: "KV_\(metaBucket)",
      fields: common.merging([
        "subjects": .array([.string("$KV.\(metaBucket).>")]), "discard": .string("new"),
        "max_msgs_per_subject": .int(1), "deny_delete": .bool(true), "allow_rollup_hdrs": .bool(true),
        "allow_direct": .bool(true),
      ]) { _, own in own })
  }

  package var all: [StreamConfiguration] { [signals, dead, meta] }

  /// What set-up would ask of the server, as JSON text.
  package var dryRunText: String { JSONValue.array(all.map(\.json)).prettyText }

  private var common: [String: JSONValue] {
    [
      "storage": .string("file"), "retention": .string("limits"), "num_replicas": .int(Int64(replicas)),
      "duplicate_window": .int(120 * 1_000_000_000), "max_msgs": .int(-1), "max_bytes": .int(-1), "max_age": .int(0),
      "max_msg_size": .int(-1), "max_consumers": .int(-1), "max_msgs_per_subject": .int(-1),
    ]
  }
}
