import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

/// How the commands for dead letters show them.
struct DeadOutput {
  var isJSON = false

  // MARK: - A line of the list

  /// Empty where rows need none.
  var title: String { isJSON ? "" : Columns.line(["letter", "time", "reason", "bytes", "subject"], Self.widths) }

  func row(_ letter: StoredLetter) -> String {
    if isJSON { return Self.object(fields(letter)) }
    return Columns.line(
      [
        String(letter.sequence), letter.storedAt.map { LogLine.timestamp($0.ms) } ?? "-", Self.word(letter.reason),
        String(letter.payload.count), Self.word(letter.subject),
      ], Self.widths)
  }

  private static let widths = [8, 24, 17, 7]

  private static func word(_ text: String) -> String { text.isEmpty ? "-" : LogLine.quotedIfNeeded(text) }

  // MARK: - What was done with a letter

  func line(_ word: String, _ letter: StoredLetter, _ more: [(name: String, value: JSONValue)] = []) -> String {
    let entry = JournalEntry(
      word: word, actor: nil,
      facts: [("letter", .number(of: letter.sequence)), ("subject", .string(letter.subject))] + more)
    return isJSON ? Self.object(entry.fields("result")) : entry.text + "\n"
  }

  // MARK: - All of a letter

  func text(of letter: StoredLetter, _ decoded: Result<Signal, WireError>) -> String {
    if isJSON {
      var fields = fields(letter)
      fields["headers"] = .array(
        letter.headers.map { .object(["name": .string($0.name), "value": .string($0.value)]) })
      switch decoded {
      case .success(let signal): fields["signal"] = .object(JournalEntry(signal).fields("verb"))
      case .failure(let error):
        fields["unreadable"] = .string(error.description)
        fields["payload_prefix_hex"] = .string(Self.hex(letter.payload))
      }
      return Self.object(fields)
    }
    var facts: [(name: String, value: String)] = [
      ("letter", String(letter.sequence)), ("reason", Self.orDash(letter.reason)),
      ("subject", Self.orDash(letter.subject)), ("sequence", letter.signal.map { String($0) } ?? "-"),
      ("time", letter.storedAt.map { LogLine.timestamp($0.ms) } ?? "-"),
    ]
    facts += letter.headers.map { ("header", "\($0.name): \($0.value)") }
    facts.append(("payload", "\(letter.payload.count) bytes"))
    switch decoded {
    case .success(let signal): facts.append(("signal", JournalEntry(signal).text))
    case .failure(let error):
      facts.append(("unreadable", error.description))
      if !letter.payload.isEmpty {
        let isCut = letter.payload.count > Self.shownBytes
        facts.append(("bytes", Self.hex(letter.payload) + (isCut ? " ..." : "")))
      }
    }
    return FactTable.text(facts)
  }

  private func fields(_ letter: StoredLetter) -> [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "letter": .number(of: letter.sequence), "reason": .string(letter.reason), "subject": .string(letter.subject),
      "payload_bytes": .number(of: UInt64(letter.payload.count)),
    ]
    if let signal = letter.signal { fields["signal_sequence"] = .number(of: signal) }
    if let time = letter.storedAt { fields["stored_ts"] = .int(time.ms) }
    return fields
  }

  /// Of a payload that cannot be read: enough to see what it begins with.
  private static let shownBytes = 64

  private static func hex(_ payload: [UInt8]) -> String {
    payload.prefix(shownBytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func orDash(_ text: String) -> String { text.isEmpty ? "-" : text }

  private static func object(_ fields: [String: JSONValue]) -> String { JSONValue.object(fields).text + "\n" }
}
