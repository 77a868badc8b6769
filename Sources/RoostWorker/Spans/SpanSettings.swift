import RoostTelemetry
import RoostWire

/// Where spans go and how many at a time. The defaults are OpenTelemetry's.
package struct SpanSettings: Equatable, Sendable {
  package struct Header: Equatable, Sendable {
    package var name: String
    package var value: String
  }

  /// What the collector is asked to take them at, http or https.
  package var endpoint = "http://localhost:4318/v1/traces"
  /// Of every request. They may be secrets.
  package var headers: [Header] = []
  /// The file of certificates to trust; nil = the system's.
  package var authorities: String?
  /// Of one request.
  package var timeoutMs: Int64 = 10_000
  /// Who we are, beside the version.
  package var resource = [SpanAttribute(Self.serviceName, "roost")]
  /// Spans that wait; what comes beyond is dropped.
  package var queueSpans = 2_048
  /// Spans of one request.
  package var batchSpans = 512
  /// How long the first span of a request waits for others.
  package var delayMs: Int64 = 5_000

  package init() {}

  static let serviceName = "service.name"

  /// The endpoint without what may be secret: user, password and query.
  var shownEndpoint: String { CollectorConnection.shown(endpoint) ?? "" }
}
