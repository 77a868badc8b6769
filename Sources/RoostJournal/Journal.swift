/// How a journal is laid out and where its owner begins to read.
package struct JournalConfiguration {
  /// Size of new segments; existing ones keep theirs. A group of records must fit one.
  package var segmentBytes = JournalLimits.segmentBytes
  /// Where the identity and the salts come from; a simulation puts its seed here.
  package var random: () -> UInt64 = { UInt64.random(in: .min ... .max) }
  /// The time that a new segment's header names, in ms since the epoch: it tells how old the records before it are.
  /// 0 = not known.
  package var nowMs: () -> Int64 = { 0 }
  /// Told now and then while the log is read.
  package var onProgress: (JournalProgress) -> Void = { _ in }

  package init() {}
}

/// How far reading has come.
package enum JournalProgress: Equatable, Sendable, CustomStringConvertible {
  /// Bytes of a snapshot.
  case snapshot(UInt64, of: UInt64)
  /// Segments that are read.
  case segments(Int, of: Int)

  package var description: String {
    switch self {
    case .snapshot(let done, let all): "snapshot, \(done >> 20) of \(all >> 20) MiB"
    case .segments(let done, let all): "segment \(done) of \(all)"
    }
  }
}

/// Where the owner begins to read.
package struct JournalBeginning: Equatable, Sendable {
  /// Records up to here are in the owner's snapshot: they are not handed over, and damage to them does not matter.
  package var startingAfter = RecordIndex.none
  /// Until there: the last record of each partition, so that the next one can name it.
  package var lastRecords: [UInt32: RecordIndex] = [:]

  /// With the first record.
  package init() {}
  package init(startingAfter: RecordIndex, lastRecords: [UInt32: RecordIndex]) {
    self.startingAfter = startingAfter
    self.lastRecords = lastRecords
  }
}

/// The append-only log of one data folder: the commit point of a single node (docs/journal.md).
///
/// For one thread, the loop's. After an error with `isFinal` it refuses every call with that error.
package final class Journal {
  package let id: JournalID
  /// What opening found: what was cut, what is quarantined.
  package internal(set) var recovery = RecoverySummary()

  /// What opening has made of a folder without segments.
  enum Made { case nothing, segment, all }
  var made = Made.nothing
  /// The newest segment of which the folder knew before it was opened.
  var foundNewest: UInt64?
  /// The folder had no log before it was opened, and has no record yet.
  package var isUnused: Bool { made != .nothing && lastIndex == .none }

  let disk: any Disk
  let configuration: JournalConfiguration
  let lockFile: DiskFile
  var segments: [SegmentPlace] = []
  var current: OpenSegment
  /// CRC of the last record.
  var chain: UInt32
  /// The index that the next record will get.
  package internal(set) var nextIndex: RecordIndex
  /// The last record of each partition, for those that have one in the log.
  var partitionLast: [UInt32: RecordIndex] = [:]
  /// True if the last record in the log is a mark, so that another would say nothing new.
  var endsWithMark = false
  var spare: Spare?
  /// A part of the current segment that a failed write may have touched, still to be zeroed.
  var uncut: Range<UInt64>?
  var failure: JournalError?
  /// Segments that had to be zero-filled in the middle of a commit because `prepareNextSegment` was not called in time.
  package internal(set) var unpreparedRolls = 0

  /// Index of the first record in the oldest segment that is kept.
  package var firstIndex: RecordIndex { segments[0].firstIndex }
  /// The segments that take no more appends, and the last record in them: what a snapshot may be made of.
  package var sealed: (segments: [SegmentPlace], through: RecordIndex) { (segments.dropLast(), sealedThrough) }
  /// All segments, ascending.
  package var places: [SegmentPlace] { segments }
  package var sealedThrough: RecordIndex { RecordIndex(segments[segments.count - 1].firstIndex.rawValue - 1) }
  /// The last record that is durable; none is written without being flushed in the same call.
  package var lastIndex: RecordIndex { RecordIndex(nextIndex.rawValue - 1) }
  /// Bytes left in the current segment.
  package var roomBytes: Int { Int(current.sizeBytes - current.offset) }

  init(disk: any Disk, configuration: JournalConfiguration, id: JournalID, lockFile: DiskFile, end: LogEnd) {
    self.disk = disk
    self.configuration = configuration
    self.id = id
    self.lockFile = lockFile
    current = end.segment
    segments = end.segments
    chain = end.chain
    nextIndex = end.nextIndex
    partitionLast = end.partitionLast
  }

  /// Marks the log as flushed and gives up the folder. Not calling it is safe: that is what a crash does.
  package func close() throws(JournalError) {
    guard failure != .closed else { return }
    defer { release() }
    if failure == nil {
      try markFlushed()
      try flushCurrent()
    }
  }

  /// Gives up the folder as it was found: a log that opening made and that has no record is taken away again. A worker that is
  /// refused must not leave a folder that looks like a new one's. All others are closed.
  package func discard() throws(JournalError) {
    guard isUnused, failure == nil else { return try close() }
    defer { release() }
    // Before the identity: segments without one are refused.
    let names = [JournalName.segment(current.number)] + (made == .all ? [JournalName.identity] : [])
    try translating { () throws(DiskError) in
      for name in names {
        try disk.remove(name)
        try disk.fsyncDirectory(JournalName.directory)
      }
      if let foundNewest { return try NewestSegment.write(foundNewest, disk) }
      guard try disk.list(JournalName.directory).contains(JournalName.newestEntry) else { return }
      try disk.remove(JournalName.newest)
      try disk.fsyncDirectory(JournalName.directory)
    }
  }

  private func release() {
    failure = .closed
    disk.close(current.file)
    if let spare { disk.close(spare.file) }
    disk.close(lockFile)
  }

  /// Throws what ended this journal, if anything did.
  func requireUsable() throws(JournalError) {
    if let failure { throw failure }
  }

  /// Remembers a final error, so that every later call is refused with it.
  func fail(_ error: JournalError) -> JournalError {
    if error.isFinal { failure = error }
    return error
  }

  func flushCurrent() throws(JournalError) { try flush(current.file) }

  func flush(_ file: DiskFile) throws(JournalError) {
    do throws(DiskError) {
      try disk.fdatasync(file)
    } catch {
      throw fail(.flushFailed(error))
    }
  }

  func flushDirectory() throws(JournalError) {
    do throws(DiskError) {
      try disk.fsyncDirectory(JournalName.directory)
    } catch {
      throw fail(.flushFailed(error))
    }
  }
}

/// A segment that is part of the log.
package struct SegmentPlace: Equatable, Sendable {
  package let number: UInt64
  package let firstIndex: RecordIndex
  package let sizeBytes: UInt64
  /// When it was begun, in ms since the epoch: everything before it is older. 0 = not known.
  package let createdMs: Int64

  init(_ header: SegmentHeader) {
    number = header.number
    firstIndex = header.firstIndex
    sizeBytes = header.sizeBytes
    createdMs = header.createdMs
  }
}

/// The segment that takes appends.
struct OpenSegment {
  let file: DiskFile
  let number: UInt64
  let sizeBytes: UInt64
  /// Of the CRCs of its records.
  let seed: UInt32
  /// Where the next record goes; all bytes from here to the end are zero.
  var offset: UInt64
}

/// Where recovery ended and appends go on.
struct LogEnd {
  var segment: OpenSegment
  var segments: [SegmentPlace]
  var chain: UInt32
  var nextIndex: RecordIndex
  var partitionLast: [UInt32: RecordIndex]
}
