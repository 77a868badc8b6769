/// Reads a segment for people, whether or not the journal is being written meanwhile.
package enum SegmentRecords {
  /// Hands over the intact records of a segment through `last`, which must be durable: what is being written behind it is
  /// not looked at. What is damaged is passed over. False: there is no such segment any more.
  package static func read(
    _ disk: any Disk, journal: JournalID, segment number: UInt64, through last: RecordIndex,
    onRecord: (RecoveredRecord, RawSpan) -> Void
  ) throws(JournalError) -> Bool {
    let file: DiskFile
    do throws(DiskError) {
      file = try disk.open(JournalName.segment(number))
    } catch {
      if error.meansMissing { return false }
      throw JournalError(error)
    }
    defer { disk.close(file) }
    return try translating { () throws(DiskError) in
      guard case .header(let header, let seed) = try disk.readHeader(file), header.journal == journal,
        header.number == number, header.hasSoundSize
      else { return true }
      let image = try SegmentImage(disk, file, header: header, seed: seed)
      var offset = SegmentHeader.dataOffset
      var expected = header.firstIndex
      while expected <= last, let (place, record) = image.nextRecord(from: offset, expected: expected) {
        offset = place + record.recordBytes
        expected = record.following
        guard record.kind == .batch, record.index <= last, case .intact = image.record(at: place) else { continue }
        onRecord(
          RecoveredRecord(index: record.index, partition: record.partition, epoch: record.epoch),
          image.payload(record, at: place).bytes)
      }
      return true
    }
  }
}
