import RoostCore

/// What an actor's process may write on its control descriptor, a line each.
package enum ControlLine: Equatable {
  case ready
  case sleep
  case stop
  /// nil = `alarm clear`.
  case alarm(Instant?)

  /// nil = no such line, or an alarm further ahead than an alarm may be. `now`: the wall clock, for `alarm +5s`.
  package init?(_ text: String, now: Instant) {
    let words = text.split(separator: " ")
    switch (words.first, words.count) {
    case ("ready", 1): self = .ready
    case ("sleep", 1): self = .sleep
    case ("stop", 1): self = .stop
    case ("alarm", 2):
      if words[1] == "clear" {
        self = .alarm(nil)
      } else if let at = Self.moment(words[1], now: now), at <= now.adding(Limits.alarmAhead) {
        self = .alarm(at)
      } else {
        return nil
      }
    default: return nil
    }
  }

  /// `+5s` from now, or milliseconds since the epoch. A duration without a unit is refused: nobody knows it.
  private static func moment(_ word: Substring, now: Instant) -> Instant? {
    guard word.hasPrefix("+") else { return number(word).map { Instant(ms: $0) } }
    let digits = word.dropFirst().prefix { $0.isASCII && $0.isNumber }
    let units: [Substring: Int64] = ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let amount = number(digits), let unit = units[word.dropFirst(1 + digits.count)] else { return nil }
    return now.adding(Milliseconds(amount) * unit)
  }

  private static func number(_ digits: Substring) -> Int64? {
    digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(digits) : nil
  }
}
