/// The 56 bytes before a payload. The layout is in docs/journal.md.
struct RecordHeader: Equatable {
  static let magic: UInt32 = 0x4345_5252  // "RREC"
  static let encodedBytes = 56

  enum Kind: UInt16 {
    /// An opaque payload of the owner.
    case batch = 1
    /// Says that all records before it were flushed; takes no index, has no payload.
    case flushMark = 2
  }

  var kind: Kind
  var payloadBytes: Int
  /// Of a mark: the index of the next record.
  var index: RecordIndex
  var partition: UInt32
  var epoch: UInt64
  /// The last record that was durable when this one was written.
  var flushedThrough: RecordIndex
  /// The record before this one in the same partition; 0 for none that the writer knew of.
  var partitionPrevious: RecordIndex
  /// CRC of the record before this one, over all partitions.
  var previousChain: UInt32

  /// Bytes of a whole record: header, payload, zero padding and CRC, a multiple of 8.
  static func recordBytes(payloadBytes: Int) -> Int { encodedBytes + (payloadBytes + 4 + 7) / 8 * 8 }

  /// Index of the next record in an undamaged log.
  var following: RecordIndex { kind == .batch ? index.next : index }

  var recordBytes: Int { Self.recordBytes(payloadBytes: payloadBytes) }

  /// Fills in header and CRCs around a payload that stands at its place in `record`; returns the record's CRC.
  func seal(_ record: UnsafeMutableRawBufferPointer, seed: UInt32, offset: UInt64) -> UInt32 {
    record.put(Self.magic, at: 0)
    record.put(UInt32(payloadBytes), at: 4)
    record.put(index.rawValue, at: 8)
    record.put(epoch, at: 16)
    record.put(flushedThrough.rawValue, at: 24)
    record.put(partitionPrevious.rawValue, at: 32)
    record.put(partition, at: 40)
    record.put(kind.rawValue, at: 44)
    record.put(UInt16(0), at: 46)
    record.put(previousChain, at: 48)
    let bytes = UnsafeRawBufferPointer(record)
    let headerCRC = crc32c(bytes.part(0, 52), seed: crc32c(offset, seed: seed))
    record.put(headerCRC, at: 52)
    let crc = crc32c(bytes.part(Self.encodedBytes, record.count - Self.encodedBytes - 4), seed: headerCRC)
    record.put(crc, at: record.count - 4)
    return crc
  }

  /// The payload length that stands at an offset, unproven; nil if no record begins there or it would be too long.
  static func payloadBytes(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int? {
    guard bytes.number(UInt32.self, at: offset) == magic else { return nil }
    let length = Int(bytes.number(UInt32.self, at: offset + 4))
    return length <= JournalLimits.payloadBytes ? length : nil
  }

  /// The header at an offset of a segment, nil if there is none whose CRC is good for this place.
  init?(_ segment: UnsafeRawBufferPointer, at offset: Int, seed: UInt32) {
    self.init(segment, at: offset, checkedAt: UInt64(offset), seed: seed)
  }

  /// The same in a part of a file, where the record stands at `place`.
  init?(_ segment: UnsafeRawBufferPointer, at offset: Int, checkedAt place: UInt64, seed: UInt32) {
    guard offset + Self.recordBytes(payloadBytes: 0) <= segment.count,
      segment.number(UInt32.self, at: offset) == Self.magic
    else { return nil }
    let bytes = segment.part(offset, Self.encodedBytes)
    guard crc32c(bytes.part(0, 52), seed: crc32c(place, seed: seed)) == bytes.number(UInt32.self, at: 52),
      let kind = Kind(rawValue: bytes.number(UInt16.self, at: 44))
    else { return nil }
    self.kind = kind
    payloadBytes = Int(bytes.number(UInt32.self, at: 4))
    index = RecordIndex(bytes.number(UInt64.self, at: 8))
    epoch = bytes.number(UInt64.self, at: 16)
    flushedThrough = RecordIndex(bytes.number(UInt64.self, at: 24))
    partitionPrevious = RecordIndex(bytes.number(UInt64.self, at: 32))
    partition = bytes.number(UInt32.self, at: 40)
    previousChain = bytes.number(UInt32.self, at: 48)
    guard payloadBytes <= JournalLimits.payloadBytes, offset + recordBytes <= segment.count else { return nil }
  }

  init(
    kind: Kind, payloadBytes: Int, index: RecordIndex, partition: UInt32, epoch: UInt64,
    flushedThrough: RecordIndex, partitionPrevious: RecordIndex, previousChain: UInt32
  ) {
    self.kind = kind
    self.payloadBytes = payloadBytes
    self.index = index
    self.partition = partition
    self.epoch = epoch
    self.flushedThrough = flushedThrough
    self.partitionPrevious = partitionPrevious
    self.previousChain = previousChain
  }
}
