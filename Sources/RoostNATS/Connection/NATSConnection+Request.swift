extension NATSConnection {
  /// Publishes and calls `completion` once, with the answer or the reason why there is none; on another thread.
  /// Errors thrown: nothing was sent. Errors given: `timeout`, `noResponders`, `disconnected`, `closed`.
  package func request(
    _ subject: String, headers: [NATSHeader] = [], payload: [UInt8] = [], timeoutMs: Int64,
    completion: @escaping @Sendable (Result<NATSMessage, NATSError>) -> Void
  ) throws(NATSError) {
    let (token, reply) = try requests.open(
      on: self, doing: "asking \(subject)", timeoutMs: timeoutMs, completion: completion)
    do {
      try publish(subject, reply: reply, headers: headers, payload: payload)
    } catch {
      if requests.cancel(token) { throw error }
    }
  }

  /// Publishes and waits for the answer. Holds the calling thread: for set-up and queries, not for a loop.
  package func request(
    _ subject: String, headers: [NATSHeader] = [], payload: [UInt8] = [], timeoutMs: Int64
  ) throws(NATSError) -> NATSMessage {
    let answer = Monitor<Result<NATSMessage, NATSError>?>(nil)
    try request(subject, headers: headers, payload: payload, timeoutMs: timeoutMs) { result in
      answer.update { $0 = result }
    }
    // No deadline here: the completion is called exactly once, at the latest when the request's own time is over.
    guard let result = answer.wait({ $0 }) else { preconditionFailure("a wait without deadline ended without a value") }
    return try result.get()
  }
}
