/// The first bytes of a segment, kept twice (offsets 0 and 4096) so that one damaged block does not hide a segment.
///
/// A segment gets its name only after its header is durable, so a bad header is damage, never a torn write. The header's
/// CRC covers `salt` and seeds the CRC of every record in the segment.
struct SegmentHeader: Equatable {
  static let magic: UInt64 = 0x4C4E_4A54_534F_4F52  // "ROOSTJNL"
  /// The format that this program writes, and the newest that it reads.
  static let version: UInt32 = 1
  static let encodedBytes = 80
  static let copyOffset = 4096
  /// Where records begin.
  static let dataOffset = 8192

  var leastReader: UInt32 = version
  var journal: JournalID
  var number: UInt64
  var sizeBytes: UInt64
  /// Index of the first record that was or will be written here.
  var firstIndex: RecordIndex
  /// Random, so that bytes inside a payload cannot pass for a record.
  var salt: UInt64
  /// CRC of the last record before this segment, 0 for none.
  var previousChain: UInt32
  /// When the segment was begun, in ms since the epoch; 0 = not known.
  var createdMs: Int64 = 0

  /// Writes the encoded header and its copy into a block of `dataOffset` zero bytes; returns the header's CRC.
  func encode(into block: UnsafeMutableRawBufferPointer) -> UInt32 {
    block.put(Self.magic, at: 0)
    block.put(Self.version, at: 8)
    block.put(leastReader, at: 12)
    block.put(journal.high, at: 16)
    block.put(journal.low, at: 24)
    block.put(number, at: 32)
    block.put(sizeBytes, at: 40)
    block.put(firstIndex.rawValue, at: 48)
    block.put(salt, at: 56)
    block.put(previousChain, at: 64)
    block.put(createdMs, at: 68)
    let encoded = UnsafeRawBufferPointer(block).part(0, Self.encodedBytes)
    let crc = crc32c(encoded.part(0, 76))
    block.put(crc, at: 76)
    block[Self.copyOffset..<Self.copyOffset + Self.encodedBytes].copyBytes(from: encoded)
    return crc
  }

  /// A size that this program may have written; anything else would make recovery take memory without bound.
  var hasSoundSize: Bool {
    sizeBytes >= UInt64(JournalLimits.leastSegmentBytes) && sizeBytes <= UInt64(JournalLimits.greatestSegmentBytes)
  }

  enum Decoded: Equatable {
    case header(SegmentHeader, seed: UInt32)
    case tooNew(leastReader: UInt32)
    case damaged
  }

  /// Reads the header, or its copy where the first is damaged.
  static func decode(_ block: UnsafeRawBufferPointer) -> Decoded {
    guard block.count >= dataOffset else { return .damaged }
    let first = decodeOne(block.part(0, encodedBytes))
    guard first == .damaged else { return first }
    return decodeOne(block.part(copyOffset, encodedBytes))
  }

  private static func decodeOne(_ bytes: UnsafeRawBufferPointer) -> Decoded {
    let crc = bytes.number(UInt32.self, at: 76)
    guard bytes.number(UInt64.self, at: 0) == magic, crc32c(bytes.part(0, 76)) == crc else { return .damaged }
    let leastReader = bytes.number(UInt32.self, at: 12)
    guard leastReader <= version else { return .tooNew(leastReader: leastReader) }
    let header = SegmentHeader(
      leastReader: leastReader,
      journal: JournalID(high: bytes.number(UInt64.self, at: 16), low: bytes.number(UInt64.self, at: 24)),
      number: bytes.number(UInt64.self, at: 32),
      sizeBytes: bytes.number(UInt64.self, at: 40),
      firstIndex: RecordIndex(bytes.number(UInt64.self, at: 48)),
      salt: bytes.number(UInt64.self, at: 56),
      previousChain: bytes.number(UInt32.self, at: 64), createdMs: bytes.number(Int64.self, at: 68))
    return .header(header, seed: crc)
  }
}
