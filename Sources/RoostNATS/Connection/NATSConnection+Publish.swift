import CNats

extension NATSConnection {
  /// Publishes without an answer: done means handed to the library, not to the server (see ``flush(timeoutMs:)``).
  /// Errors: `disconnected`, `closed`, `tooLarge`, `badSubject`.
  package func publish(
    _ subject: String, reply: String? = nil, headers: [NATSHeader] = [], payload: [UInt8] = []
  ) throws(NATSError) {
    try payload.span.withUnsafeBytes { bytes throws(NATSError) in
      try publish(subject, reply: reply, headers: headers, bytes: bytes)
    }
  }

  /// As above, for a payload that lies in somebody else's memory; it is copied before the call returns.
  package func publish(
    _ subject: String, reply: String? = nil, headers: [NATSHeader] = [], bytes: UnsafeRawBufferPointer
  ) throws(NATSError) {
    try Self.requireSubject(subject)
    if let reply { try Self.requireSubject(reply) }
    let data = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    guard let count = Int32(exactly: bytes.count) else { throw libraryError(NATS_MAX_PAYLOAD, "publishing") }
    if headers.isEmpty {
      let status =
        if let reply {
          natsConnection_PublishRequest(handle, subject, reply, data, count)
        } else {
          natsConnection_Publish(handle, subject, data, count)
        }
      if status != NATS_OK { throw libraryError(status, "publishing on \(subject)") }
      return
    }
    var message: OpaquePointer?
    try check(natsMsg_Create(&message, subject, reply, data, count), "publishing on \(subject)")
    defer { natsMsg_Destroy(message) }
    for header in headers {
      try check(natsMsgHeader_Add(message, header.name, header.value), "adding the header \(header.name)")
    }
    try check(natsConnection_PublishMsg(handle, message), "publishing on \(subject)")
  }

  /// The library writes a subject into its line protocol as it is: a space or a line end would be read as another
  /// field or another operation by the server.
  package static func isSubject(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
  }

  static func requireSubject(_ subject: String) throws(NATSError) {
    guard isSubject(subject) else {
      throw NATSError(.badSubject, "a subject must not be empty nor hold spaces or control characters")
    }
  }
}
