import CNats
import Glibc

/// A name and a value that travel beside the payload.
package struct NATSHeader: Sendable, Equatable {
  package let name: String
  package let value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// As the server reads the value of Nats-Trace-Only.
  static func saysTraceOnly(_ value: String?) -> Bool {
    value.map { ["1", "true", "on"].contains($0.lowercased()) } ?? false
  }
}

/// A message that arrived, still in the library's memory: nothing is copied until it is asked for.
package final class NATSMessage: TraceCarrier, Sendable {
  /// Owned, never changed, freed in `deinit`.
  nonisolated(unsafe) private let handle: OpaquePointer

  init(taking handle: OpaquePointer) { self.handle = handle }

  deinit { natsMsg_Destroy(handle) }

  package var subject: String { natsMsg_GetSubject(handle).map { String(cString: $0) } ?? "" }

  package var reply: String? { natsMsg_GetReply(handle).map { String(cString: $0) } }

  package var payloadBytes: Int { Int(natsMsg_GetDataLength(handle)) }

  package var payload: [UInt8] { withPayload { Array($0) } }

  /// The payload where it lies; the buffer must not leave `body`.
  package func withPayload<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: natsMsg_GetData(handle), count: payloadBytes))
  }

  /// The subject answers go to, where it lies; nil if there is none.
  func withReply<R>(_ body: (UnsafePointer<CChar>?) -> R) -> R { body(natsMsg_GetReply(handle)) }

  /// The first value of a header; names are case sensitive.
  package func header(_ name: String) -> String? { withHeaders { $0.value(of: name) } }

  /// Sent to see which way messages take: it must not be acted upon. Servers from 2.11 on keep it back when it names a
  /// destination too; others hand it over.
  package var isTraceOnly: Bool { NATSHeader.saysTraceOnly(header("Nats-Trace-Only")) }

  /// All headers, in their order.
  package func headers() -> [NATSHeader] { withHeaders(\.all) }

  func values(of name: String) -> [String] { withHeaders { $0.values(of: name) } }

  func spelling(of wanted: [String]) -> String? { withHeaders { $0.spelling(of: wanted) } }

  /// What a message without payload that the server itself sent says: 100, 404, 408, 409, 503.
  var status: (code: Int, text: String)? { payloadBytes == 0 ? withHeaders(\.status) : nil }

  /// Payload, headers and subject.
  package var sizeBytes: Int {
    withHeaderBytes(\.count) + payloadBytes + (natsMsg_GetSubject(handle).map { strlen($0) } ?? 0)
  }

  private func withHeaders<R>(_ body: (HeaderBlock<UnsafeRawBufferPointer>) -> R) -> R {
    withHeaderBytes { body(HeaderBlock($0)) }
  }

  /// The header block where it lies. The library's parser is not asked: it takes the line behind an empty value for that value,
  /// and one line that it cannot read hides all. It keeps a message from the wire in one piece, in all versions from 3.4 to 3.10:
  /// subject, reply subject, header block, payload, with a NUL behind each of the first three that is there.
  private func withHeaderBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    guard let before = natsMsg_GetReply(handle) ?? natsMsg_GetSubject(handle), let payload = natsMsg_GetData(handle)
    else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    let start = UnsafeRawPointer(before) + strlen(before) + 1
    // Its NUL is none of it.
    return body(UnsafeRawBufferPointer(start: start, count: max(0, UnsafeRawPointer(payload) - start - 1)))
  }

  /// The server's word, instead of an answer, that nobody hears what was asked.
  package var saysNoResponders: Bool { status?.code == 503 }
}
