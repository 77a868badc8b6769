import RoostCore
import RoostJournal
import RoostTelemetry
import RoostWire

extension Recovered {
  /// Takes the data folder and reads its journal: the newest snapshot that is whole, and the log after it. Partitions and
  /// actors that must not be served are not in the state.
  package static func open(
    _ disk: any Disk, configuration: JournalConfiguration = JournalConfiguration(), defaults: PoolSettings,
    partitions: UInt32, log: Log = .silent
  ) throws(WorkerError) -> (Journal, Recovered) {
    do throws(JournalError) {
      let (journal, recovered) = try read(disk, configuration, Recovered(defaults: defaults), log)
      // Said here: opening has filled the file up, and a second reading finds nothing any more.
      if let cut = journal.recovery.cutShort {
        log.warning(
          "journal file was cut short, what was recorded behind the cut is not known; going on after the last record left",
          [.file: "\(cut)", .record: journal.lastIndex, .position: recovered.position.sequence])
      }
      let bad = recovered.damagedPartitions.union((0..<partitions).filter { journal.recovery.isQuarantined($0) })
      if bad.isEmpty, recovered.quarantine.isEmpty { return (journal, recovered) }
      // Which they are is known at the end only: read again without them.
      try journal.close()
      if bad.count >= Int(partitions) {
        throw .allQuarantined(path: disk.path(of: ""), damage: journal.recovery.quarantined.first?.damage)
      }
      let end = bad.isEmpty ? nil : try lastPosition(disk, through: journal.lastIndex)
      var (again, sound) = try read(
        disk, configuration, Recovered(defaults: defaults, excluding: bad, leaving: recovered.quarantine.members), log)
      if let end { sound.goes(to: end.position, isKnown: end.isKnown) }
      return (again, sound)
    } catch {
      throw WorkerError(error)
    }
  }

  /// The furthest signal that a whole record names, also one of a partition that is read no further. Not known where what
  /// is lost comes after the last such record, up to `last`: it may have named a later one.
  private static func lastPosition(
    _ disk: any Disk, through last: RoostJournal.RecordIndex
  ) throws(JournalError) -> (position: SignalPosition, isKnown: Bool) {
    let folder = DataFolder(try JournalView(disk: disk))
    var positions = RecoveredPositions()
    var isKnown = false
    var expected = RoostJournal.RecordIndex.none.next
    _ = try folder.journal.survey { placed, payload in
      let record = placed.record
      if record.index != expected { isKnown = false }
      expected = record.index.next
      guard case .read(let reading) = folder.decode(record, payload) else {
        isKnown = false
        return
      }
      // The last part of a batch speaks for all.
      if reading.batch.hasMore { return }
      positions.read(reading.batch.position, settled: reading.batch.settled, of: record.partition)
      if reading.batch.position != nil { isKnown = true }
    }
    return (positions.newest, isKnown && expected == last.next)
  }

  private static func read(
    _ disk: any Disk, _ configuration: JournalConfiguration, _ empty: Recovered, _ log: Log
  ) throws(JournalError) -> (Journal, Recovered) {
    let recovering = Recovering(empty)
    let journal = try Journal.open(
      disk: disk, configuration: configuration,
      begin: { id throws(JournalError) in
        let (recovered, beginning) = try fromSnapshot(disk, journal: id, empty, log, configuration.onProgress)
        recovering.value = recovered
        return beginning
      },
      onRecord: { record, payload in recovering.value.take(record, payload) })
    recovering.value.finish()
    Memory.release()
    return (journal, recovering.value)
  }

  /// What the newest snapshot that is whole holds, and where the log goes on from it; `empty` if there is none. One that is
  /// damaged is said and passed over: of two, the older one and a longer log say the same. With a `limit`: of those that
  /// stand for no record after it.
  static func fromSnapshot(
    _ disk: any Disk, journal: JournalID, _ empty: Recovered, _ log: Log,
    _ onProgress: (JournalProgress) -> Void = { _ in }, through limit: RoostJournal.RecordIndex? = nil
  ) throws(JournalError) -> (Recovered, JournalBeginning) {
    for snapshot in try RoostJournal.Snapshot.list(disk).reversed() {
      if let limit, snapshot.through > limit { continue }
      let recovering = Recovering(empty)
      let reading = try snapshot.read(disk, journal: journal, onProgress: onProgress) { record, payload in
        recovering.value.take(record, payload)
      }
      switch reading {
      case .whole(let lastRecords, let bytes):
        recovering.value.snapshot = Recovered.Snapshot(through: snapshot.through, bytes: bytes)
        return (recovering.value, JournalBeginning(startingAfter: snapshot.through, lastRecords: lastRecords))
      case .damaged(let damage):
        log.error("snapshot is damaged, an older one is used", [.reason: "\(damage)"])
      }
    }
    return (empty, JournalBeginning())
  }
}

/// What the journal's callback folds into.
final class Recovering {
  var value: Recovered
  init(_ value: Recovered) { self.value = value }
}
