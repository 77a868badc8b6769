/// One bucket of the broker's key-value store, as far as the journal's identity and leases need it.
package struct KeyValue: Sendable {
  /// A value and the revision that a later update has to name.
  package struct Entry: Sendable, Equatable {
    package let revision: UInt64
    package let value: [UInt8]
    package let storedAtNs: Int64
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
      Entry(revision: $0.sequence, value: $0.payload, storedAtNs: $0.storedAtNs)
    }
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

  private func subject(_ key: String) -> String { "$KV.\(bucket).\(key)" }
}
