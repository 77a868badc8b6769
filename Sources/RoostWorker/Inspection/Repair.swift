import RoostCore
import RoostJournal
import RoostWire

/// What a repair keeps and loses, worked out before anything is changed.
///
/// A repaired journal has the same identity, the same numbers and, of every partition that is whole, the same records. Of a
/// quarantined partition it keeps the records before the damage; in the place of the damaged ones, and of those after them,
/// stand records that change nothing. So the partition is as it was just before the damage, and goes on from where the
/// stream was applied. What its runners were told since is not known any more: their sessions are closed, their actors are
/// lost, and new generations begin above all that may have been given out, as in an adoption. Of a last segment whose file
/// was cut short every pool is treated so: what was recorded behind the cut is not known.
package struct Repair {
  /// What becomes of one partition.
  package struct Loss {
    package let partition: Partition
    /// Those that any of its readable records names.
    package let pools: [PoolID]
    /// Its last record before the damage; 0 = none.
    package let lastKept: RoostCore.RecordIndex
    /// Its readable records behind the damage, which are given up: how many, and from where to where.
    package internal(set) var droppedCount = 0
    package internal(set) var dropped: ClosedRange<RoostCore.RecordIndex>?
    /// Actors that these change, in order.
    package internal(set) var actors: [String] = []
    /// Actors in the state that is kept.
    package internal(set) var keptActors = 0
    /// Runners whose session is closed, after their pool.
    package internal(set) var closing: [String] = []
  }

  package let examination: Examination
  /// Numbers of records that cannot be read.
  package internal(set) var unreadable: [ClosedRange<RoostCore.RecordIndex>] = []
  package internal(set) var losses: [Loss]
  /// What the repaired journal begins with.
  let beginning: JournalBeginning
  /// Why this folder cannot be repaired; nil = it can, or there is nothing to do.
  package internal(set) var refusal: String?
  /// The whole state as far as it can be read: of a damaged partition what stands before the damage.
  let state: Recovered
  /// No generation at or below this is given out afterwards.
  var generationBase: Generation = 0
  private let lastKept: [Partition: RoostCore.RecordIndex]

  package var isNeeded: Bool { !examination.isSound }

  init(
    _ examination: Examination, _ state: Recovered, from beginning: JournalBeginning,
    of partitions: [Partition], lastRecords: [Partition: RoostCore.RecordIndex],
    pools: (Partition) -> [PoolID]
  ) {
    self.examination = examination
    self.beginning = beginning
    self.state = state
    losses = partitions.map { partition in
      Loss(
        partition: partition, pools: pools(partition),
        lastKept: max(lastRecords[partition] ?? 0, beginning.startingAfter.rawValue))
    }
    lastKept = Dictionary(uniqueKeysWithValues: losses.map { ($0.partition, $0.lastKept) })
  }

  /// Of actors that what is kept does not name generations may have been given out: behind a cut even where no pool is
  /// left.
  var raisesGenerations: Bool { !losses.isEmpty || examination.findings.summary.cutShort != nil }

  /// The record stands in the repaired journal as it is.
  func keeps(_ record: RecoveredRecord) -> Bool {
    lastKept[record.partition].map { record.index.rawValue <= $0 } ?? true
  }

  func repairs(_ partition: Partition) -> Bool { lastKept[partition] != nil }
}

extension DataFolder {
  /// Works out a repair; changes nothing.
  package func planRepair() throws(JournalError) -> Repair {
    let found = try examine()
    let (start, beginning) = try begin()
    let folding = Folding(start)
    let last = LastRecords()
    _ = try journal.recover(from: beginning) { record, payload in
      folding.value.take(record, payload)
      last.records[record.partition] = record.index.rawValue
    }
    folding.value.finish()
    // Behind a cut anything may have been told to any runner.
    let doubtful = found.findings.summary.cutShort == nil ? [] : folding.value.machine.poolIDs
    let pools = Set(found.withheld).union(doubtful).sorted()
    let lost = Set(found.quarantined).union(doubtful.map { $0.partition(of: partitions) }).sorted()
    var repair = Repair(found, folding.value, from: beginning, of: lost, lastRecords: last.records) { partition in
      pools.filter { $0.partition(of: partitions) == partition }
    }
    guard repair.isNeeded else { return repair }
    let segments = try survey(&repair)
    repair.refusal = refusal(repair, segments)
    for index in repair.losses.indices {
      for pool in repair.losses[index].pools {
        repair.losses[index].keptActors += repair.state.machine.reading(pool) { $0.actorCount } ?? 0
        let open = repair.state.machine.reading(pool) { $0.openRunners } ?? []
        repair.losses[index].closing += open.map { "\(pool) \($0.runner)" }
      }
    }
    return repair
  }

