import Glibc
import RoostCore

/// How a log line is written.
package enum LogLine {
  /// One line with its newline, never longer than `Limits.lineBytes`; `at` in milliseconds since the Unix epoch.
  package static func text(at ms: Int64, _ level: Log.Level, _ message: String, _ facts: Log.Facts) -> String {
    var line = "\(timestamp(ms)) \(level.name) \(message)"
    for (key, value) in facts {
      line += " \(key.name)="
      line += quotedIfNeeded(cut(value.description, to: Limits.valueBytes))
    }
    return cut(line, to: Limits.lineBytes - 1) + "\n"
  }

  package static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// `2026-11-23T21:08:26.123Z`; as its number where it is no time that is written so.
  package static func timestamp(_ ms: Int64) -> String {
    guard fourDigitYears.contains(ms) else { return "\(ms) ms" }
    var seconds = time_t(ms / 1_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func padded(_ value: some BinaryInteger, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
    let time = "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
    return "\(date)T\(time).\(padded(ms % 1_000, 3))Z"
  }

  /// 1970 to 9999.
  private static let fourDigitYears: ClosedRange<Int64> = 0...253_402_300_799_999

  /// As it is when it reads as one word; else in double quotes, with control and invisible characters escaped.
  package static func quotedIfNeeded(_ value: String) -> String {
    let isOneWord = value.unicodeScalars.allSatisfy { !isQuoted($0) && $0 != "=" && $0 != " " && !$0.isHidden }
    return isOneWord && !value.isEmpty ? value : "\"\(escaped(value, alsoQuotes: true))\""
  }

  /// On one line, with what would act on a terminal written out. What is escaped already stays as it is.
  package static func escaped(_ value: String) -> String { escaped(value, alsoQuotes: false) }

  private static func escaped(_ value: String, alsoQuotes: Bool) -> String {
    var result = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.isHidden: result += "\\u{\(String(scalar.value, radix: 16))}"
      case _ where alsoQuotes && isQuoted(scalar): result += "\\\(scalar)"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// What would end the quotes, or be taken for the beginning of an escape.
  private static func isQuoted(_ scalar: Unicode.Scalar) -> Bool { scalar == "\"" || scalar == "\\" }

  private static func cut(_ text: String, to bytes: Int) -> String {
    guard text.utf8.count > bytes else { return text }
    let mark = "..."
    var end = text.utf8.index(text.startIndex, offsetBy: bytes - mark.utf8.count)
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end]) + mark
  }
}
