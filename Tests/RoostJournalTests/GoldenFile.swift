import Foundation
import Testing

/// A file of the journal as text in Golden: its size, and the bytes of each line of 16 that is not all zeros.
/// `ROOST_REWRITE_GOLDEN=1 swift test` writes the texts anew; a format that has been released never changes.
enum GoldenFile {
  static func expect(_ bytes: [UInt8], is name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let text = text(bytes)
    if ProcessInfo.processInfo.environment["ROOST_REWRITE_GOLDEN"] == "1" {
      try text.write(to: url(name), atomically: true, encoding: .utf8)
      return
    }
    let wanted = try String(contentsOf: url(name), encoding: .utf8)
    #expect(text == wanted, "Golden/\(name).hex differs", sourceLocation: sourceLocation)
  }

  static func read(_ name: String) throws -> [UInt8] {
    let lines = try String(contentsOf: url(name), encoding: .utf8).split(separator: "\n")
    let size = try #require(lines.first.flatMap { Int($0.dropFirst("size ".count)) })
    var bytes = [UInt8](repeating: 0, count: size)
    for line in lines.dropFirst() {
      let words = line.split(separator: " ")
      let offset = try #require(Int(words[0], radix: 16))
      for (place, word) in words.dropFirst().enumerated() {
        bytes[offset + place] = try #require(UInt8(word, radix: 16))
      }
    }
    return bytes
  }

  private static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).hex")
  }

  private static func text(_ bytes: [UInt8]) -> String {
    var lines = ["size \(bytes.count)"]
    for offset in stride(from: 0, to: bytes.count, by: 16) {
      let part = bytes[offset..<min(offset + 16, bytes.count)]
      guard part.contains(where: { $0 != 0 }) else { continue }
      lines.append(([padded(offset, 8)] + part.map { padded(Int($0), 2) }).joined(separator: " "))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }
}
