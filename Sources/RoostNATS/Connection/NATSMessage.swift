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
///
/// Use it on one thread at a time: the first look at a header parses all of them, without a lock. Handing it from one
/// thread to the next through a queue is fine.
package final class NATSMessage: TraceCarrier, Sendable {
  /// Owned; changed by the library only while headers are parsed (see above), freed in `deinit`.
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
  package func header(_ name: String) -> String? {
    var value: UnsafePointer<CChar>?
    guard natsMsgHeader_Get(handle, name, &value) == NATS_OK, let value else { return nil }
    return String(cString: value)
  }

  /// Sent to see which way messages take: it must not be acted upon. Servers from 2.11 on keep it back when it names a
  /// destination too; others hand it over.
  package var isTraceOnly: Bool { NATSHeader.saysTraceOnly(header("Nats-Trace-Only")) }

  /// All headers, by name. The library keeps no order between different names.
  package func headers() -> [NATSHeader] {
    var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    var count: Int32 = 0
    guard natsMsgHeader_Keys(handle, &names, &count) == NATS_OK, let names else { return [] }
    defer { free(names) }
    return (0..<Int(count)).compactMap { names[$0].map { String(cString: $0) } }.sorted().flatMap { name in
      values(of: name).map { NATSHeader(name, $0) }
    }
  }

  func values(of name: String) -> [String] {
    var values: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    var count: Int32 = 0
    guard natsMsgHeader_Values(handle, name, &values, &count) == NATS_OK, let values else { return [] }
    defer { free(values) }
    return (0..<Int(count)).compactMap { values[$0].map { String(cString: $0) } }
  }

  func spelling(of wanted: [String]) -> String? {
    var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    var count: Int32 = 0
    guard natsMsgHeader_Keys(handle, &names, &count) == NATS_OK, let names else { return nil }
    defer { free(names) }
    let found = UnsafeBufferPointer(start: names, count: Int(count))
    for one in wanted {
      let spellings = found.lazy.compactMap { $0 }.filter { strcasecmp($0, one) == 0 }
      if let spelling = spellings.map({ String(cString: $0) }).min() { return spelling }
    }
    return nil
  }

  /// The status line of a message without payload that the server itself sent: 100, 404, 408, 409, 503.
  var status: (code: Int, text: String)? {
    guard payloadBytes == 0, let code = header("Status").flatMap({ Int($0) }) else { return nil }
    return (code, header("Description") ?? "")
  }

  /// The server's word, instead of an answer, that nobody hears what was asked.
  package var saysNoResponders: Bool { status?.code == 503 }
}
