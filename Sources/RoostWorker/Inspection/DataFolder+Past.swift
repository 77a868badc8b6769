import RoostCore
import RoostJournal
import RoostWire

/// The state as it was.
package struct Past {
  /// Folded as recovery folds it.
  package let machine: Machine
  /// The last record of the journal.
  package let last: RoostCore.RecordIndex
  /// The record whose state it is: the one asked for, or the partition's last one before the damage.
  package let record: RoostCore.RecordIndex
  /// The stream's time when it was decided, or the last one before it that says.
  package let time: Instant?
  /// Where something of the pool's partition that should have been folded is missing: the state is that before it.
  package let damage: Damage?
  /// The partition has entries that this version cannot read.
  package let isPartlyUnread: Bool
  /// Actors with such an entry: what the state says of them is not to be trusted.
  package let quarantine: ActorQuarantine
}

extension DataFolder {
  /// The state after journal record `limit` (the number that events and commands carry as journal_sequence), after the
  /// last one when it is nil. Of a batch that is told in several records all count or none, as in recovery: it belongs
  /// to the record of its first part. Folding begins with a snapshot that stands for no record after `limit`; where the
  /// log before that was removed the error is `.beginningMissing`. Of a partition with damage nothing is folded from the damage on.
  package func state(of pool: PoolID, through limit: RoostCore.RecordIndex?) throws(JournalError) -> Past {
    let (start, beginning) = try begin(through: limit.map { RoostJournal.RecordIndex($0) })
    let folding = Folding(start)
    let partition = pool.partition(of: partitions)
    let findings = try journal.recover(from: beginning) { record, payload in
      let decoded = decode(record, payload)
      if let limit, record.index.rawValue > limit {
        guard case .read(let reading) = decoded, let first = reading.batch.partOf, first <= limit else { return }
      } else if case .read(let reading) = decoded, let time = reading.batch.time {
        folding.time = time
      }
      if record.partition == partition { (folding.ownRecord, folding.ownTime) = (record.index.rawValue, folding.time) }
      folding.value.take(record, payload)
    }
    folding.value.finish()
    let last = findings.summary.lastIndex.rawValue
    let found = findings.summary.quarantined.first { $0.covers(partition) }?.damage
    let damage = try found.flatMap { damage throws(JournalError) in
      try isReached(damage, by: limit, findings) ? damage : nil
    }
    return Past(
      machine: folding.value.machine, last: last, record: damage == nil ? limit ?? last : folding.ownRecord,
      time: damage == nil ? folding.time : folding.ownTime, damage: damage,
      isPartlyUnread: folding.value.damagedPartitions.contains(partition), quarantine: folding.value.quarantine)
  }

  /// The damage stands before the first record after `limit`.
  private func isReached(
    _ damage: Damage, by limit: RoostCore.RecordIndex?, _ end: JournalFindings
  ) throws(JournalError) -> Bool {
    guard let limit else { return true }
    var next: (segment: UInt64, offset: UInt64)?
    let segments = try journal.survey(through: end) { placed, _ in
      if next == nil, placed.record.index.rawValue > limit { next = (placed.segment, placed.offset) }
    }
    guard let next, let segment = segments.first(where: { $0.file == damage.file }) else { return true }
    return (segment.number, damage.offset) < next
  }
}
