import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

/// One thing that a journal record says: a word, and facts with the names of the protocol. Payload bytes are counted,
/// never shown.
struct JournalEntry {
  let word: String
  /// Whose it is; nil = the pool's or a runner's.
  let actor: ActorID?
  /// In the order in which people read them.
  let facts: [(name: String, value: JSONValue)]

  init(word: String, actor: ActorID?, facts: [(name: String, value: JSONValue)]) {
    self.word = word
    self.actor = actor
    self.facts = facts
  }

  /// `word name=value ...`, without what is empty, times written out.
  var text: String {
    let told = facts.filter { !$0.value.isEmptyOrOff }.map {
      " \(Self.label($0.name))=\(Self.words($0.name, $0.value))"
    }
    return word + told.joined()
  }

  /// The facts as an object, `kind` before them the word.
  func fields(_ kind: String) -> [String: JSONValue] {
    let known = facts.filter { $0.value != .null }.map { ($0.name, $0.value) }
    var fields = Dictionary(known, uniquingKeysWith: { first, _ in first })
    fields[kind] = .string(word)
    return fields
  }

  private static func label(_ name: String) -> String {
    if name == "ts" { return "at" }
    for suffix in ["_ts", "_id"] where name.hasSuffix(suffix) { return String(name.dropLast(suffix.count)) }
    return name
  }

  private static func words(_ name: String, _ value: JSONValue) -> String {
    switch value {
    case .int(let ms) where name == "ts" || name.hasSuffix("_ts"): LogLine.timestamp(ms)
    case .string(let text): LogLine.quotedIfNeeded(text)
    case .array(let list): LogLine.quotedIfNeeded(list.map { $0.string ?? $0.text }.joined(separator: ","))
    default: value.text
    }
  }
}

extension JSONValue {
  static func number(of value: UInt64) -> JSONValue { .int(Int64(clamping: value)) }
  static func number(of value: UInt32) -> JSONValue { .int(Int64(value)) }
  static func text(of runner: RunnerID?) -> JSONValue { .string(runner?.text ?? "") }
  static func time(_ instant: Instant?) -> JSONValue { instant.map { .int($0.ms) } ?? .null }
}

// MARK: - What is told

extension JournalEntry {
  init(_ event: ActorEvent) {
    word = event.kind.rawValue
    actor = event.actor
    facts = [
      ("actor_id", .string(event.actor.text)), ("generation", .number(of: event.generation)),
      ("runner_id", .text(of: event.runner)), ("ts", .time(event.at)),
      ("cause_sequence", .number(of: event.cause.sequence)), ("reason", .string(event.reason)),
      ("message", .string(event.message)), ("ticket", .number(of: event.ticket)),
      ("queue_position", .number(of: event.queuePosition)),
    ]
  }

  init(_ answer: Answer) {
    word = answer.outcome.name
    actor = answer.actor
    facts = [
      ("actor_id", .string(answer.actor?.text ?? "")), ("state", .string(answer.state)),
      ("reason", .string(answer.reason)), ("runner_id", .text(of: answer.runner)),
      ("generation", .number(of: answer.generation)), ("queue_position", .number(of: answer.queuePosition)),
      ("final", .bool(answer.isFinal)), ("signal_sequence", .number(of: answer.sequence)),
      ("reply_to", .string(answer.replyTo)),
    ]
  }

  /// What this version cannot read: whose it is, and why.
  init(_ entry: UndecodableEntry) {
    word = "unreadable"
    actor = entry.actor
    facts = [
      ("actor_id", .string(entry.actor?.text ?? "")), ("runner_id", .text(of: entry.runner)),
      ("error", .string(entry.error.message)),
    ]
  }

  init(_ letter: RoostWire.DeadLetter) {
    word = letter.reason
    actor = nil
    facts = [
      ("subject", .string(letter.subject)), ("signal_sequence", .number(of: letter.sequence)),
      ("stored_ts", .time(letter.storedAt)), ("payload_bytes", .number(of: UInt64(letter.payload.count))),
    ]
  }
}
