/// The first bytes of a snapshot (docs/journal.md). It is written last, and with it the file counts: it vouches for the
/// number of bytes and for the last record's CRC, which follows from all before it.
struct SnapshotHeader: Equatable {
  static let magic: UInt64 = 0x504E_5354_534F_4F52  // "ROOSTSNP"
  /// The format that this program writes, and the newest that it reads.
  static let version: UInt32 = 1
  static let encodedBytes = 80
  /// Where records begin.
  static let dataOffset = 4096

  var journal: JournalID
  /// All records of the log through this one are in it.
  var through: RecordIndex
  /// Of the whole file.
  var sizeBytes: UInt64
  var records: UInt64
  /// Random, so that a leftover of another snapshot never passes for a record of this one.
  var salt: UInt64
  /// CRC of the last record, 0 for none.
  var lastChain: UInt32

  /// What the CRC of every record begins with.
  var seed: UInt32 {
    var seed = crc32c(through.rawValue, seed: crc32c(journal.low, seed: crc32c(journal.high, seed: 0)))
    seed = crc32c(salt, seed: seed)
    return seed
  }

  func encode(into block: UnsafeMutableRawBufferPointer) {
    block.put(Self.magic, at: 0)
    block.put(Self.version, at: 8)
    block.put(Self.version, at: 12)
    block.put(journal.high, at: 16)
    block.put(journal.low, at: 24)
    block.put(through.rawValue, at: 32)
    block.put(sizeBytes, at: 40)
    block.put(records, at: 48)
    block.put(salt, at: 56)
    block.put(lastChain, at: 64)
    block.put(UInt64(0), at: 68)
    block.put(crc32c(UnsafeRawBufferPointer(block).part(0, 76)), at: 76)
  }

  enum Decoded: Equatable {
    case header(SnapshotHeader)
    case tooNew(leastReader: UInt32)
    case damaged
  }

  static func decode(_ block: UnsafeRawBufferPointer) -> Decoded {
    guard block.count >= encodedBytes, block.number(UInt64.self, at: 0) == magic,
      crc32c(block.part(0, 76)) == block.number(UInt32.self, at: 76)
    else { return .damaged }
    let leastReader = block.number(UInt32.self, at: 12)
    guard leastReader <= version else { return .tooNew(leastReader: leastReader) }
    return .header(
      SnapshotHeader(
        journal: JournalID(high: block.number(UInt64.self, at: 16), low: block.number(UInt64.self, at: 24)),
        through: RecordIndex(block.number(UInt64.self, at: 32)), sizeBytes: block.number(UInt64.self, at: 40),
        records: block.number(UInt64.self, at: 48), salt: block.number(UInt64.self, at: 56),
        lastChain: block.number(UInt32.self, at: 64)))
  }
}
