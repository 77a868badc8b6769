/// Cuts bytes into lines, of which no more than `limit` bytes are kept.
struct LineReader {
  struct Line: Equatable {
    var bytes: [UInt8]
    /// It was longer than it may be.
    var isCut = false

    /// As text, without the end of the line; what is not UTF-8 is shown as such.
    var text: String {
      var bytes = bytes[...]
      if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  private let limit: Int
  private var line = Line(bytes: [])

  init(limit: Int) { self.limit = limit }

  /// Calls `take` with each line that ends in `bytes`.
  mutating func feed(_ bytes: UnsafeRawBufferPointer, _ take: (Line) -> Void) {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      append(rest[..<end])
      rest = rest[(end + 1)...]
      take(line)
      line = Line(bytes: [])
    }
    append(rest)
  }

  /// What stands there without an end of line, if anything.
  mutating func finish(_ take: (Line) -> Void) {
    if !line.bytes.isEmpty { take(line) }
    line = Line(bytes: [])
  }

  private mutating func append(_ bytes: Slice<UnsafeRawBufferPointer>) {
    let room = limit - line.bytes.count
    line.bytes += bytes.prefix(room)
    if bytes.count > room { line.isCut = true }
  }
}
