/// `--output`: how a command writes its data.
enum OutputForm: String, CaseIterable {
  /// For people.
  case text
  /// One JSON document: an object, or an array of what would be lines.
  case json
  /// One JSON object per line, each as soon as it is known.
  case jsonl

  static let option = OptionSpec.choice(
    "output", allCases.map(\.rawValue), "json: one document; jsonl: an object per line (default: text)")

  /// Where lines are what one mostly wants.
  static let lines = OptionSpec.flag("json", "the same as --output jsonl")

  var isJSON: Bool { self != .text }
}

extension ParsedCommand {
  var outputForm: OutputForm {
    value("output").flatMap { OutputForm(rawValue: $0) } ?? (has("json") ? .jsonl : .text)
  }
}
