import RoostCore

extension Trace {
  /// The id of the span that a journal record is in this trace: FNV-1a of the caller's span and the record, the same after a
  /// crash.
  package func span(of record: RecordIndex) -> UInt64 {
    var hash: UInt64 = 14_695_981_039_346_656_037
    func feed(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
    for byte in parent.utf8.dropFirst(36).prefix(16) { feed(byte) }
    for shift in stride(from: UInt64(0), to: 64, by: 8) { feed(UInt8(truncatingIfNeeded: record >> shift)) }
    return max(hash, 1)
  }

  /// The same trace, with the record's span as parent.
  package func parent(spanOf record: RecordIndex) -> String {
    let bytes = Array(parent.utf8)
    guard bytes.count >= 55 else { return parent }
    let digits = String(span(of: record), radix: 16)
    let span = String(repeating: "0", count: 16 - digits.count) + digits
    return String(decoding: bytes[..<36], as: UTF8.self) + span + String(decoding: bytes[52..<55], as: UTF8.self)
  }
}

/// What a traceparent says, as numbers.
package struct SpanContext: Hashable, Sendable {
  package var traceHigh: UInt64
  package var traceLow: UInt64
  /// The caller's span.
  package var span: UInt64
  package var flags: UInt8

  /// nil: no such trace can be. The form was checked when the signal came, but the journal of an older version may hold more.
  package init?(_ trace: Trace) {
    let text = trace.parent.utf8
    func number(_ offset: Int, _ count: Int) -> UInt64? {
      UInt64(Substring(text.dropFirst(offset).prefix(count)), radix: 16)
    }
    guard let high = number(3, 16), let low = number(19, 16), high | low != 0, let span = number(36, 16), span != 0,
      let flags = number(53, 2)
    else { return nil }
    (traceHigh, traceLow, self.span, self.flags) = (high, low, span, UInt8(truncatingIfNeeded: flags))
  }

  /// The caller keeps the trace, so whoever goes on with it does.
  package var isSampled: Bool { flags & 1 == 1 }
}
