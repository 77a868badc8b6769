import RoostTelemetry
import RoostWire
import Testing

@testable import RoostWorker

@Suite("The variables for spans")
struct SpanSettingsTests {
  private static let endpoint = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://there:4318"]

  /// The settings, and what the log has to say.
  private func read(_ environment: [String: String]) -> (settings: SpanSettings?, lines: [String]) {
    let lines = Collector<String>()
    let settings = SpanSettings(environment: environment, log: Log(from: .warning) { lines.add($0) })
    return (settings, lines.all)
  }

  /// With an endpoint beside them, and nothing to complain of.
  private func settings(_ environment: [String: String]) throws -> SpanSettings {
    let (settings, lines) = read(Self.endpoint.merging(environment) { $1 })
    #expect(lines.isEmpty, "\(lines)")
    return try #require(settings)
  }

  @Test(
    "spans are exported when an endpoint or the exporter is named, and not when they are switched off",
    arguments: [
      ([:], nil), (["OTEL_EXPORTER_OTLP_ENDPOINT": " "], nil),
      (["OTEL_TRACES_EXPORTER": "otlp"], "http://localhost:4318/v1/traces"),
      (["OTEL_EXPORTER_OTLP_ENDPOINT": "http://there:4318"], "http://there:4318/v1/traces"),
      (["OTEL_EXPORTER_OTLP_ENDPOINT": "https://there/otlp/"], "https://there/otlp/v1/traces"),
      (["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://there/as/is/"], "http://there/as/is/"),
      (
        [
          "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://traces:1/", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://there:4318",
        ], "http://traces:1/"
      ),
      (["OTEL_EXPORTER_OTLP_ENDPOINT": "http://there:4318", "OTEL_TRACES_EXPORTER": "none"], nil),
      (["OTEL_EXPORTER_OTLP_ENDPOINT": "http://there:4318", "OTEL_SDK_DISABLED": "TRUE"], nil),
      (
        ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://there:4318", "OTEL_SDK_DISABLED": "false"],
        "http://there:4318/v1/traces"
      ),
    ] as [([String: String], String?)])
  func whether(environment: [String: String], endpoint: String?) {
    let (settings, lines) = read(environment)
    #expect(settings?.endpoint == endpoint)
    #expect(lines.isEmpty, "\(lines)")
  }

  @Test("the defaults are OpenTelemetry's")
  func defaults() throws {
    let settings = try settings([:])
    #expect(settings.headers.isEmpty && settings.authorities == nil)
    #expect(settings.timeoutMs == 10_000 && settings.delayMs == 5_000)
    #expect(settings.queueSpans == 2_048 && settings.batchSpans == 512)
    #expect(settings.resource == [SpanAttribute("service.name", "roost")])
  }

