import RoostCore
import RoostJournal
import RoostNATS
import RoostWire

/// A worker's data folder that is looked at, not served: nothing in it is changed, and no worker takes it meanwhile. Only
/// `examined` looks at one that a worker has.
package struct DataFolder {
  let journal: JournalView
  /// What a worker of this version spreads its pools over.
  package let partitions = WorkerConfiguration(NATSAccess(""), dataFolder: "").partitions
  let defaults = PoolSettings()
  let codec = WireCodec()

  package var id: JournalID { journal.id }

  /// Errors: the folder is in use (exit code 75), or has no journal.
  package init(_ folder: String) throws(JournalError) { journal = try JournalView(folder: folder) }

  init(_ journal: JournalView) { self.journal = journal }

  /// The worker that goes on writing it; nil = nobody can.
  package var owner: JournalView.Owner? { journal.owner }

  /// A start would have no partition left in which it could write anything.
  package func isRefused(_ found: Examination) -> Bool { found.quarantined.count >= Int(partitions) }

  /// Reads the journal as the next start would.
  package func examine() throws(JournalError) -> Examination {
    let (findings, first) = try fold()
    let snapshots = try snapshots()
    let summary = findings.summary
    let bad = first.damagedPartitions.union((0..<partitions).filter { summary.isQuarantined($0) })
    let isServed = bad.isEmpty && first.quarantine.isEmpty
    return Examination(
      findings: findings, snapshots: snapshots, history: try history(before: findings, snapshots),
      undecodable: first.undecodable,
      unread: first.damagedPartitions.sorted(),
      quarantined: bad.sorted(), withheld: bad.isEmpty ? [] : try pools(of: bad, through: findings),
      state: isServed ? first : try fold(excluding: bad, leaving: first.quarantine.members).recovered)
  }

  /// Where a start begins: with the newest snapshot that is whole, of those that stand for no record after `limit`.
  func begin(
    excluding bad: Set<Partition> = [], leaving actors: ActorQuarantine.Members = [:],
    through limit: RoostJournal.RecordIndex? = nil
  ) throws(JournalError) -> (Recovered, JournalBeginning) {
    try Recovered.fromSnapshot(
      journal.disk, journal: id, Recovered(defaults: defaults, excluding: bad, leaving: actors), .silent, through: limit
    )
  }

  /// All snapshots, oldest first, read to their ends.
  package func snapshots() throws(JournalError) -> [SnapshotFinding] {
    try RoostJournal.Snapshot.list(journal.disk).map { snapshot throws(JournalError) in
      switch try snapshot.read(journal.disk, journal: id, onRecord: { _, _ in }) {
      case .whole(_, let bytes): SnapshotFinding(through: snapshot.through, bytes: bytes, damage: nil)
      case .damaged(let damage): SnapshotFinding(through: snapshot.through, bytes: 0, damage: damage)
      }
    }
  }

  /// Damage to what the snapshot stands for, to the segments and between them: a start does not look at it.
  private func history(
    before findings: JournalFindings, _ snapshots: [SnapshotFinding]
  ) throws(JournalError) -> [Damage] {
    guard findings.snapshotThrough > .none else { return [] }
    let segments = try journal.survey(through: findings)
    return segments.filter { $0.number < findings.firstRead }.flatMap(\.damage)
      + journal.breaks(
        in: segments, through: findings.firstRead,
        snapshots: snapshots.filter { $0.damage == nil }.map(\.through))
  }

  /// Pools of the partitions that any readable record names, also behind the damage.
  private func pools(
    of partitions: Set<Partition>, through end: JournalFindings
  ) throws(JournalError) -> [PoolID] {
    var found: Set<PoolID> = []
    _ = try journal.survey(through: end) { placed, payload in
      guard partitions.contains(placed.record.partition), case .read(let reading) = decode(placed.record, payload)
      else {
        return
      }
      found.formUnion(reading.batch.sections.map(\.pool))
    }
    return found.sorted()
  }

  /// What a record says; the error when it says nothing that this version can read.
  func decode(_ record: RecoveredRecord, _ payload: RawSpan) -> DecodedRecord {
    do throws(WireError) {
      return .read(
        try payload.withUnsafeBytes { bytes throws(WireError) in
          try codec.decodeJournalBatch(bytes, record: record.index.rawValue)
        })
    } catch {
      return .unreadable(error)
    }
  }

  private func fold(
    excluding bad: Set<Partition> = [], leaving actors: ActorQuarantine.Members = [:]
  ) throws(JournalError) -> (findings: JournalFindings, recovered: Recovered) {
    let (start, beginning) = try begin(excluding: bad, leaving: actors)
    let folding = Folding(start)
    let findings = try journal.recover(from: beginning) { record, payload in folding.value.take(record, payload) }
    folding.value.finish()
    return (findings, folding.value)
  }

  /// What the journal's callback folds into.
  final class Folding {
    var value: Recovered
    /// The stream's time of the last record.
    var time: Instant?
    /// The last record of the partition that is asked for.
    var ownRecord: RoostCore.RecordIndex = 0
    var ownTime: Instant?
    init(_ value: Recovered) { self.value = value }
  }
}

/// The payload of a whole record.
package enum DecodedRecord {
  case read(JournalReading)
  case unreadable(WireError)
}

/// A snapshot of the folder.
package struct SnapshotFinding {
  /// The record through which it stands for the log.
  package let through: RoostJournal.RecordIndex
  package let bytes: UInt64
  /// nil = it is whole. A start does not use a damaged one.
  package let damage: Damage?
}

/// What a start would find in a data folder.
package struct Examination {
  package let findings: JournalFindings
  package let snapshots: [SnapshotFinding]
  /// Damaged places in the log before the snapshot that a start uses.
  package let history: [Damage]
  /// Entries of whole records that this version cannot read.
  package let undecodable: [UndecodableEntry]
  /// Partitions with such an entry that is not one actor's, or with a whole record that cannot be read at all, ascending.
  package let unread: [Partition]
  /// Partitions that a start would not serve, ascending.
  package let quarantined: [Partition]
  /// Their pools, as far as what is readable names them.
  package let withheld: [PoolID]
  /// The state that a start would serve.
  package let state: Recovered

  /// Actors that a start would not serve, in the partitions that it would.
  package var quarantinedActors: ActorQuarantine { state.quarantine }

  /// A start would serve everything, and nothing that was promised is missing.
  package var isSound: Bool {
    findings.isSound && unread.isEmpty && quarantinedActors.isEmpty && history.isEmpty
      && snapshots.allSatisfy { $0.damage == nil }
  }

  /// Partitions that one damaged place keeps from being served, of those that have pools.
  package func pools(of quarantine: Quarantine, partitions: UInt32) -> [PoolID] {
    withheld.filter { quarantine.covers($0.partition(of: partitions)) }
  }
}
