/// What one segment of a journal holds, whether or not recovery could make sense of it.
package struct SegmentSurvey: Equatable, Sendable {
  package enum Headers: Equatable, Sendable {
    case whole
    /// One of the two copies is damaged; the other serves.
    case oneDamaged
    case damaged
    /// Written by a newer program that says older ones must not read it.
    case tooNew(leastReader: UInt32)
    /// Good, but of another journal or with another number than its name has.
    case misplaced
  }

  package let number: UInt64
  /// Full path.
  package let file: String
  package let fileBytes: UInt64
  package internal(set) var headers = Headers.damaged
  /// 0 where the header cannot be read.
  package internal(set) var version: UInt32 = 0
  package internal(set) var sizeBytes: UInt64 = 0
  /// By the header; the first record that is or will be here.
  package internal(set) var firstIndex = RecordIndex.none
  /// By the header: which segment it is, and the CRC of the record before it.
  var writtenNumber: UInt64 = 0
  var previousChain: UInt32 = 0
  /// CRC of the last record; nil where that cannot be read.
  var lastChain: UInt32?
  /// Intact records, marks apart.
  package internal(set) var records = 0
  package internal(set) var marks = 0
  package internal(set) var lastIndex = RecordIndex.none
  /// From the first to the end of the last readable record.
  package internal(set) var usedBytes: UInt64 = 0
  /// Places that are not what should stand there, at most `JournalLimits.listedGaps`.
  package internal(set) var damage: [Damage] = []

  /// Where the readable records end.
  package var recordsEnd: UInt64 { UInt64(SegmentHeader.dataOffset) + usedBytes }
  /// Room for records.
  package var dataBytes: UInt64 { sizeBytes - min(sizeBytes, UInt64(SegmentHeader.dataOffset)) }
}

/// An intact record where it stands.
package struct PlacedRecord: Equatable, Sendable {
  package let record: RecoveredRecord
  package let segment: UInt64
  package let offset: UInt64
}

extension JournalView {
  /// Reads every segment by itself and hands over all intact records, those of quarantined partitions too.
  ///
  /// - Parameter end: where the log ends, as recovery found it: a torn tail behind it was never promised and is left out.
  package func survey(
    through end: JournalFindings? = nil, onRecord: (PlacedRecord, RawSpan) -> Void = { _, _ in }
  ) throws(JournalError) -> [SegmentSurvey] {
    var surveys: [SegmentSurvey] = []
    for number in numbers {
      let limit = end.flatMap { $0.lastSegment == number ? Int($0.endOffset) : nil }
      surveys.append(try survey(number, limit: limit, onRecord: onRecord))
    }
    return surveys
  }

  private func survey(
    _ number: UInt64, limit: Int?, onRecord: (PlacedRecord, RawSpan) -> Void
  ) throws(JournalError) -> SegmentSurvey {
    let name = JournalName.segment(number)
    return try translating { () throws(DiskError) in
      let file = try disk.open(name)
      defer { disk.close(file) }
      var survey = SegmentSurvey(number: number, file: disk.path(of: name), fileBytes: try disk.size(of: file))
      guard let (header, seed) = try readHeader(file, &survey) else { return survey }
      let image = try SegmentImage(disk, file, header: header, seed: seed)
      readRecords(image, limit ?? image.bytes.count, &survey, onRecord)
      if image.isCutShort {
        survey.damage.append(Damage(file: survey.file, offset: UInt64(image.fileBytes), reason: image.shortage))
      }
      return survey
    }
  }

  /// nil: there is nothing to go by for the records.
  private func readHeader(
    _ file: DiskFile, _ survey: inout SegmentSurvey
  ) throws(DiskError) -> (SegmentHeader, seed: UInt32)? {
    let block = Block(byteCount: SegmentHeader.dataOffset)
    _ = try disk.readAround(file, into: block.bytes, at: 0)
    let bytes = block.readOnly
    switch SegmentHeader.decode(bytes) {
    case .damaged: return nil
    case .tooNew(let leastReader):
      survey.headers = .tooNew(leastReader: leastReader)
      return nil
    case .header(let header, let seed):
      let copies = [0, SegmentHeader.copyOffset].map { bytes.part($0, SegmentHeader.encodedBytes) }
      survey.headers = copies[0].elementsEqual(copies[1]) ? .whole : .oneDamaged
      let good = bytes.number(UInt32.self, at: 76) == seed ? copies[0] : copies[1]
      survey.version = good.number(UInt32.self, at: 8)
      survey.firstIndex = header.firstIndex
      survey.writtenNumber = header.number
      survey.previousChain = header.previousChain
      survey.lastChain = header.previousChain
      guard header.hasSoundSize else { return nil }
      survey.sizeBytes = header.sizeBytes
      if header.journal != id || header.number != survey.number { survey.headers = .misplaced }
      // Another journal's records are not this one's, whatever folder they lie in.
      guard header.journal == id else { return nil }
      return (header, seed)
    }
  }

  private func readRecords(
    _ image: SegmentImage, _ limit: Int, _ survey: inout SegmentSurvey, _ onRecord: (PlacedRecord, RawSpan) -> Void
  ) {
    var offset = SegmentHeader.dataOffset
    var expected = survey.firstIndex
    func note(_ reason: String, _ survey: inout SegmentSurvey) {
      guard survey.damage.count < JournalLimits.listedGaps else { return }
      survey.damage.append(Damage(file: survey.file, offset: UInt64(offset), reason: reason))
    }
    while offset < limit {
      switch image.record(at: offset) {
      case .intact(let header) where header.index == expected:
        count(header, image, at: offset, &survey, onRecord)
        offset += header.recordBytes
        expected = header.following
      case .payloadDamaged(let header) where header.index == expected:
        survey.lastChain = nil
        note("the checksum of record \(header.index) (partition \(header.partition)) is wrong", &survey)
        offset += header.recordBytes
        expected = header.following
      default:
        if image.isZero(from: offset) { return }
        survey.lastChain = nil
        guard let next = image.nextRecord(from: offset, expected: expected), next.offset < limit else {
          return note("no readable record follows", &survey)
        }
        note(
          next.header.index == expected
            ? "no readable record up to offset \(next.offset)"
            : "records \(expected) to \(next.header.index.rawValue - 1) cannot be read, the next is at offset \(next.offset)",
          &survey)
        offset = next.offset
        expected = next.header.index
      }
      survey.usedBytes = UInt64(offset - SegmentHeader.dataOffset)
    }
  }

  private func count(
    _ header: RecordHeader, _ image: SegmentImage, at offset: Int, _ survey: inout SegmentSurvey,
    _ onRecord: (PlacedRecord, RawSpan) -> Void
  ) {
    survey.lastChain = image.storedCRC(header, at: offset)
    guard header.kind == .batch else { return survey.marks += 1 }
    survey.records += 1
    survey.lastIndex = header.index
    let record = RecoveredRecord(index: header.index, partition: header.partition, epoch: header.epoch)
    onRecord(
      PlacedRecord(record: record, segment: survey.number, offset: UInt64(offset)),
      image.payload(header, at: offset).bytes)
  }
}
