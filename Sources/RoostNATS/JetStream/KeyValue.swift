/// One bucket of the broker's key-value store, as far as the journal's identity and leases need it.
package struct KeyValue: Sendable {
  /// A value and the revision that a later update has to name.
  package struct Entry: Sendable, Equatable {
    package let revision: UInt64
    package let value: [UInt8]
    package let storedAtNs: Int64
    /// A marker that says the key was deleted: it has no value, and writing it again names this revision.
    package let isDeleted: Bool
  }

  package let bucket: String
  let jetStream: JetStream

  package init(_ jetStream: JetStream, bucket: String) {
    self.jetStream = jetStream
    self.bucket = bucket
  }

  /// nil when the key was never written. Reads from the stream's leader: what was written before is seen.
  package func get(_ key: String) throws(NATSError) -> Entry? {
    try jetStream.lastMessage("KV_\(bucket)", subject: subject(key)).map {
      Entry(
        revision: $0.sequence, value: $0.payload, storedAtNs: $0.storedAtNs,
        isDeleted: ["DEL", "PURGE"].contains($0.header(Self.operation)))
    }
  }

  /// The keys that were ever written and match `pattern` (`*` = one token), sorted; deleted ones are among them.
  package func keys(matching pattern: String) throws(NATSError) -> [String] {
    let prefix = subject("")
    return try jetStream.subjects("KV_\(bucket)", matching: subject(pattern)).map { String($0.dropFirst(prefix.count)) }
  }

  /// Writes a key that was never written; returns its revision. Errors: `wrongRevision` when it was.
  package func create(_ key: String, _ value: [UInt8]) throws(NATSError) -> UInt64 {
    try update(key, value, expectedRevision: 0)
  }

  /// Writes a key whose last revision is known. Errors: `wrongRevision`. After `timeout` it may be written: read it.
  package func update(_ key: String, _ value: [UInt8], expectedRevision: UInt64) throws(NATSError) -> UInt64 {
    let expected = NATSHeader("Nats-Expected-Last-Subject-Sequence", String(expectedRevision))
    return try jetStream.publish(subject(key), headers: [expected], payload: value).sequence
  }

  /// Puts a marker in the place of a value whose revision is known. Errors: as `update`.
  package func delete(_ key: String, expectedRevision: UInt64) throws(NATSError) {
    let headers = [
      NATSHeader("Nats-Expected-Last-Subject-Sequence", String(expectedRevision)), NATSHeader(Self.operation, "DEL"),
    ]
    _ = try jetStream.publish(subject(key), headers: headers)
  }

  /// The header of a marker, as every NATS client writes it.
  private static let operation = "KV-Operation"

  private func subject(_ key: String) -> String { "$KV.\(bucket).\(key)" }
}
