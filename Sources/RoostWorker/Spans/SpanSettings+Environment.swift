import Glibc
import RoostTelemetry
import RoostWire

extension SpanSettings {
  /// What OpenTelemetry's variables say. nil: nobody asks for spans, or they cannot be sent as asked. What cannot be read
  /// counts as not set, and the log says so, by name alone: values may be secrets.
  package init?(environment: [String: String], log: Log) {
    let variables = SpanVariables(environment: environment, log: log)
    guard variables.isWanted, variables.isProtocolKnown, variables.areAuthoritiesThere else { return nil }
    self.init()
    if variables.text(of: "ENDPOINT") != nil {
      // What cannot be read was meant for some other place than the default.
      guard let endpoint = variables.endpoint else {
        log.warning("spans are not exported, their endpoint cannot be read")
        return nil
      }
      self.endpoint = endpoint
    }
    headers = variables.headers
    authorities = variables.authorities?.value
    timeoutMs = variables.number(of: "TIMEOUT", 1...WorkerLimits.spanMs) ?? timeoutMs
    resource = variables.resource
    queueSpans = Int(variables.number("OTEL_BSP_MAX_QUEUE_SIZE", 1...WorkerLimits.queuedSpans) ?? Int64(queueSpans))
    batchSpans = min(batchSpans, queueSpans)
    if let number = variables.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1...Int64(queueSpans)) {
      batchSpans = Int(number)
    }
    delayMs = variables.number("OTEL_BSP_SCHEDULE_DELAY", 1...WorkerLimits.spanMs) ?? delayMs
  }
}

/// The variables that concern spans. An empty one counts as not set.
private struct SpanVariables {
  private static let http = "http/protobuf"
  let environment: [String: String]
  let log: Log

  private func text(_ name: String) -> String? {
    environment[name].map { Self.trimmed($0[...]) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// One that is there for all signals, and for traces alone, which goes before.
  func text(of suffix: String) -> (name: String, value: String)? { all(of: suffix).first }

  private func all(of suffix: String) -> [(name: String, value: String)] {
    ["OTEL_EXPORTER_OTLP_TRACES_\(suffix)", "OTEL_EXPORTER_OTLP_\(suffix)"].compactMap { name in
      text(name).map { (name, $0) }
    }
  }

  /// The first of them that can be read.
  private func value<Value>(
    of suffix: String, expected: String, read: (_ name: String, _ value: String) -> Value?
  ) -> Value? {
    for (name, text) in all(of: suffix) {
      if let value = read(name, text) { return value }
      warn(name, expected)
    }
    return nil
  }

  private func warn(_ name: String, _ expected: String) {
    log.warning(
      "environment variable cannot be read and counts as not set", [.variable: name, .expected: expected])
  }

  // MARK: - Whether

  var isWanted: Bool {
    if let disabled = text("OTEL_SDK_DISABLED") {
      switch disabled.lowercased() {
      case "true": return false
      case "false": break
      default: warn("OTEL_SDK_DISABLED", "true or false")
      }
    }
    switch text("OTEL_TRACES_EXPORTER") {
    case "none": return false
    case "otlp": return true
    case nil: break
    default: warn("OTEL_TRACES_EXPORTER", "otlp or none")
    }
    return text(of: "ENDPOINT") != nil
  }

  var isProtocolKnown: Bool {
    guard let chosen = text(of: "PROTOCOL"), chosen.value != Self.http else { return true }
    log.warning(
      "spans are not exported, the protocol is none that this program speaks",
      [.variable: chosen.name, .expected: Self.http])
    return false
  }

  // MARK: - Where to

  var endpoint: String? {
    value(of: "ENDPOINT", expected: "http://HOST:PORT or https://HOST:PORT") { name, value in
      guard CollectorConnection.shown(value) != nil, !value.contains(where: { $0.isWhitespace }) else { return nil }
      if name.contains("_TRACES_") { return value }
      return (value.hasSuffix("/") ? String(value.dropLast()) : value) + "/v1/traces"
    }
  }

  var authorities: (name: String, value: String)? { text(of: "CERTIFICATE") }

  var areAuthoritiesThere: Bool {
    guard let (name, value) = authorities, access(value, R_OK) != 0 else { return true }
    log.error(
      "spans are not exported, the file of certificates cannot be read",
      [.variable: name, .error: String(cString: strerror(errno))])
    return false
  }

  var headers: [SpanSettings.Header] {
    value(
      of: "HEADERS", expected: "NAME=VALUE,NAME=VALUE with %XX for what is special, and none that HTTP sets by itself"
    ) {
      _, value in
      guard let pairs = Self.pairs(value), pairs.allSatisfy({ Self.isHeader($0.key, $0.value) }) else { return nil }
      return pairs.map { SpanSettings.Header(name: $0.key, value: $0.value) }
    } ?? []
  }

  var resource: [SpanAttribute] {
    var pairs: [(key: String, value: String)] = []
    if let value = text("OTEL_RESOURCE_ATTRIBUTES") {
      if let found = Self.pairs(value) {
        pairs = found
      } else {
        warn("OTEL_RESOURCE_ATTRIBUTES", "KEY=VALUE,KEY=VALUE with %XX for what is special")
      }
    }
    let service =
      text("OTEL_SERVICE_NAME") ?? pairs.last { $0.key == SpanSettings.serviceName }?.value ?? "roost"
    return [SpanAttribute(SpanSettings.serviceName, service)]
      + pairs.filter { $0.key != SpanSettings.serviceName }.map { SpanAttribute($0.key, $0.value) }
  }

  // MARK: - How much

  func number(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
    guard let value = text(name) else { return nil }
    let number = Self.number(value, range)
    if number == nil { warn(name, Self.words(range)) }
    return number
  }

  func number(of suffix: String, _ range: ClosedRange<Int64>) -> Int64? {
    value(of: suffix, expected: Self.words(range)) { _, value in Self.number(value, range) }
  }

  private static func words(_ range: ClosedRange<Int64>) -> String { "\(range.lowerBound) to \(range.upperBound)" }

  private static func number(_ value: String, _ range: ClosedRange<Int64>) -> Int64? {
    Int64(value).flatMap { range.contains($0) ? $0 : nil }
  }

  // MARK: - Lists, as W3C Baggage writes them

  /// nil when an entry is none.
  private static func pairs(_ text: String) -> [(key: String, value: String)]? {
    var pairs: [(key: String, value: String)] = []
    for entry in text.split(separator: ",") where !trimmed(entry).isEmpty {
      let sides = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, let key = decoded(trimmed(sides[0])), !key.isEmpty, let value = decoded(trimmed(sides[1]))
      else { return nil }
      pairs.append((key, value))
    }
    return pairs
  }

  private static func decoded(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let code = UInt8(Substring(rest.prefix(2)), radix: 16) else { return nil }
      bytes.append(code)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// They are the transport's own.
  private static let reserved = [
    "connection", "content-encoding", "content-length", "content-type", "expect", "host", "transfer-encoding",
  ]

  /// Nothing that would end the header's line or its name, and nothing that belongs to the request itself.
  private static func isHeader(_ name: String, _ value: String) -> Bool {
    !reserved.contains(name.lowercased())
      && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
      && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
