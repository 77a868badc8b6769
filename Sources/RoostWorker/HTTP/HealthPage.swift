/// What the health page answers, apart from any socket.
package struct HealthPage: Sendable {
  package struct Answer: Equatable, Sendable {
    package var status: UInt32
    package var contentType = "text/plain; charset=utf-8"
    package var body: String
  }

  private let obstacle: @Sendable () -> String?
  private let exposition: @Sendable () -> String

  /// - Parameters:
  ///   - obstacle: why signals are not served right now; nil when they are.
  ///   - exposition: all metrics as text.
  package init(obstacle: @escaping @Sendable () -> String?, exposition: @escaping @Sendable () -> String) {
    self.obstacle = obstacle
    self.exposition = exposition
  }

  /// `/livez`: the process runs. `/readyz`: 200 once signals are served, else 503 with the reason. `/metrics`: numbers.
  package func answer(method: String, path: String) -> Answer {
    guard method == "GET" || method == "HEAD" else { return Self.notFound }
    switch path {
    case "/livez": return Answer(status: 200, body: "ok\n")
    case "/readyz":
      return obstacle().map { Answer(status: 503, body: "not ready: \($0)\n") } ?? Answer(status: 200, body: "ok\n")
    case "/metrics":
      return Answer(status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: exposition())
    default: return Self.notFound
    }
  }

  private static let notFound = Answer(status: 404, body: "nothing here; GET /livez, /readyz or /metrics\n")
}
