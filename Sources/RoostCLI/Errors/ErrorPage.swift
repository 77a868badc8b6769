/// What there is to say about a code or a reason that Roost gives: `roost explain CODE` prints it, and docs/errors has a
/// page of each, made from this text.
struct ErrorPage: Sendable {
  /// As it stands in messages, answers, dead letters and logs.
  let code: String
  /// In a few words.
  let title: String
  /// What happened, and what holds now.
  let meaning: String
  /// What to do next.
  let remedy: String

  init(_ code: String, _ title: String, _ meaning: String, do remedy: String) {
    self.code = code
    self.title = title
    self.meaning = meaning
    self.remedy = remedy
  }

  static let all = journal + worker + broker + runner + signals + questions + reasons

  /// Codes are found in any case, `limit:FIELD` for every field.
  static func of(_ code: String) -> ErrorPage? {
    let wanted = code.lowercased()
    // Some reasons go on after a colon.
    let kind = String(wanted.prefix { $0 != ":" })
    return byCode[wanted] ?? byCode[kind] ?? (wanted.hasPrefix("limit:") ? byCode["limit:field"] : nil)
  }

  private static let byCode = Dictionary(uniqueKeysWithValues: all.map { ($0.code.lowercased(), $0) })

  /// The file of its page in docs/errors: codes have no other sign that a file name may not.
  var fileName: String { code.split(separator: ":").joined(separator: "-") + ".md" }

  /// The page.
  var markdown: String {
    "# \(code): \(title)\n\n" + Self.wrapped(meaning, columns: 120) + "\n\n**What to do.** "
      + Self.wrapped(remedy, columns: 120, first: 16) + "\n"
  }

  /// For a terminal.
  var text: String {
    "\(code): \(title)\n\n" + Self.wrapped(meaning, columns: 100) + "\n\ndo  "
      + Self.wrapped(remedy, columns: 100, first: 4, indent: 4) + "\n"
  }

  /// `first`: columns of the first line that are taken; `indent`: blanks before every further line.
  private static func wrapped(_ text: String, columns: Int, first: Int = 0, indent: Int = 0) -> String {
    var lines: [String] = []
    var line = ""
    var width = first
    for word in text.split(separator: " ") {
      if !line.isEmpty, width + 1 + word.count > columns {
        lines.append(line)
        (line, width) = (String(repeating: " ", count: indent) + word, indent + word.count)
      } else {
        width += word.count + (line.isEmpty ? 0 : 1)
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
