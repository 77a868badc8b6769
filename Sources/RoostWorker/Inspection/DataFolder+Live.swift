import RoostJournal

extension DataFolder {
  /// Reads the journal of a folder as the next start would, also beside the worker that writes it.
  ///
  /// Beside a worker a reading may meet a record that is half written, or a file that was removed since it was listed. That
  /// is gone when it is read once more, whereas damage is found again at the same place: what two readings in a row agree on
  /// is so.
  ///
  /// Errors: `.inUse` when they never agree.
  package static func examined(_ path: String) throws(JournalError) -> (folder: DataFolder, found: Examination) {
    try settled { () throws(JournalError) in DataFolder(try JournalView(folder: path, besideOwner: true)) }
  }

  static func settled(
    _ open: () throws(JournalError) -> DataFolder
  ) throws(JournalError) -> (folder: DataFolder, found: Examination) {
    var complaintsBefore: [String] = []
    var last = try open()
    for attempt in 1...WorkerLimits.readingsBesideWorker {
      if attempt > 1 { last = try open() }
      let reading = Result { () throws(JournalError) in try last.examine() }
      let complaints: [String]
      switch reading {
      case .success(let found): complaints = found.complaints
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
