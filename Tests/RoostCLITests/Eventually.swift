import Testing

/// Waits until `condition` gives something, at most `seconds`.
func eventually<Value>(
  _ what: String, within seconds: Double = 30, sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () throws -> Value?
) async throws -> Value {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while true {
    if let value = try condition() { return value }
    try #require(ContinuousClock.now < deadline, "not in time: \(what)", sourceLocation: sourceLocation)
    try await Task.sleep(for: .milliseconds(5))
  }
}
