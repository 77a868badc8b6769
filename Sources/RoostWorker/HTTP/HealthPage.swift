import RoostTelemetry

/// What the health page answers, apart from any socket.
package struct HealthPage: Sendable {
  package struct Answer: Equatable, Sendable {
    package var status: UInt32
    package var contentType = "text/plain; charset=utf-8"
    package var body: String
  }

  private let health: Health
  private let metrics: Metrics

  package init(health: Health, metrics: Metrics) {
    self.health = health
    self.metrics = metrics
  }

  /// `/livez`: the process runs. `/readyz`: 200 once signals are served, else 503 with the reason. `/metrics`: numbers.
  package func answer(method: String, path: String) -> Answer {
    guard method == "GET" || method == "HEAD" else { return Self.notFound }
    switch path {
    case "/livez": return Answer(status: 200, body: "ok\n")
    case "/readyz":
      let report = health.current
      return report.isReady
        ? Answer(status: 200, body: "ok\n") : Answer(status: 503, body: "not ready: \(report.reason)\n")
    case "/metrics":
      metrics.set(.ready, to: health.isReady ? 1 : 0)
      return Answer(
        status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
        body: metrics.exposition)
    default: return Self.notFound
    }
  }

  private static let notFound = Answer(
    status: 404, body: "nothing here; GET /livez, /readyz or /metrics\n")
}
