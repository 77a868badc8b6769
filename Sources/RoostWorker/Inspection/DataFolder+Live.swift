import RoostCore
import RoostJournal

// Beside a worker a reading may meet a record that is half written, or a file that was removed since it was listed. That is
// gone when it is read once more, whereas damage is found again at the same place: what two readings in a row agree on is so.

extension DataFolder {
  /// Reads the journal of a folder as the next start would, also beside the worker that writes it.
  ///
  /// Errors: `.inUse` when no two readings in a row agree.
  package static func examined(_ path: String) throws(JournalError) -> (folder: DataFolder, found: Examination) {
    try examined(by: opening(path))
  }

  static func examined(
    by open: () throws(JournalError) -> DataFolder
  ) throws(JournalError) -> (folder: DataFolder, found: Examination) {
    try settled(open, { folder throws(JournalError) in try folder.examine() }, complaints: \.complaints)
  }

  /// The state after a journal record, or the last one, also beside the worker that writes the folder.
  ///
  /// Errors: as of `state(of:through:)`, and `.inUse` when no two readings in a row agree.
  package static func state(
    of pool: PoolID, in path: String, through limit: RoostCore.RecordIndex?
  ) throws(JournalError) -> Past {
    try state(of: pool, through: limit, by: opening(path))
  }

  static func state(
    of pool: PoolID, through limit: RoostCore.RecordIndex?, by open: () throws(JournalError) -> DataFolder
  ) throws(JournalError) -> Past {
    let read = { (folder: DataFolder) throws(JournalError) in try folder.state(of: pool, through: limit) }
    return try settled(open, read, complaints: \.complaints).found
  }

  private static func opening(_ path: String) -> () throws(JournalError) -> DataFolder {
    { () throws(JournalError) in DataFolder(try JournalView(folder: path, besideOwner: true)) }
  }

  private static func settled<Found>(
    _ open: () throws(JournalError) -> DataFolder, _ read: (DataFolder) throws(JournalError) -> Found,
    complaints complaintsOf: (Found) -> [String]
  ) throws(JournalError) -> (folder: DataFolder, found: Found) {
    var complaintsBefore: [String] = []
    var last = try open()
    for attempt in 1...WorkerLimits.readingsBesideWorker {
      if attempt > 1 { last = try open() }
      let reading = Result { () throws(JournalError) in try read(last) }
      let complaints: [String]
      switch reading {
      case .success(let found): complaints = complaintsOf(found)
      case .failure(let error): complaints = [error.description]
      }
      if last.owner == nil || complaints.isEmpty || complaints == complaintsBefore { return (last, try reading.get()) }
      complaintsBefore = complaints
    }
    throw .inUse(lock: last.owner?.lock ?? "", pid: last.owner?.pid)
  }
}

extension Examination {
  /// Everything that keeps it from being sound, each with its place.
  fileprivate var complaints: [String] {
    let summary = findings.summary
    let damage =
      snapshots.compactMap(\.damage) + history + summary.harmless + summary.quarantined.map(\.damage)
      + [summary.cutShort].compactMap(\.self)
    return damage.map(\.description) + unread.map { "partition \($0) has what cannot be read" }
  }
}

extension Past {
  /// What is missing from it.
  fileprivate var complaints: [String] {
    [damage?.description, isPartlyUnread ? "the partition has what cannot be read" : nil].compactMap(\.self)
  }
}
