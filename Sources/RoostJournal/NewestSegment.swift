/// The number of the log's newest segment, in a file beside the segments: nothing else would miss a last one that is gone. One
/// line, so that a person can read it:
///
///     roost-newest 0000000000000002 crc=89abcdef
///
/// It is overwritten in place once the segment is durable in its folder, so it never names one that was not there. What cannot
/// be read as a whole says nothing.
enum NewestSegment {
  private static let prefix = "roost-newest "

  private static func encode(_ number: UInt64) -> [UInt8] { CheckedLine.encode(prefix + number.hexadecimal) }

  /// nil: there is none, or nothing that was written as a whole.
  static func read(_ disk: any Disk) throws(DiskError) -> UInt64? {
    guard let file = try disk.openIfThere(JournalName.newest) else { return nil }
    defer { disk.close(file) }
    let block = Block(byteCount: 64)
    let count: Int
    do throws(DiskError) {
      count = try disk.read(file, into: block.bytes, at: 0)
    } catch {
      // A lost sector must not end every start; this one writes it anew.
      guard error.meansUnreadable else { throw error }
      return nil
    }
    let bytes = Array(block.readOnly[..<count])
    guard
      let number = UInt64(String(decoding: bytes.dropFirst(prefix.utf8.count).prefix(16), as: UTF8.self), radix: 16),
      encode(number) == bytes
    else { return nil }
    return number
  }

  /// Durable on return.
  static func write(_ number: UInt64, _ disk: any Disk) throws(DiskError) {
    let there = try disk.openIfThere(JournalName.newest)
    let file = if let there { there } else { try disk.create(JournalName.newest) }
    defer { disk.close(file) }
    let text = Block(encode(number))
    var done = 0
    try disk.writeAll(file, text.readOnly, at: 0, done: &done)
    try disk.fdatasync(file)
    if there == nil { try disk.fsyncDirectory(JournalName.directory) }
  }
}

extension Journal {
  /// Notes which segment is the newest. Without room it is not: then a loss of it would not be missed.
  func noteNewest() throws(JournalError) {
    do throws(DiskError) {
      try NewestSegment.write(current.number, disk)
    } catch {
      if error.meansFull { return }
      throw fail(.flushFailed(error))
    }
  }
}
