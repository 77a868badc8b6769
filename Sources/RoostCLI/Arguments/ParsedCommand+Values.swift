import RoostCore
import RoostNATS
import RoostWire
import RoostWorker

/// Values that several commands read; each error says what would be right.
extension ParsedCommand {
  func subjects() throws(CLIError) -> Subjects {
    guard let prefix = value("prefix") else { return Subjects() }
    // A stream's name is made of it, so it is one token here.
    guard let subjects = Subjects(prefix: prefix), !prefix.contains(".") else {
      throw .usage("--prefix \(prefix): it must be 1 to 64 of A-Z a-z 0-9 _ -")
    }
    return subjects
  }

  func duration(_ option: String) throws(CLIError) -> UInt64? {
    guard let text = value(option) else { return nil }
    guard let ms = Quantity.milliseconds(text), Limits.pendingTimeoutMs.contains(ms) else {
      throw .usage("--\(option) \(text): write a number and its unit, e.g. 250ms, 5s, 2m, 1h; at most 30d")
    }
    return ms
  }

  func count(_ option: String) throws(CLIError) -> UInt32? {
    guard let text = value(option) else { return nil }
    guard let count = UInt32(text), count > 0 else { throw .usage("--\(option) \(text): write a number from 1 on") }
    return count
  }

  /// What the broker stores a signal once by. Errors: `usage` for what it would not take as a header, or take for none.
  func messageID() throws(CLIError) -> String? {
    guard let text = value("msg-id") else { return nil }
    let isWord = text.unicodeScalars.allSatisfy { !$0.isHidden && !$0.properties.isWhitespace }
    guard isWord, !text.isEmpty else {
      throw .usage("--msg-id '\(text)': write an ID without blanks and control characters, e.g. wake-17")
    }
    return text
  }

  func streams() throws(CLIError) -> RoostStreams {
    RoostStreams(prefix: try subjects().prefix, replicas: replicas, signalsMaxBytes: try maxBytes())
  }

  var replicas: Int { value("replicas") == "3" ? 3 : 1 }

  func maxBytes() throws(CLIError) -> Int64 {
    guard let text = value("max-bytes") else { return RoostStreams.defaultSignalsMaxBytes }
    guard let bytes = Quantity.bytes(text), bytes >= Self.leastStreamBytes else {
      throw .usage("--max-bytes \(text): write at least 1MiB, e.g. 1048576, 512MiB, 4GiB")
    }
    return bytes
  }

  /// A stream below the broker's largest message could not take every signal.
  private static let leastStreamBytes: Int64 = 1 << 20

  static func pool(_ text: String) throws(CLIError) -> PoolID {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ Grammar.isPoolName(String($0)) }) else {
      throw .usage(
        "'\(text)' is no pool: write NS/POOL, each 1 to 32 of a-z 0-9 -, beginning with a letter or digit")
    }
    return PoolID(namespace: String(parts[0]), name: String(parts[1]))
  }

  static func identifier(_ text: String, of kind: String) throws(CLIError) -> String {
    guard Grammar.isIdentifier(text) else { throw .usage("'\(text)' is no \(kind): write 1 to 64 of A-Z a-z 0-9 _ -") }
    return text
  }
}
