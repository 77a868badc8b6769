import CProtobufC
import CRoostProtos

extension SpanAttribute: WireEncodable {
  func write(to message: inout Roost__V1__SpanAttribute, in arena: Arena) {
    message.key = arena.copy(key)
    let value = arena.make(Roost__V1__SpanAttributeValue.self)
    switch self.value {
    case .text(let text):
      value.pointee.value_case = ROOST__V1__SPAN_ATTRIBUTE_VALUE__VALUE_STRING_VALUE
      value.pointee.string_value = arena.copy(text)
    case .number(let number):
      value.pointee.value_case = ROOST__V1__SPAN_ATTRIBUTE_VALUE__VALUE_INT_VALUE
      value.pointee.int_value = number
    }
    message.value = value
  }
}

extension Span: WireEncodable {
  /// The flags' bits that say: whether the parent is remote is known, and it is.
  private static let remoteParent: UInt32 = 0x300

  func write(to message: inout Roost__V1__Span, in arena: Arena) {
    message.trace_id = arena.copy(Self.bytes(context.traceHigh) + Self.bytes(context.traceLow))
    message.span_id = arena.copy(Self.bytes(id))
    message.parent_span_id = arena.copy(Self.bytes(context.span))
    if let state { message.trace_state = arena.copy(state) }
    message.flags = UInt32(context.flags) | Self.remoteParent
    message.name = arena.copy(name)
    message.kind = ROOST__V1__SPAN_KIND__SPAN_KIND_CONSUMER
    message.start_time_unix_nano = startNs
    message.end_time_unix_nano = endNs
    (message.n_attributes, message.attributes) = arena.list(attributes)
  }

  /// As they stand in a traceparent: the highest first.
  private static func bytes(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
}

extension SpanExport: WireEncodable {
  func write(to message: inout Roost__V1__SpanExport, in arena: Arena) {
    (message.n_resource_spans, message.resource_spans) = arena.list([self]) { export in
      let spans = arena.make(Roost__V1__ResourceSpans.self)
      spans.pointee.resource = arena.make(Roost__V1__SpanResource.self)
      (spans.pointee.resource.pointee.n_attributes, spans.pointee.resource.pointee.attributes) = arena.list(
        export.resource)
      (spans.pointee.n_scope_spans, spans.pointee.scope_spans) = arena.list([export]) { export in
        let scope = arena.make(Roost__V1__ScopeSpans.self)
        scope.pointee.scope = arena.make(Roost__V1__SpanScope.self)
        scope.pointee.scope.pointee.name = arena.copy("roost")
        scope.pointee.scope.pointee.version = arena.copy(export.version)
        (scope.pointee.n_spans, scope.pointee.spans) = arena.list(export.spans)
        return scope
      }
      return spans
    }
  }
}

extension SpanExportReply: WireDecodable {
  init(from message: Roost__V1__SpanExportReply) throws(WireError) {
    guard let rejection = message.partial_success?.pointee else {
      self.init(rejectedSpans: 0, message: "")
      return
    }
    self.init(
      rejectedSpans: rejection.rejected_spans, message: try rejection.error_message.text("SpanRejection.error_message"))
  }
}

extension WireCodec {
  /// The body of a POST to a collector's /v1/traces.
  package func encode(spans: SpanExport) -> [UInt8] { encode(spans) }

  package func decodeSpanExportReply(_ bytes: [UInt8]) throws(WireError) -> SpanExportReply {
    try bytes.withBytes { bytes throws(WireError) in try decode(SpanExportReply.self, from: bytes) }
  }
}

extension Roost__V1__SpanExport: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__span_export__init(message) }
}
extension Roost__V1__SpanExportReply: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__span_export_reply__init(message) }
}
extension Roost__V1__ResourceSpans: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__resource_spans__init(message) }
}
extension Roost__V1__SpanResource: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__span_resource__init(message) }
}
extension Roost__V1__ScopeSpans: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__scope_spans__init(message) }
}
extension Roost__V1__SpanScope: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__span_scope__init(message) }
}
extension Roost__V1__Span: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__span__init(message) }
}
extension Roost__V1__SpanAttribute: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__span_attribute__init(message) }
}
extension Roost__V1__SpanAttributeValue: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__span_attribute_value__init(message) }
}
