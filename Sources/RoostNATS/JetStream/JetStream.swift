/// The broker's streams, through its JSON interface. Every call waits for its answer and holds the calling thread.
package struct JetStream: Sendable {
  static let apiPrefix = "$JS.API"

  package let connection: NATSConnection
  package var timeoutMs = NATSLimits.apiTimeoutMs

  package init(_ connection: NATSConnection) { self.connection = connection }

  /// One request to the interface. Errors: `noResponders` (no JetStream), `timeout`, `disconnected`, `notFound`,
  /// `refused` with the server's own code.
  func call(_ operation: String, _ body: JSONValue? = nil) throws(NATSError) -> JSONValue {
    let subject = "\(Self.apiPrefix).\(operation)"
    let payload = body.map { Array($0.text.utf8) } ?? []
    let answer = try connection.request(subject, payload: payload, timeoutMs: timeoutMs)
    let json = try JSONValue.parse(answer.payload, from: operation)
    if let error = json["error"] { throw Self.refusal(error, operation) }
    return json
  }

  /// What an `error` object of the server means to us.
  static func refusal(_ error: JSONValue, _ doing: String) -> NATSError {
    let serverCode = Int(error["err_code"]?.unsigned ?? 0)
    let description = error["description"]?.string ?? "no description"
    switch (serverCode, error["code"]?.unsigned) {
    case (10077, _) where description.hasPrefix("maximum"):
      return NATSError(
        .streamFull, "\(doing): the stream is full (\(description)); it takes more when it has been trimmed",
        serverCode: serverCode)
    case (10071, _), (10164, _):
      return NATSError(
        .wrongRevision, "\(doing): somebody else wrote since (\(description)); read again",
        serverCode: serverCode)
    case (_, 404):
      return NATSError(.notFound, "\(doing): \(description)", serverCode: serverCode)
    default:
      return NATSError(
        .refused, "\(doing): the server refuses: \(description) (err_code \(serverCode))", serverCode: serverCode)
    }
  }
}