  private final class LastRecords {
    var records: [Partition: RoostCore.RecordIndex] = [:]
  }

  /// Goes through all readable records: what is missing between them, what is given up, and the newest generation that any
  /// of them names.
  private func survey(_ repair: inout Repair) throws(JournalError) -> [SegmentSurvey] {
    let findings = repair.examination.findings
    var next = max(findings.firstIndex.rawValue, findings.snapshotThrough.rawValue + 1)
    var missing: [ClosedRange<RoostCore.RecordIndex>] = []
    var losses = Dictionary(uniqueKeysWithValues: repair.losses.map { ($0.partition, $0) })
    var actors: [Partition: Set<String>] = [:]
    var newest = repair.state.machine.newestGeneration
    let segments = try journal.survey(through: findings) { [repair] placed, payload in
      let record = placed.record
      let index = record.index.rawValue
      if index <= findings.snapshotThrough.rawValue { return }
      if index > next { missing.append(next...index - 1) }
      next = index + 1
      guard !repair.keeps(record) else { return }
      let known = losses[record.partition]?.dropped ?? index...index
      losses[record.partition]?.dropped = known.lowerBound...index
      losses[record.partition]?.droppedCount += 1
      guard case .read(let reading) = decode(record, payload) else { return }
      for section in reading.batch.sections {
        for change in section.changes {
          newest = max(newest, change.generation)
          if let actor = change.actor { actors[record.partition, default: []].insert("\(section.pool) \(actor)") }
        }
      }
    }
    if next <= findings.summary.lastIndex.rawValue { missing.append(next...findings.summary.lastIndex.rawValue) }
    repair.unreadable = missing
    repair.losses = repair.losses.map { loss in
      var loss = losses[loss.partition] ?? loss
      loss.actors = (actors[loss.partition] ?? []).sorted()
      return loss
    }
    repair.generationBase = max(repair.state.machine.generationBase, WorkerLimits.generationBase(above: newest))
    return segments
  }

  /// Only damage whose extent is certain is repaired.
  private func refusal(_ repair: Repair, _ segments: [SegmentSurvey]) -> String? {
    let found = repair.examination
    if !found.unread.isEmpty || !found.quarantinedActors.isEmpty {
      return
        "it has whole records that this version cannot read, and a repair would throw them away: run the version of "
        + "roost that wrote them"
    }
    if !journal.others.isEmpty {
      return
        "its journal has files that this version does not know (\(journal.others.joined(separator: ", "))): use the "
        + "version of roost that wrote them"
    }
    for damage in found.findings.summary.quarantined.map(\.damage) {
      guard let segment = segments.first(where: { $0.file == damage.file }), segment.headers != .damaged else {
        continue
      }
      let isKnown = damage.offset == segment.recordsEnd || segment.damage.contains { $0.offset == damage.offset }
      if !isKnown {
        return
          "\(damage): every record there is readable, yet they do not belong together, so the device has lost a write. "
          + "Which of them are the true ones cannot be told; restore a copy of the folder"
      }
    }
    return nil
  }
}

extension Change {
  fileprivate var actor: ActorID? {
    switch self {
    case .actorCreated(let id, _), .actor(let id, _), .actorRemoved(let id): id
    default: nil
    }
  }

  /// The newest generation that it names.
  fileprivate var generation: Generation {
    switch self {
    case .actor(_, let record): record.generation
    case .command(_, let command): command.generation
    case .pool(let record): record.generationFloor
    default: 0
    }
  }
}
