/// The next segment while it is made ready.
struct Spare {
  let file: DiskFile
  let sizeBytes: UInt64
  /// Zero-filled and flushed up to here.
  var preparedBytes: UInt64
  var isReady: Bool { preparedBytes == sizeBytes }
}

extension Journal {
  /// True if the next segment should be made ready now: call `prepareNextSegment` between batches until it says so.
  package var needsPreparation: Bool {
    failure == nil && spare?.isReady != true && current.offset > current.sizeBytes / 2
  }

  /// Zero-fills and flushes a step of the next segment; returns true once it is ready. Without room the half-made file
  /// is given back and `.diskFull` thrown; the log itself goes on while its segment has room.
  @discardableResult
  package func prepareNextSegment(stepBytes: Int = JournalLimits.prepareStepBytes) throws(JournalError) -> Bool {
    try requireUsable()
    if spare == nil { try createSpare() }
    guard var spare else { preconditionFailure("createSpare makes one or throws") }
    guard !spare.isReady else { return true }
    let end = min(spare.sizeBytes, spare.preparedBytes + UInt64(max(stepBytes, 4096)))
    do throws(DiskError) {
      try disk.zero(spare.file, spare.preparedBytes..<end)
    } catch {
      throw try giveBackSpare(error)
    }
    try flush(spare.file)
    spare.preparedBytes = end
    self.spare = spare
    return spare.isReady
  }

  private func createSpare() throws(JournalError) {
    do throws(DiskError) {
      let file = try disk.create(JournalName.spare)
      spare = Spare(file: file, sizeBytes: UInt64(configuration.segmentBytes), preparedBytes: 0)
    } catch {
      throw fail(JournalError(error))
    }
  }

  /// Removes a half-made segment after an error and says what the error means.
  private func giveBackSpare(_ cause: DiskError) throws(JournalError) -> JournalError {
    if let spare {
      disk.close(spare.file)
      self.spare = nil
      do throws(DiskError) {
        try disk.remove(JournalName.spare)
      } catch {
        throw fail(JournalError(error))
      }
    }
    return fail(JournalError(cause))
  }

  /// Goes on in a new segment. Everything in the old one is durable already, and the new one is durable in its folder
  /// before a record goes into it.
  func roll() throws(JournalError) {
    if spare?.isReady != true { unpreparedRolls += 1 }
    while try !prepareNextSegment() {}
    guard let ready = spare else { preconditionFailure("a prepared segment is kept") }
    // The new header vouches for the chain up to here; a mark at its end may not be durable yet.
    if endsWithMark { try flushCurrent() }
    let header = SegmentHeader(
      journal: id, number: current.number + 1, sizeBytes: ready.sizeBytes, firstIndex: nextIndex,
      salt: configuration.random(), previousChain: chain, createdMs: configuration.nowMs())
    let seed: UInt32
    do throws(DiskError) {
      seed = try disk.writeHeader(header, to: ready.file)
    } catch {
      throw try giveBackSpare(error)
    }
    try flush(ready.file)
    do throws(DiskError) {
      try disk.rename(JournalName.spare, to: JournalName.segment(header.number))
    } catch {
      throw try giveBackSpare(error)
    }
    try flushDirectory()
    spare = nil
    disk.close(current.file)
    current = OpenSegment(
      file: ready.file, number: header.number, sizeBytes: ready.sizeBytes, seed: seed,
      offset: UInt64(SegmentHeader.dataOffset))
    segments.append(SegmentPlace(header))
    try noteNewest()
  }

  /// Removes the oldest segment if all of its records are below `index`; never the current one. The caller vouches, with
  /// `startingAfter` at the next start, that it has what they said. `isOld` is asked of the segment that follows the one to
  /// go. False: none was removed.
  @discardableResult
  package func removeOldestSegment(
    below index: RecordIndex, if isOld: (SegmentPlace) -> Bool = { _ in true }
  ) throws(JournalError) -> Bool {
    try requireUsable()
    guard segments.count > 1, segments[1].firstIndex <= index, isOld(segments[1]) else { return false }
    do throws(DiskError) {
      try disk.remove(JournalName.segment(segments[0].number))
    } catch {
      throw fail(JournalError(error))
    }
    // One by one, so that a crash never leaves a hole between segments.
    try flushDirectory()
    segments.removeFirst()
    return true
  }
}

extension Disk {
  /// Writes both copies of a segment's header, not flushed; returns the seed of its records' CRCs.
  func writeHeader(_ header: SegmentHeader, to file: DiskFile) throws(DiskError) -> UInt32 {
    let block = Block(byteCount: SegmentHeader.dataOffset)
    let seed = header.encode(into: block.bytes)
    var done = 0
    try writeAll(file, block.readOnly, at: 0, done: &done)
    return seed
  }

  /// Reads the header at the front of a segment's file; a file too short for one is damaged.
  func readHeader(_ file: DiskFile) throws(DiskError) -> SegmentHeader.Decoded {
    let block = Block(byteCount: SegmentHeader.dataOffset)
    _ = try readAround(file, into: block.bytes, at: 0)
    return SegmentHeader.decode(block.readOnly)
  }
}
