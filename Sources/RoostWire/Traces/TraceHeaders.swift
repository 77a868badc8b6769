import RoostCore

/// The W3C headers traceparent and tracestate.
package enum TraceHeaders {
  /// The trace, when `parent` has the form `00-32 hex-16 hex-2 hex` (later versions may go on after it); nil otherwise,
  /// for a trace that cannot be followed is not worth a signal. A state over its limit is left out.
  package static func trace(parent: String?, state: String?) -> Trace? {
    guard let parent, isParent(Array(parent.utf8)) else { return nil }
    let isStateKept = state.map { !$0.isEmpty && $0.utf8.count <= WireLimits.traceStateBytes } ?? false
    return Trace(parent: parent, state: isStateKept ? state : nil)
  }

  private static func isParent(_ bytes: [UInt8]) -> Bool {
    guard WireLimits.traceParentBytes.contains(bytes.count) else { return false }
    let dash = UInt8(ascii: "-")
    for (index, byte) in bytes.prefix(55).enumerated() {
      let isDash = index == 2 || index == 35 || index == 52
      guard isDash ? byte == dash : isHex(byte) else { return false }
    }
    return bytes.count == 55 || (bytes[55] == dash && bytes[0...1] != [UInt8(ascii: "0"), UInt8(ascii: "0")])
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
  }
}
