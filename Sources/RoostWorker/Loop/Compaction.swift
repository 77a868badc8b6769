import RoostCore
import RoostJournal
import RoostTelemetry
import RoostWire

/// Makes a snapshot from files alone: the last one, and the sealed segments after it, folded as recovery folds them. The
/// loop goes on meanwhile.
package struct Compaction {
  let disk: any Disk
  let journal: JournalID
  let defaults: PoolSettings
  let partitions: UInt32
  let log: Log
  /// Where the salts come from.
  let random: () -> UInt64
  /// Asked now and then: true gives up.
  let isCancelled: () -> Bool

  package init(
    disk: any Disk, journal: JournalID, defaults: PoolSettings, partitions: UInt32, log: Log = .silent,
    random: @escaping () -> UInt64 = { .random(in: .min ... .max) }, isCancelled: @escaping () -> Bool = { false }
  ) {
    self.disk = disk
    self.journal = journal
    self.defaults = defaults
    self.partitions = partitions
    self.log = log
    self.random = random
    self.isCancelled = isCancelled
  }

  /// What was made.
  package struct Outcome: Equatable, Sendable {
    package let through: RoostJournal.RecordIndex
    package let bytes: Int
    /// The snapshot that is kept beside it stands for the log through this one; `.none`: there is none.
    package let olderThrough: RoostJournal.RecordIndex
  }

  /// The snapshot that stands for the log through the last of these segments is durable on return; of those before it the
  /// newest that is whole is kept. nil: given up, or there already. Errors: `.unreadable` where anything is damaged: then
  /// nothing is compacted, so that nothing is hidden.
  package func run(
    segments: [SegmentPlace], through: RoostJournal.RecordIndex
  ) throws(JournalError) -> Outcome? {
    let (start, beginning) = try Recovered.fromSnapshot(disk, journal: journal, Recovered(defaults: defaults), log)
    // Nothing to make: the one that is there already says as much.
    guard through > beginning.startingAfter else { return nil }
    let recovering = Recovering(start)
    // Those before are in the snapshot, and the loop may be removing them.
    let needed = segments.lastIndex { $0.firstIndex <= beginning.startingAfter.next } ?? segments.startIndex
    let last = try SealedLog.read(
      disk, journal: journal, segments: segments[needed...].map(\.number), from: beginning, through: through
    ) { record, payload in recovering.value.take(record, payload) }
    recovering.value.finish()
    let recovered = recovering.value
    if let partition = recovered.damagedPartitions.min() {
      throw .unreadable(
        path: disk.path(of: "journal"), offset: 0, reason: "partition \(partition) has a record that cannot be read")
    }
    if let (pool, actor) = recovered.quarantine.all.first {
      throw .unreadable(
        path: disk.path(of: "journal"), offset: 0, reason: "actor \(actor) of \(pool) has an entry that cannot be read")
    }
    guard let bytes = try write(recovered, through, last) else { return nil }
    let older = beginning.startingAfter
    for snapshot in try RoostJournal.Snapshot.list(disk) where snapshot.through != through && snapshot.through != older
    {
      try snapshot.remove(disk)
    }
    return Outcome(through: through, bytes: bytes, olderThrough: older)
  }

  private struct Cancelled: Error {}

  private func write(
    _ recovered: Recovered, _ through: RoostJournal.RecordIndex, _ last: [Partition: RoostJournal.RecordIndex]
  ) throws(JournalError) -> Int? {
    let codec = WireCodec()
    let writer = try SnapshotWriter(disk: disk, journal: journal, through: through, salt: random())
    do {
      try recovered.eachRecord(partitions: partitions, last: last.mapValues(\.rawValue)) { index, partition, batch in
        if isCancelled() { throw Cancelled() }
        try writer.add(
          index: RoostJournal.RecordIndex(index), partition: partition, payload: codec.encode(batch, record: index))
      }
      try writer.finish()
      return writer.byteCount
    } catch is Cancelled {
      try writer.abandon()
      return nil
    } catch let error as JournalError {
      if case .diskFull = error { try writer.abandon() }
      throw error
    } catch {
      preconditionFailure("no other error is thrown here: \(error)")
    }
  }
}
