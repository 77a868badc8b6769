import Foundation

/// A stream as the server describes it.
package struct StreamInfo: Sendable, Equatable {
  package let name: String
  /// When it was made; another time under the same name means another stream.
  package let createdNs: Int64
  package let messages: UInt64
  package let bytes: UInt64
  /// 0 when it never had a message; larger than `lastSequence` when it is empty.
  package let firstSequence: UInt64
  package let lastSequence: UInt64
  /// Of the last message, nil when there is none.
  package let lastStoredAtNs: Int64?
  package let configuration: JSONValue

  /// From the server's reply. Errors: `malformedReply`.
  package init(_ json: JSONValue, name: String) throws(NATSError) {
    guard let state = json["state"], let configuration = json["config"],
      let createdNs = json["created"]?.string.flatMap(Timestamp.nanoseconds),
      let messages = state["messages"]?.unsigned, let bytes = state["bytes"]?.unsigned,
      let first = state["first_seq"]?.unsigned, let last = state["last_seq"]?.unsigned
    else { throw NATSError(.malformedReply, "stream \(name): the server's description lacks a field") }
    self.name = name
    self.createdNs = createdNs
    self.messages = messages
    self.bytes = bytes
    firstSequence = first
    lastSequence = last
    lastStoredAtNs = messages == 0 ? nil : state["last_ts"]?.string.flatMap(Timestamp.nanoseconds)
    self.configuration = configuration
  }
}

/// A message as it lies in a stream.
package struct StoredMessage: TraceCarrier, Sendable, Equatable {
  package let subject: String
  package let sequence: UInt64
  package let storedAtNs: Int64
  package let payload: [UInt8]
  /// As they came over the wire: the line `NATS/1.0`, then `Name: value` lines.
  let headerBytes: [UInt8]

  /// From the server's reply. Errors: `malformedReply`.
  package init(_ json: JSONValue, stream: String) throws(NATSError) {
    guard let message = json["message"], let subject = message["subject"]?.string,
      let sequence = message["seq"]?.unsigned, let time = message["time"]?.string.flatMap(Timestamp.nanoseconds),
      let payload = base64(message["data"]?.string ?? ""), let headers = base64(message["hdrs"]?.string ?? "")
    else { throw NATSError(.malformedReply, "stream \(stream): a stored message lacks a field") }
    self.subject = subject
    self.sequence = sequence
    storedAtNs = time
    self.payload = payload
    headerBytes = headers
  }

  /// The first value of a header; names are case sensitive.
  package func header(_ name: String) -> String? { HeaderBlock(headerBytes).value(of: name) }

  /// All headers, in their order.
  package func headers() -> [NATSHeader] { HeaderBlock(headerBytes).all }

  func values(of name: String) -> [String] { HeaderBlock(headerBytes).values(of: name) }

  func spelling(of wanted: [String]) -> String? { HeaderBlock(headerBytes).spelling(of: wanted) }
}

extension JetStream {
  /// Makes the stream, or finds that it is there exactly as wanted. Errors: `configurationDiffers` names the first
  /// field; `refused` is the server's own reason, too little storage for example.
  package func ensure(_ wanted: StreamConfiguration) throws(NATSError) -> StreamInfo {
    let found: StreamInfo
    do {
      found = try info(wanted.name)
    } catch  where error.code == .notFound {
      // A second worker may make it at the same moment: the same configuration again is no error to the server.
      found = try StreamInfo(try call("STREAM.CREATE.\(wanted.name)", wanted.json), name: wanted.name)
    }
    if let difference = wanted.firstDifference(from: found.configuration) { throw difference }
    return found
  }

  /// Changes a stream that is there to what is wanted, as far as the server allows it.
  package func update(_ wanted: StreamConfiguration) throws(NATSError) -> StreamInfo {
    let found = try StreamInfo(try call("STREAM.UPDATE.\(wanted.name)", wanted.json), name: wanted.name)
    if let difference = wanted.firstDifference(from: found.configuration) { throw difference }
    return found
  }

  /// Makes or checks all streams of a prefix.
  package func ensure(_ streams: RoostStreams) throws(NATSError) {
    for stream in streams.all { _ = try ensure(stream) }
  }

  /// Errors: `notFound` when there is no such stream.
  package func info(_ stream: String) throws(NATSError) -> StreamInfo {
    try StreamInfo(try call("STREAM.INFO.\(stream)"), name: stream)
  }

  /// The subjects of the messages in a stream that match `filter`, sorted. The server gives them page by page.
  package func subjects(_ stream: String, matching filter: String) throws(NATSError) -> [String] {
    var subjects: [String] = []
    while true {
      let query = JSONValue.object(["subjects_filter": .string(filter), "offset": .int(Int64(subjects.count))])
      let json = try call("STREAM.INFO.\(stream)", query)
      guard let state = json["state"] else {
        throw NATSError(.malformedReply, "stream \(stream): the server's description lacks a field")
      }
      // Without a match the field is not there.
      guard case .object(let page)? = state["subjects"], !page.isEmpty else { break }
      subjects += page.keys
      guard let total = json["total"]?.unsigned, subjects.count < total else { break }
    }
    return subjects.sorted()
  }

  /// The message with this sequence; nil when it is not there (any more, or not yet).
  package func message(_ stream: String, sequence: UInt64) throws(NATSError) -> StoredMessage? {
    try message(stream, .object(["seq": .int(Int64(clamping: sequence))]))
  }

  /// The newest message on a subject; nil when there is none.
  package func lastMessage(_ stream: String, subject: String) throws(NATSError) -> StoredMessage? {
    try message(stream, .object(["last_by_subj": .string(subject)]))
  }

  /// The first message with this sequence or a higher one on a subject that matches `filter`; nil when there is none.
  package func nextMessage(_ stream: String, from sequence: UInt64, matching filter: String) throws(NATSError)
    -> StoredMessage?
  {
    try message(
      stream, .object(["seq": .int(Int64(clamping: max(sequence, 1))), "next_by_subj": .string(filter)]))
  }

  /// Deletes one message; what it held is overwritten. Errors: `refused` when it is not there (any more).
  package func deleteMessage(_ stream: String, sequence: UInt64) throws(NATSError) {
    _ = try call("STREAM.MSG.DELETE.\(stream)", .object(["seq": .int(Int64(clamping: sequence))]))
  }

  private func message(_ stream: String, _ query: JSONValue) throws(NATSError) -> StoredMessage? {
    let json: JSONValue
    do {
      json = try call("STREAM.MSG.GET.\(stream)", query)
    } catch  where error.code == .notFound && error.serverCode == 10037 {
      return nil
    }
    return try StoredMessage(json, stream: stream)
  }

  /// Drops all messages up to and with `sequence`; returns how many. Never by subject: that stops publishers (wire,
  /// streams).
  package func purge(_ stream: String, through sequence: UInt64) throws(NATSError) -> UInt64 {
    let json = try call(
      "STREAM.PURGE.\(stream)", .object(["seq": .int(Int64(clamping: sequence == .max ? .max : sequence + 1))]))
    guard let purged = json["purged"]?.unsigned else {
      throw NATSError(.malformedReply, "stream \(stream): the answer to a purge lacks its count")
    }
    return purged
  }

  /// Deletes a stream with all its messages.
  package func delete(_ stream: String) throws(NATSError) { _ = try call("STREAM.DELETE.\(stream)") }
}

private func base64(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { Array($0) } }
