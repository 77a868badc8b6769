extension Recovery {
  /// Reads the records of one segment; returns where the log ends in it. In the last segment what follows is zero, or a
  /// torn tail to be cut. Errors: `.unreadable` where nothing tells whether the last segment goes on.
  mutating func readRecords(_ image: SegmentImage, name: String, isLast: Bool) throws(JournalError) -> Int {
    var offset = SegmentHeader.dataOffset
    // Looked up once, at the first bad record: the last good record of a segment has the greatest value.
    var knownFlushed: RecordIndex?
    while offset < image.bytes.count {
      let found = image.record(at: offset)
      if case .intact(let header) = found, header.index == expected {
        accept(header, image, at: offset, name: name)
        offset += header.recordBytes
        continue
      }
      if case .nothing = found, image.isZero(from: offset) { return offset }

      let bad = BadRecord(found, image, at: offset, expected: expected)
      // What the device lost was written once, whatever its neighbours look like: no crash tore it.
      if isLast, !bad.isUnreadable {
        let flushed = knownFlushed ?? image.flushedThrough(from: offset, expected: expected)
        knownFlushed = flushed
        if flushed < expected, bad.looksTorn(image) { return offset }
      }
      guard bad.header != nil || bad.next != nil else {
        if isLast, bad.isUnreadable { throw unreadable(damage(name, offset, Self.endUnreadable)) }
        return offset
      }
      offset = pass(bad, name: name)
    }
    return offset
  }

  private static let endUnreadable =
    "the device cannot read the place where the log may go on, so whether records stand there is not known"

  /// Something that is not the expected record, and what follows it.
  struct BadRecord {
    let offset: Int
    /// Of a record whose payload alone is bad.
    let header: RecordHeader?
    let next: (offset: Int, header: RecordHeader)?
    /// The device could not read some of it: of the record, or of all up to the next one, or at least of a header.
    let isUnreadable: Bool

    init(_ found: SegmentImage.Found, _ image: SegmentImage, at offset: Int, expected: RecordIndex) {
      self.offset = offset
      if case .payloadDamaged(let header) = found, header.index == expected {
        self.header = header
        next = image.nextRecord(from: offset + header.recordBytes, expected: header.following)
      } else {
        header = nil
        next = image.nextRecord(from: offset, expected: expected)
      }
      let end = next?.offset ?? offset + (header?.recordBytes ?? RecordHeader.encodedBytes)
      isUnreadable = image.isUnreadable(offset..<end)
    }

    /// A crash leaves sectors of an unflushed write unwritten, in any order. So: nothing after it, or, within the one
    /// group that was under way, a sector that was never written.
    func looksTorn(_ image: SegmentImage) -> Bool {
      guard let next else { return true }
      return image.hasUnwrittenSector(offset..<next.offset)
    }
  }

  /// Goes past damage that is not a torn tail; returns where to read on.
  private mutating func pass(_ bad: BadRecord, name: String) -> Int {
    chainIsKnown = false
    lastPartition = nil
    endsWithMark = false
    if let header = bad.header {
      let place = damage(
        name, bad.offset, bad.isUnreadable ? "the device cannot read the record" : "the record's checksum is wrong")
      if header.kind == .batch {
        see(header, place)
        ledger.damage(header.partition, at: header.index, place)
        partitionLast[header.partition] = header.index
      } else {
        ledger.lose(expected..<expected, place)
      }
      expected = header.following
      return bad.offset + header.recordBytes
    }
    guard let next = bad.next else { preconditionFailure("nothing to read on from") }
    let cause = bad.isUnreadable ? "the device cannot read this, and there is no" : "no"
    ledger.lose(
      expected..<next.header.index, damage(name, bad.offset, "\(cause) readable record up to offset \(next.offset)"))
    expected = next.header.index
    return next.offset
  }

  private mutating func accept(_ header: RecordHeader, _ image: SegmentImage, at offset: Int, name: String) {
    if chainIsKnown, header.previousChain != chain {
      let place = damage(name, offset, "the record does not follow the one before it")
      if let lastPartition { ledger.damage(lastPartition, at: header.index, place) }
      if header.kind == .batch { ledger.damage(header.partition, at: header.index, place) }
    }
    chain = image.storedCRC(header, at: offset)
    chainIsKnown = true
    expected = header.following
    endsWithMark = header.kind == .flushMark
    lastPartition = nil
    guard header.kind == .batch else { return }
    lastPartition = header.partition
    see(header, damage(name, offset, "an earlier record of the partition is missing"))
    partitionLast[header.partition] = header.index
    guard header.index > beginning.startingAfter, !ledger.isDamaged(header.partition) else { return }
    recordsRead += 1
    let record = RecoveredRecord(index: header.index, partition: header.partition, epoch: header.epoch)
    onRecord(record, image.payload(header, at: offset).bytes)
  }

  private mutating func see(_ header: RecordHeader, _ place: Damage) {
    ledger.see(header, last: partitionLast[header.partition], logFirst: segments[0].firstIndex, at: place)
  }
}
