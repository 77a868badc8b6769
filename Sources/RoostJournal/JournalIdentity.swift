/// Who a journal is: random, made once, the same as long as the folder lives.
package struct JournalID: Hashable, Sendable, CustomStringConvertible {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// From 32 hexadecimal digits.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
      let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
  }

  /// 32 hexadecimal digits.
  package var description: String { high.hexadecimal + low.hexadecimal }
}

/// The identity file: one line of text, so that a person can read and compare it.
///
///     roost-journal format=1 id=0123456789abcdef0123456789abcdef crc=89abcdef
enum JournalIdentity {
  private static let prefix = "roost-journal format=1 id="

  static func encode(_ id: JournalID) -> [UInt8] { CheckedLine.encode(prefix + id.description) }

  /// nil for anything that `encode` does not write.
  static func decode(_ bytes: [UInt8]) -> JournalID? {
    guard bytes.count == prefix.utf8.count + 32 + 14, bytes.starts(with: prefix.utf8) else { return nil }
    guard let id = JournalID(String(decoding: bytes[prefix.utf8.count...].prefix(32), as: UTF8.self)) else {
      return nil
    }
    return encode(id) == bytes ? id : nil
  }

  /// The folder's identity, nil if it has none.
  static func load(_ disk: any Disk) throws(JournalError) -> JournalID? {
    let found = try translating { () throws(DiskError) in try disk.openIfThere(JournalName.identity) }
    guard let file = found else { return nil }
    defer { disk.close(file) }
    let block = Block(byteCount: 128)
    let count = try translating { () throws(DiskError) in try disk.read(file, into: block.bytes, at: 0) }
    guard let id = decode(Array(block.readOnly[..<count])) else {
      throw .identityDamaged(path: disk.path(of: JournalName.identity))
    }
    return id
  }

  /// Writes the identity so that a crash leaves all of it or none.
  static func store(_ id: JournalID, _ disk: any Disk) throws(JournalError) {
    let text = Block(encode(id))
    let file = try translating { () throws(DiskError) in
      if try disk.list(JournalName.directory).contains("identity.new") { try disk.remove(JournalName.identityDraft) }
      let file = try disk.create(JournalName.identityDraft)
      var done = 0
      try disk.writeAll(file, text.readOnly, at: 0, done: &done)
      return file
    }
    defer { disk.close(file) }
    do throws(DiskError) {
      try disk.fdatasync(file)
      try disk.rename(JournalName.identityDraft, to: JournalName.identity)
      try disk.fsyncDirectory(JournalName.directory)
    } catch {
      throw .flushFailed(error)
    }
  }
}
