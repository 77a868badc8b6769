import RoostCLI
import Synchronization

/// Commands as somebody typed them, with what they said: standard output as it is, standard error after `! `, and the
/// exit code unless it is 0.
struct Transcript {
  private(set) var text = ""
  var environment: [String: String] = [:]
  /// What differs per run, and what to write instead.
  var replacements: [(String, String)] = []

  /// Sequences and times are written as N and TIME: they differ per run where ticks or clocks have a part.
  var hidesNumbers = false

  /// Runs `roost` with these words, in this process.
  @discardableResult
  mutating func roost(_ words: String...) -> ExitCode { roost(words) }

  /// The same, with words that several commands share.
  @discardableResult
  mutating func roost(_ words: [String]) -> ExitCode {
    let lines = Mutex("")
    let console = Console(
      out: { text in
        lines.withLock { $0 += text }
        return true
      },
      err: { text in lines.withLock { $0 += text.split(separator: "\n").map { "! \($0)\n" }.joined() } })
    let code = RoostCLI.run(words, environment: environment, console: console)
    text += "$ roost \(words.map(Self.quoted).joined(separator: " "))\n"
    text += lines.withLock { $0 }
    if code != .success { text += "(exit \(code.rawValue))\n" }
    text += "\n"
    if hidesNumbers {
      text.replace(/sequence=\d+/, with: "sequence=N")
      text.replace(/\d{4}-\d\d-\d\dT[0-9:.]+Z/, with: "TIME")
    }
    for (found, written) in replacements { text.replace(found, with: written) }
    return code
  }

  private static func quoted(_ word: String) -> String {
    word.isEmpty || word.contains(" ") || word.contains("\n") ? "'\(word)'" : word
  }
}