  @Test("what is for traces alone goes before what is for all, and lists are decoded")
  func values() throws {
    let all = [
      "OTEL_EXPORTER_OTLP_TIMEOUT": "7", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20a%3D, x-b = c=d ,",
      "OTEL_EXPORTER_OTLP_CERTIFICATE": "/etc/passwd", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
      "OTEL_RESOURCE_ATTRIBUTES": "service.name=other,host.name=h%C3%B6he", "OTEL_BSP_MAX_QUEUE_SIZE": "100",
      "OTEL_BSP_SCHEDULE_DELAY": "1",
    ]
    let first = try settings(all)
    #expect(first.timeoutMs == 7 && first.authorities == "/etc/passwd" && first.delayMs == 1)
    #expect(
      first.headers == [
        SpanSettings.Header(name: "authorization", value: "Bearer a="), SpanSettings.Header(name: "x-b", value: "c=d"),
      ])
    #expect(first.resource == [SpanAttribute("service.name", "other"), SpanAttribute("host.name", "höhe")])
    // A batch is no larger than the queue.
    #expect(first.queueSpans == 100 && first.batchSpans == 100)
    let second = try settings(
      all.merging([
        "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "8", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "x-b=e",
        "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE": "/etc/group", "OTEL_SERVICE_NAME": "mine",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "100",
      ]) { $1 })
    #expect(second.timeoutMs == 8 && second.authorities == "/etc/group" && second.batchSpans == 100)
    #expect(second.headers == [SpanSettings.Header(name: "x-b", value: "e")])
    #expect(second.resource == [SpanAttribute("service.name", "mine"), SpanAttribute("host.name", "höhe")])
  }

  @Test(
    "what cannot be read is named without its value, and counts as not set",
    arguments: [
      ("OTEL_SDK_DISABLED", "s3cret"), ("OTEL_TRACES_EXPORTER", "s3cret"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "s3cret:1"),
      ("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://s3cret"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"),
      ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://:4318"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://[::1"),
      ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://s3cret:99999"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:s3/cret@h:1/"),
      ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:s3?cret@h:1/"), ("OTEL_EXPORTER_OTLP_HEADERS", "Host=s3cret"),
      ("OTEL_EXPORTER_OTLP_HEADERS", "content-length=5"),
      ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://a@s3cret@c/d"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
      ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "10s3cret"), ("OTEL_EXPORTER_OTLP_HEADERS", "s3cret"),
      ("OTEL_EXPORTER_OTLP_HEADERS", "a=s3cret%0D%0Ab: c"), ("OTEL_EXPORTER_OTLP_HEADERS", "a:=s3cret"),
      ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=s3cret%"), ("OTEL_RESOURCE_ATTRIBUTES", "=s3cret"),
      ("OTEL_RESOURCE_ATTRIBUTES", "a=%ff"), ("OTEL_BSP_MAX_QUEUE_SIZE", "65537"),
      ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2049"), ("OTEL_BSP_SCHEDULE_DELAY", "-1"),
    ])
  func unreadable(name: String, value: String) {
    let (found, lines) = read(["OTEL_TRACES_EXPORTER": "otlp"].merging([name: value]) { $1 })
    let isEndpoint = name.hasSuffix("ENDPOINT")
    #expect(lines.count == (isEndpoint ? 2 : 1))
    #expect(lines.first?.contains("roost.environment.variable=\(name) ") == true, "\(lines)")
    #expect(!lines.joined().contains("s3cret"), "\(lines)")
    // The exporter's own variable was what asked for it; another place than the one that was meant is none.
    #expect(found == (name == "OTEL_TRACES_EXPORTER" || isEndpoint ? nil : SpanSettings()))
  }

  @Test("where the variable for traces cannot be read the one for all signals counts")
  func second() {
    let (settings, lines) = read([
      "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "bogus", "OTEL_EXPORTER_OTLP_ENDPOINT": "HTTP://there:4318",
      "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "x", "OTEL_EXPORTER_OTLP_TIMEOUT": "7",
      "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "x", "OTEL_EXPORTER_OTLP_HEADERS": "a=b",
    ])
    #expect(settings?.endpoint == "HTTP://there:4318/v1/traces" && settings?.timeoutMs == 7)
    #expect(settings?.headers == [SpanSettings.Header(name: "a", value: "b")])
    #expect(lines.count == 3 && lines.allSatisfy { $0.contains("_TRACES_") }, "\(lines)")
  }

  @Test("without the certificates that were named nothing is sent")
  func certificates() {
    let (settings, lines) = read(Self.endpoint.merging(["OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere.pem"]) { $1 })
    #expect(settings == nil)
    #expect(lines.count == 1 && lines[0].contains("OTEL_EXPORTER_OTLP_CERTIFICATE"), "\(lines)")
  }

  @Test("another protocol means no spans, and the log says what to set", arguments: ["grpc", "http/json"])
  func protocols(name: String) {
    for variable in ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] {
      let (settings, lines) = read(Self.endpoint.merging([variable: name]) { $1 })
      #expect(settings == nil)
      #expect(lines.count == 1 && lines[0].contains(variable) && lines[0].contains("http/protobuf"), "\(lines)")
    }
  }

  @Test("an endpoint is shown without what may be secret")
  func shown() {
    var settings = SpanSettings()
    for (endpoint, shown) in [
      ("https://u:p@there:1/v1/traces?key=k", "https://there:1/v1/traces"), ("http://a:b@c/d@e", "http://c/d@e"),
      ("http://there?key=k", "http://there/"), ("http://[::1]:4318/v1/traces", "http://[::1]:4318/v1/traces"),
    ] {
      settings.endpoint = endpoint
      #expect(settings.shownEndpoint == shown)
    }
  }
}
