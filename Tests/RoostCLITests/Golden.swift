import Foundation
import Testing

/// Text that people read, compared with a file of this folder. `ROOST_REWRITE_GOLDEN=1 swift test` writes the files
/// anew; what changed is then seen in the diff.
enum Golden {
  static func expect(_ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).txt")
    if ProcessInfo.processInfo.environment["ROOST_REWRITE_GOLDEN"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
      return
    }
    let wanted = try String(contentsOf: file, encoding: .utf8)
    #expect(text == wanted, "Golden/\(name).txt differs", sourceLocation: sourceLocation)
  }
}
