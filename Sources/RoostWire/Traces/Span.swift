/// A journal record as one trace sees it: what a worker did about one signal, and when.
package struct Span: Equatable, Sendable {
  /// Its trace, and the caller's span, which is its parent.
  package var context: SpanContext
  package var id: UInt64
  package var state: String?
  /// One of few.
  package var name: String
  /// By the broker's clock, ns since the epoch.
  package var startNs: UInt64
  package var endNs: UInt64
  package var attributes: [SpanAttribute]

  package init(
    context: SpanContext, id: UInt64, state: String? = nil, name: String, startNs: UInt64, endNs: UInt64,
    attributes: [SpanAttribute] = []
  ) {
    self.context = context
    self.id = id
    self.state = state
    self.name = name
    self.startNs = startNs
    self.endNs = endNs
    self.attributes = attributes
  }
}

package struct SpanAttribute: Equatable, Sendable {
  package enum Value: Equatable, Sendable {
    case text(String)
    case number(Int64)
  }
  package var key: String
  package var value: Value

  package init(_ key: String, _ value: String) {
    self.key = key
    self.value = .text(value)
  }

  package init(_ key: String, _ value: UInt64) {
    self.key = key
    self.value = .number(Int64(clamping: value))
  }
}

/// Spans on their way to a collector.
package struct SpanExport: Sendable {
  /// Who speaks: `service.name` and others.
  package var resource: [SpanAttribute]
  /// Of the program.
  package var version: String
  package var spans: [Span]

  package init(resource: [SpanAttribute], version: String, spans: [Span]) {
    self.resource = resource
    self.version = version
    self.spans = spans
  }
}

/// A collector's answer to spans that it took.
package struct SpanExportReply: Equatable, Sendable {
  /// Those of them that it did not take, and why.
  package var rejectedSpans: Int64
  package var message: String
  package init(rejectedSpans: Int64, message: String) {
    self.rejectedSpans = rejectedSpans
    self.message = message
  }
}
