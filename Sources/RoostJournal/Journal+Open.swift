extension Journal {
  /// Takes the data folder for this process alone, reads the log, and makes it ready for appends.
  ///
  /// `begin` is called once the folder is this process's, and says where to begin: after a snapshot that it has read, say.
  /// `onRecord` gets every record after that in order, except those of partitions already found damaged; the span is valid
  /// during the call. A later record may still show that a partition must be quarantined, so what was
  /// folded is to be served only as `recovery` allows. On return all records handed over are durable.
  ///
  /// `isDraft`: a repair writes it, and it does not count before it has taken the place of another.
  package static func open(
    disk: any Disk, configuration: JournalConfiguration = JournalConfiguration(), isDraft: Bool = false,
    begin: (JournalID) throws(JournalError) -> JournalBeginning = { _ in JournalBeginning() },
    onRecord: @escaping (RecoveredRecord, RawSpan) -> Void
  ) throws(JournalError) -> Journal {
    let size = configuration.segmentBytes
    precondition(size >= JournalLimits.leastSegmentBytes && size <= JournalLimits.greatestSegmentBytes)
    precondition(size % 4096 == 0, "a segment is a whole number of blocks")
    let lock = try takeFolder(disk)
    do throws(JournalError) {
      return try openLocked(disk, configuration, isDraft, lock, begin, onRecord)
    } catch {
      disk.close(lock)
      throw error
    }
  }

  private static func takeFolder(_ disk: any Disk) throws(JournalError) -> DiskFile {
    do throws(DiskError) {
      try disk.createDirectory("")
    } catch {
      throw error.meansMissing ? .noFolder(error) : JournalError(error)
    }
    let lock = try translating { () throws(DiskError) in try disk.lock(JournalName.lock) }
    switch lock {
    case .acquired(let file): return file
    case .held(let pid): throw .inUse(lock: disk.path(of: JournalName.lock), pid: pid)
    }
  }

  private static func openLocked(
    _ disk: any Disk, _ configuration: JournalConfiguration, _ isDraft: Bool, _ lock: DiskFile,
    _ begin: (JournalID) throws(JournalError) -> JournalBeginning,
    _ onRecord: @escaping (RecoveredRecord, RawSpan) -> Void
  ) throws(JournalError) -> Journal {
    let entries = try translating { () throws(DiskError) in
      try disk.createDirectory(JournalName.directory)
      return try disk.list(JournalName.directory)
    }
    if entries.contains(JournalName.spareEntry) {
      try translating { () throws(DiskError) in try disk.remove(JournalName.spare) }
    }
    // A repair ended just after its journal had taken its place: what is written from here on is no leftover of it.
    if !isDraft, entries.contains(JournalName.repairMarkEntry) { try JournalRewrite.removeMark(disk) }
    try SnapshotWriter.removeDraft(disk)
    let newest = try translating { () throws(DiskError) in try NewestSegment.read(disk) }
    var numbers = entries.compactMap(JournalName.number(ofEntry:)).sorted()
    let (id, madeIdentity) = try identity(disk, configuration, isNew: numbers.isEmpty)
    let beginning = try begin(id)
    let isNew = numbers.isEmpty
    if isNew {
      guard beginning.startingAfter == .none else {
        throw .beginningMissing(first: .none, needed: beginning.startingAfter.next)
      }
      try createFirstSegment(disk, configuration, id)
      numbers = [1]
    }
    var reading = Recovery(
      disk: disk, id: id, beginning: beginning, onProgress: configuration.onProgress, onRecord: onRecord)
    let end = try reading.run(numbers, newest: newest)
    let journal = Journal(disk: disk, configuration: configuration, id: id, lockFile: lock, end: end.log)
    journal.endsWithMark = reading.endsWithMark
    journal.foundNewest = newest
    journal.made = isNew ? (madeIdentity ? .all : .segment) : .nothing
    journal.recovery = reading.summary(end)
    do throws(JournalError) {
      try journal.secure(end)
    } catch {
      disk.close(end.log.segment.file)
      throw error
    }
    return journal
  }

  /// Cuts a torn tail, fills up a shortened file, and flushes: what was read may have been in the page cache only.
  private func secure(_ end: Recovery.End) throws(JournalError) {
    try translating { () throws(DiskError) in
      if !end.torn.isEmpty { try disk.zero(current.file, end.torn) }
      if end.fileBytes < current.sizeBytes {
        try disk.zero(current.file, max(end.fileBytes, current.offset)..<current.sizeBytes)
      }
    }
    try flushCurrent()
    // A segment's name may have been in the cache only, too.
    try flushDirectory()
    if foundNewest != current.number { try noteNewest() }
    guard !endsWithMark else { return }
    try markFlushed()
    try flushCurrent()
  }

  /// The folder's identity, made if the folder has neither identity nor segments, and whether it was.
  private static func identity(
    _ disk: any Disk, _ configuration: JournalConfiguration, isNew: Bool
  ) throws(JournalError) -> (JournalID, isMade: Bool) {
    if let id = try JournalIdentity.load(disk) { return (id, false) }
    guard isNew else { throw .identityDamaged(path: disk.path(of: JournalName.identity)) }
    let id = JournalID(high: configuration.random(), low: configuration.random())
    try JournalIdentity.store(id, disk)
    return (id, true)
  }

  static func createFirstSegment(
    _ disk: any Disk, _ configuration: JournalConfiguration, _ id: JournalID, firstIndex: RecordIndex = RecordIndex(1)
  ) throws(JournalError) {
    let size = UInt64(configuration.segmentBytes)
    let header = SegmentHeader(
      journal: id, number: 1, sizeBytes: size, firstIndex: firstIndex, salt: configuration.random(),
      previousChain: 0, createdMs: configuration.nowMs())
    let file = try translating { () throws(DiskError) in try disk.create(JournalName.spare) }
    defer { disk.close(file) }
    try translating { () throws(DiskError) in
      try disk.zero(file, 0..<size)
      _ = try disk.writeHeader(header, to: file)
    }
    do throws(DiskError) {
      try disk.fdatasync(file)
      try disk.rename(JournalName.spare, to: JournalName.segment(1))
      try disk.fsyncDirectory(JournalName.directory)
    } catch {
      throw .flushFailed(error)
    }
  }
}
