import Synchronization

/// Makes one JSON document of a command that writes an object per line.
final class JSONArray: Sendable {
  private let console: Console
  private let isBegun = Mutex(false)

  init(_ console: Console) { self.console = console }

  /// Where the command writes its lines.
  var lines: Console { Console(out: { self.add($0) }, err: console.err) }

  private func add(_ lines: String) -> Bool {
    isBegun.withLock { isBegun in
      var text = ""
      for line in lines.split(separator: "\n") {
        // The comma first: what stands there is whole lines, whenever something is said beside it.
        text += (isBegun ? "," : "[") + line + "\n"
        isBegun = true
      }
      return text.isEmpty || console.write(text)
    }
  }

  /// Also of a command that failed, for what it said before is true; nothing when it said nothing.
  func end(isFailed: Bool) throws(CLIError) {
    let isBegun = isBegun.withLock { $0 }
    if isBegun { try console.out("]\n") } else if !isFailed { try console.out("[]\n") }
  }
}
