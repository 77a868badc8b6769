/// A whole segment in memory while it is read; what the file lacks reads as zero.
final class SegmentImage {
  let bytes: UnsafeMutableRawBufferPointer
  /// Bytes that the file really had.
  let fileBytes: Int
  let seed: UInt32
  /// Pages that the device could not read, ascending.
  let unreadable: [Range<Int>]

  init(_ disk: any Disk, _ file: DiskFile, header: SegmentHeader, seed: UInt32) throws(DiskError) {
    self.seed = seed
    let size = Int(header.sizeBytes)
    bytes = .allocate(byteCount: size, alignment: 16)
    do throws(DiskError) {
      (fileBytes, unreadable) = try disk.readAround(file, into: bytes, at: 0)
    } catch {
      bytes.deallocate()
      throw error
    }
    UnsafeMutableRawBufferPointer(rebasing: bytes[fileBytes...]).clear()
  }

  deinit { bytes.deallocate() }

  /// A segment has its full size before it has its name, so this is no crash's work.
  var isCutShort: Bool { fileBytes < bytes.count }
  var shortage: String { "the file ends here, \(bytes.count - fileBytes) bytes before its segment does" }

  enum Found: Equatable {
    case intact(RecordHeader)
    /// The header can be trusted, the payload or the record's CRC cannot.
    case payloadDamaged(RecordHeader)
    /// No header that is good for this place; zeroes too.
    case nothing
  }

  private var readable: UnsafeRawBufferPointer { UnsafeRawBufferPointer(bytes) }

  func record(at offset: Int) -> Found {
    guard let header = RecordHeader(readable, at: offset, seed: seed) else { return .nothing }
    let payload = readable.part(
      offset + RecordHeader.encodedBytes, header.recordBytes - RecordHeader.encodedBytes - 4)
    let headerCRC = readable.number(UInt32.self, at: offset + RecordHeader.encodedBytes - 4)
    return crc32c(payload, seed: headerCRC) == storedCRC(header, at: offset) ? .intact(header) : .payloadDamaged(header)
  }

  func storedCRC(_ header: RecordHeader, at offset: Int) -> UInt32 {
    readable.number(UInt32.self, at: offset + header.recordBytes - 4)
  }

  func payload(_ header: RecordHeader, at offset: Int) -> UnsafeRawBufferPointer {
    readable.part(offset + RecordHeader.encodedBytes, header.payloadBytes)
  }

  /// The next place at or after `start` with a good header that may follow record `expected`: not older, and not
  /// further ahead than records fit in between.
  func nextRecord(from start: Int, expected: RecordIndex) -> (offset: Int, header: RecordHeader)? {
    var offset = start
    while offset + RecordHeader.recordBytes(payloadBytes: 0) <= bytes.count {
      if let header = RecordHeader(readable, at: offset, seed: seed), header.index >= expected,
        header.index.rawValue - expected.rawValue <= UInt64((offset - start) / 64)
      {
        return (offset, header)
      }
      offset += 8
    }
    return nil
  }

  /// The greatest index that a record after `start` says was flushed.
  func flushedThrough(from start: Int, expected: RecordIndex) -> RecordIndex {
    var greatest = RecordIndex.none
    var offset = start
    var expected = expected
    while let next = nextRecord(from: offset, expected: expected) {
      greatest = max(greatest, next.header.flushedThrough)
      offset = next.offset + next.header.recordBytes
      expected = next.header.following
    }
    return greatest
  }

  func isZero(from offset: Int) -> Bool { readable.part(offset, bytes.count - offset).isZero }

  /// One past the last byte that is not zero, at least `offset`.
  func end(from offset: Int) -> Int {
    var end = bytes.count
    while end - offset > 4096, readable.part(end - 4096, 4096).isZero { end -= 4096 }
    while end > offset, bytes[end - 1] == 0 { end -= 1 }
    return end
  }

  /// Something of the range could not be read.
  func isUnreadable(_ range: Range<Int>) -> Bool { unreadable.contains { $0.overlaps(range) } }

  /// True if the range has the look of a torn write: its share of some sector was never written.
  func hasUnwrittenSector(_ range: Range<Int>) -> Bool {
    var start = range.lowerBound
    while start < range.upperBound {
      let next = min(range.upperBound, (start / JournalLimits.sectorBytes + 1) * JournalLimits.sectorBytes)
      if readable.part(start, next - start).isZero { return true }
      start = next
    }
    return false
  }
}
