import RoostCore

/// The W3C headers traceparent and tracestate.
package enum TraceHeaders {
  /// The trace, when `parent` has the form `00-32 hex-16 hex-2 hex` (later versions may go on after it) and is not one that
  /// the W3C calls invalid; nil otherwise, for a trace that cannot be followed is not worth a signal. A later version is
  /// taken as the version 00 that goes out. A state over its limit, or not of printable ASCII, is left out.
  package static func trace(parent: String?, state: String?) -> Trace? {
    guard let parent, let parent = known(parent) else { return nil }
    return Trace(parent: parent, state: state.flatMap { isState($0) ? $0 : nil })
  }

  private static let zero = UInt8(ascii: "0")
  private static let dash = UInt8(ascii: "-")

  /// As version 00 says it.
  private static func known(_ parent: String) -> String? {
    let bytes = Array(parent.utf8.prefix(WireLimits.traceParentBytes + 1))
    guard bytes.count >= WireLimits.traceParentBytes else { return nil }
    for (index, byte) in bytes.prefix(WireLimits.traceParentBytes).enumerated() {
      let isDash = index == 2 || index == 35 || index == 52
      guard isDash ? byte == dash : isHex(byte) else { return nil }
    }
    let version = bytes[0..<2]
    let isAllZero = { (field: Range<Int>) in bytes[field].allSatisfy { $0 == zero } }
    guard !isAllZero(3..<35), !isAllZero(36..<52), !version.elementsEqual("ff".utf8) else { return nil }
    if version.elementsEqual("00".utf8) { return bytes.count == WireLimits.traceParentBytes ? parent : nil }
    guard bytes.count == WireLimits.traceParentBytes || bytes[WireLimits.traceParentBytes] == dash else { return nil }
    // Of a later version's flags only this one is known to mean the same.
    let isSampled = (UInt8(String(decoding: bytes[53..<55], as: UTF8.self), radix: 16) ?? 0) & 1 == 1
    return "00" + String(decoding: bytes[2..<53], as: UTF8.self) + (isSampled ? "01" : "00")
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    switch byte {
    case zero...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
  }

  /// A tab may stand between the entries.
  private static func isState(_ state: String) -> Bool {
    let bytes = state.utf8
    return !bytes.isEmpty && bytes.count <= WireLimits.traceStateBytes
      && bytes.allSatisfy { (0x20...0x7e).contains($0) || $0 == UInt8(ascii: "\t") }
  }
}
