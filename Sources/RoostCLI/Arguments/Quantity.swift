import RoostNATS

/// Amounts with a unit, as people type them. nil: not one; too large is not one either.
enum Quantity {
  /// `250ms`, `5s`, `2m`, `1h`, `30d`. A number alone is refused: nobody knows its unit.
  static func milliseconds(_ text: String) -> UInt64? {
    amount(text, ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000])
  }

  /// Bytes: a plain number, or with `KiB`, `MiB`, `GiB`, `TiB`.
  static func bytes(_ text: String) -> Int64? {
    amount(text, ["": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40]).flatMap { Int64(exactly: $0) }
  }

  /// Milliseconds since the epoch: a duration from `nowMs`, or a time in UTC like `2026-01-31T12:00:00Z`.
  static func moment(_ text: String, nowMs: Int64) -> Int64? {
    if let ahead = milliseconds(text) {
      return Int64(exactly: ahead).flatMap {
        let (sum, isOver) = nowMs.addingReportingOverflow($0)
        return isOver ? nil : sum
      }
    }
    return Timestamp.nanoseconds(text).map { $0 / 1_000_000 }
  }

  private static func amount(_ text: String, _ units: [String: UInt64]) -> UInt64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = UInt64(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
    let (product, isOver) = number.multipliedReportingOverflow(by: unit)
    return isOver ? nil : product
  }
}
