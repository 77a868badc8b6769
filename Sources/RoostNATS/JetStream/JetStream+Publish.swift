/// The broker's word that a message is stored.
package struct PubAck: Sendable, Equatable {
  package let stream: String
  package let sequence: UInt64
  /// True: a message with the same Nats-Msg-Id was stored before; this is its sequence.
  package let isDuplicate: Bool
}

extension JetStream {
  /// Publishes and waits until the message is stored. Errors: `streamFull`, `noResponders` (no stream takes the
  /// subject), `wrongRevision`, `timeout` and `disconnected` (it may be stored or not).
  package func publish(
    _ subject: String, headers: [NATSHeader] = [], payload: [UInt8] = []
  ) throws(NATSError) -> PubAck {
    let answer = try connection.request(subject, headers: headers, payload: payload, timeoutMs: timeoutMs)
    return try Self.pubAck(answer, subject)
  }

  /// Publishes; `completion` is called once, on another thread, when it is stored or known to have failed. An error
  /// thrown: nothing was sent. Never blocks.
  package func publish(
    _ subject: String, headers: [NATSHeader] = [], payload: [UInt8] = [],
    completion: @escaping @Sendable (Result<PubAck, NATSError>) -> Void
  ) throws(NATSError) {
    try connection.request(subject, headers: headers, payload: payload, timeoutMs: timeoutMs) { result in
      completion(result.flatMap { answer in Result { () throws(NATSError) in try Self.pubAck(answer, subject) } })
    }
  }

  private static func pubAck(_ answer: NATSMessage, _ subject: String) throws(NATSError) -> PubAck {
    let json = try JSONValue.parse(answer.payload, from: "publishing on \(subject)")
    if let error = json["error"] { throw refusal(error, "publishing on \(subject)") }
    guard let stream = json["stream"]?.string, let sequence = json["seq"]?.unsigned else {
      throw NATSError(.malformedReply, "publishing on \(subject): somebody else than a stream answered")
    }
    return PubAck(stream: stream, sequence: sequence, isDuplicate: json["duplicate"] == .bool(true))
  }
}
