/// A message that may carry the W3C's traceparent and tracestate. Their names count in any case of letters, as the W3C
/// wants it, though NATS tells cases apart: clients whose headers are HTTP's write `Traceparent`.
protocol TraceCarrier {
  /// The first value of a header; names are case sensitive.
  func header(_ name: String) -> String?

  /// All values of a header, in their order; names are case sensitive.
  func values(of name: String) -> [String]

  /// Of names in lower case the first that the message has in any case of letters, as the message writes it; of several
  /// spellings the first by its bytes.
  func spelling(of wanted: [String]) -> String?
}

/// A server that was asked to tell a message's way may disable the header when it stores the message, by its first
/// letter (seen with 2.12.8; 2.15.1 leaves it alone).
private let parentNames = ["traceparent", "xraceparent"]
private let stateNames = ["tracestate"]

extension TraceCarrier {
  /// nil: no traceparent, without which a tracestate says nothing. Every signal comes by here: the usual spelling is a look
  /// into a table, all others cost one pass over the names.
  var traceHeaders: (parent: String, state: String?)? {
    guard let parent = header(parentNames[0]) ?? spelling(of: parentNames).flatMap(header) else { return nil }
    var states = values(of: stateNames[0])
    if states.isEmpty, let spelling = spelling(of: stateNames) { states = values(of: spelling) }
    // One list in several headers.
    return (parent, states.isEmpty ? nil : states.joined(separator: ","))
  }
}
