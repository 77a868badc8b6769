/// The headers of a message as they came over the wire: the line `NATS/1.0`, with a status where the server says one, then
/// `Name: value` lines, each ended by CRLF. A line that is none of these says nothing, and keeps none of the others from being
/// read; a value may be empty.
struct HeaderBlock<Bytes: RandomAccessCollection> where Bytes.Element == UInt8, Bytes.Index == Int {
  /// None where the bytes do not begin as a header block does.
  private let lines: Bytes.SubSequence
  private let first: Bytes.SubSequence

  init(_ bytes: Bytes) {
    let block = bytes.starts(with: "NATS/1.0".utf8) ? bytes[...] : bytes[..<bytes.startIndex]
    let end = Self.endOfLine(block)
    first = block[..<end]
    lines = block[end...]
  }

  /// All of them, in their order.
  var all: [NATSHeader] {
    var all: [NATSHeader] = []
    each { name, value in
      all.append(NATSHeader(Self.text(name), Self.text(value)))
      return true
    }
    return all
  }

  /// The first value of a header; names are case sensitive.
  func value(of wanted: String) -> String? {
    var found: String?
    each { name, value in
      guard name.elementsEqual(wanted.utf8) else { return true }
      found = Self.text(value)
      return false
    }
    return found
  }

  /// All values of a header, in their order.
  func values(of wanted: String) -> [String] {
    var found: [String] = []
    each { name, value in
      if name.elementsEqual(wanted.utf8) { found.append(Self.text(value)) }
      return true
    }
    return found
  }

  /// As in `TraceCarrier`.
  func spelling(of wanted: [String]) -> String? {
    for one in wanted {
      var found: String?
      each { name, _ in
        guard name.count == one.utf8.count, zip(name, one.utf8).allSatisfy({ Self.lowercased($0) == $1 }) else {
          return true
        }
        let spelling = Self.text(name)
        found = min(found ?? spelling, spelling)
        return true
      }
      if let found { return found }
    }
    return nil
  }

  /// What the server itself says instead of an answer: `100 Idle Heartbeat` behind `NATS/1.0`.
  var status: (code: Int, text: String)? {
    let words = Self.trimmed(first.dropFirst("NATS/1.0".utf8.count))
    guard let code = Int(Self.text(words.prefix { $0 != 0x20 })) else { return nil }
    return (code, Self.text(Self.trimmed(words.drop { $0 != 0x20 })))
  }

  /// Calls `body` with each name and value until it says false.
  private func each(_ body: (_ name: Bytes.SubSequence, _ value: Bytes.SubSequence) -> Bool) {
    var rest = lines
    while !rest.isEmpty {
      let end = Self.endOfLine(rest)
      let line = rest[rest.startIndex..<end]
      rest = rest[end...]
      guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex else { continue }
      if !body(line[..<colon], Self.trimmed(line[(colon + 1)...])) { return }
    }
  }

  /// Behind the next CRLF.
  private static func endOfLine(_ bytes: Bytes.SubSequence) -> Int {
    var index = bytes.startIndex
    while let carriage = bytes[index...].firstIndex(of: 0x0D) {
      index = carriage + 1
      if index < bytes.endIndex, bytes[index] == 0x0A { return index + 1 }
    }
    return bytes.endIndex
  }

  /// Without the blanks around it, the end of its line among them.
  private static func trimmed(_ bytes: Bytes.SubSequence) -> Bytes.SubSequence {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    let rest = bytes.drop(while: isBlank)
    let end = rest.lastIndex { !isBlank($0) }
    return end.map { rest[...$0] } ?? rest[..<rest.startIndex]
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  private static func text(_ bytes: Bytes.SubSequence) -> String { String(decoding: bytes, as: UTF8.self) }
}
