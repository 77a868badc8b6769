extension Journal {
  /// Commits the group: one write, one fdatasync. On return all its records are durable, with consecutive indexes from
  /// the `nextIndex` before the call; on `.diskFull` none is in the log and the same group may be appended again.
  @discardableResult
  package func append(_ group: RecordGroup) throws(JournalError) -> Range<RecordIndex> {
    try requireUsable()
    let first = nextIndex
    guard !group.isEmpty else { return first..<first }
    for entry in group.entries where recovery.isQuarantined(entry.partition) {
      throw .partitionQuarantined(entry.partition)
    }
    try makeRoom(group.byteCount)
    let previous = group.entries.map { partitionLast[$0.partition] }
    let newChain = seal(group)
    do throws(JournalError) {
      try writeTail(group.bytes)
      try flushCurrent()
    } catch {
      for (entry, last) in zip(group.entries, previous) { partitionLast[entry.partition] = last }
      throw error
    }
    current.offset += UInt64(group.byteCount)
    chain = newChain
    nextIndex = RecordIndex(first.rawValue + UInt64(group.count))
    endsWithMark = false
    return first..<nextIndex
  }

  /// Writes, without flushing, that everything so far was flushed. With it, a restart can tell a damaged last record from
  /// one that a crash tore. Cheap; for moments when the loop has nothing to do.
  package func markFlushed() throws(JournalError) {
    try requireUsable()
    let size = RecordHeader.recordBytes(payloadBytes: 0)
    guard !endsWithMark, roomBytes >= size else { return }
    try finishCut()
    let header = RecordHeader(
      kind: .flushMark, payloadBytes: 0, index: nextIndex, partition: 0, epoch: 0,
      flushedThrough: lastIndex, partitionPrevious: .none, previousChain: chain)
    let mark = Block(byteCount: size)
    let markChain = header.seal(mark.bytes, seed: current.seed, offset: current.offset)
    try writeTail(mark.readOnly)
    current.offset += UInt64(size)
    chain = markChain
    endsWithMark = true
  }

  /// Fills in the headers for where the group will stand; returns the chain after it.
  private func seal(_ group: RecordGroup) -> UInt32 {
    var running = chain
    var index = nextIndex
    for entry in group.entries {
      let header = RecordHeader(
        kind: .batch, payloadBytes: entry.payloadBytes, index: index, partition: entry.partition, epoch: entry.epoch,
        flushedThrough: lastIndex, partitionPrevious: partitionLast[entry.partition] ?? .none, previousChain: running)
      running = header.seal(
        group.record(entry), seed: current.seed, offset: current.offset + UInt64(entry.start))
      partitionLast[entry.partition] = index
      index = index.next
    }
    return running
  }

  /// Makes sure that the group fits the current segment and that nothing of a failed write is left in it.
  private func makeRoom(_ bytes: Int) throws(JournalError) {
    try finishCut()
    guard bytes > roomBytes else { return }
    let capacity = configuration.segmentBytes - SegmentHeader.dataOffset
    guard bytes <= capacity else { throw .groupTooLarge(bytes: bytes, capacity: capacity) }
    try roll()
  }

  /// Writes at the end of the log. When the disk is full, what was written is zeroed again.
  private func writeTail(_ bytes: UnsafeRawBufferPointer) throws(JournalError) {
    var done = 0
    do throws(DiskError) {
      try disk.writeAll(current.file, bytes, at: current.offset, done: &done)
    } catch {
      let cause = fail(JournalError(error))
      guard case .diskFull = cause else { throw cause }
      if done > 0 { uncut = current.offset..<current.offset + UInt64(done) }
      try finishCut()
      throw cause
    }
  }

  /// Zeroes what a failed write left and flushes that, so that no restart takes it for committed.
  private func finishCut() throws(JournalError) {
    guard let range = uncut else { return }
    do throws(DiskError) {
      try disk.zero(current.file, range)
    } catch {
      throw fail(JournalError(error))
    }
    try flushCurrent()
    uncut = nil
  }
}
