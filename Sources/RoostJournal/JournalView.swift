/// A journal that is looked at: read as opening it would, and never written. While it is looked at no process can take
/// the folder to write, unless one has it already and that is asked for; several may look at it at once.
package final class JournalView {
  /// The process that has the folder.
  package struct Owner: Equatable, Sendable {
    /// The locked file.
    package let lock: String
    package let pid: Int32?
  }

  package let id: JournalID
  /// Who writes it meanwhile; nil = nobody can.
  package let owner: Owner?
  /// Entries of the journal's folder beside segments, snapshots and identity: what this version does not know.
  package let others: [String]
  /// For reading alone, unless the folder was taken for writing.
  package let disk: any Disk
  /// nil in a folder without a lock file, a copy: no worker has that; or beside the owner.
  private let lockFile: DiskFile?
  /// Of the segments in the folder, ascending, not empty.
  let numbers: [UInt64]
  /// Of the newest one that there was; nil = not known.
  private let newest: UInt64?

  /// Errors: `.inUse` while a worker has the folder, `.noJournal` where there is nothing to read, `.identityDamaged`.
  ///
  /// - Parameter besideOwner: read it also while a worker has it. Files may then vanish between two looks, and a record be
  ///   half written: what is found wrong counts only if it is found again.
  package convenience init(folder: String, besideOwner: Bool = false) throws(JournalError) {
    try self.init(disk: FileDisk(root: folder, readOnly: true), besideOwner: besideOwner)
  }

  /// - Parameter disk: one whose lock is taken without writing.
  package init(disk: any Disk, besideOwner: Bool = false) throws(JournalError) {
    let (lock, owner) = try Self.takeFolder(disk)
    if let owner, !besideOwner { throw .inUse(lock: owner.lock, pid: owner.pid) }
    do throws(JournalError) {
      // First: a worker that goes on meanwhile makes a segment before it notes it.
      newest = try translating { () throws(DiskError) in try NewestSegment.read(disk) }
      let entries = try Self.entries(disk)
      numbers = entries.compactMap(JournalName.number(ofEntry:)).sorted()
      let known = [
        "identity", "identity.new", JournalName.newestEntry, JournalName.spareEntry, JournalName.snapshotDraftEntry,
        JournalName.repairMarkEntry,
      ]
      others = entries.filter {
        !known.contains($0) && JournalName.number(ofEntry: $0) == nil && JournalName.snapshot(ofEntry: $0) == nil
      }.sorted()
      if numbers.isEmpty { throw .noJournal(path: disk.path(of: "")) }
      guard let id = try JournalIdentity.load(disk) else {
        throw .identityDamaged(path: disk.path(of: JournalName.identity))
      }
      self.id = id
    } catch {
      if let lock { disk.close(lock) }
      throw error
    }
    self.disk = disk
    self.owner = owner
    lockFile = lock
  }

  deinit {
    if let lockFile { disk.close(lockFile) }
  }

  private static func takeFolder(_ disk: any Disk) throws(JournalError) -> (lock: DiskFile?, owner: Owner?) {
    let lock: DiskLock
    do throws(DiskError) {
      lock = try disk.lock(JournalName.lock)
    } catch {
      if error.meansMissing { return (nil, nil) }
      throw JournalError(error)
    }
    switch lock {
    case .acquired(let file): return (file, nil)
    case .held(let pid): return (nil, Owner(lock: disk.path(of: JournalName.lock), pid: pid))
    }
  }

  private static func entries(_ disk: any Disk) throws(JournalError) -> [String] {
    do throws(DiskError) {
      return try disk.list(JournalName.directory)
    } catch {
      if error.meansMissing { throw .noJournal(path: disk.path(of: "")) }
      throw JournalError(error)
    }
  }

  /// Recovery without its consequences: what opening the journal would find, and the records it would hand over, from
  /// `beginning` on.
  ///
  /// Errors: those of opening; `.unreadable`, `.tooNew` and `.beginningMissing` among them.
  package func recover(
    from beginning: JournalBeginning, onRecord: @escaping (RecoveredRecord, RawSpan) -> Void = { _, _ in }
  ) throws(JournalError) -> JournalFindings {
    var reading = Recovery(disk: disk, id: id, beginning: beginning, onRecord: onRecord)
    let end = try reading.run(numbers, newest: newest)
    disk.close(end.log.segment.file)
    return JournalFindings(
      summary: reading.summary(end), segments: numbers.count, firstIndex: end.log.segments[0].firstIndex,
      snapshotThrough: beginning.startingAfter, firstRead: reading.firstRead,
      lastSegment: end.log.segment.number, endFile: disk.path(of: JournalName.segment(end.log.segment.number)),
      endOffset: end.log.segment.offset)
  }
}

/// What reading a journal found.
package struct JournalFindings: Equatable, Sendable {
  /// As opening would give it; `cutBytes` have not been cut.
  package let summary: RecoverySummary
  /// Segments in the folder.
  package let segments: Int
  /// The first record that is or was in the oldest of them.
  package let firstIndex: RecordIndex
  /// The last record that the snapshot stands for with which reading began; `.none` = there was none.
  package let snapshotThrough: RecordIndex
  /// The first segment that is read: the snapshot stands for those before it.
  package let firstRead: UInt64
  /// The segment in which the log ends.
  package let lastSegment: UInt64
  package let endFile: String
  /// Where in `endFile` the log ends; what follows there is zero, or a torn tail.
  package let endOffset: UInt64

  /// Nothing that was promised is missing. A torn tail is sound: nobody was told of it.
  package var isSound: Bool {
    summary.quarantined.isEmpty && summary.harmless.isEmpty && summary.cutShort == nil
  }
}
