import RoostCore
import RoostJournal
import RoostWire

// The other way round: what was recovered as records that give it again, for a snapshot.

extension Recovered {
  /// Changes in one record; with the bytes of inputs, which are large or small.
  private static let recordChanges = 512
  private static let recordInputBytes = 256 << 10

  /// Records that, folded into nothing, give this again, in the order in which they must be read. `last` is the last record
  /// of each partition that the log has: its records here name it, for whoever goes on from them.
  func eachRecord<Failure: Error>(
    partitions: UInt32, last: [Partition: RoostCore.RecordIndex],
    _ body: (RoostCore.RecordIndex, Partition, JournalBatch) throws(Failure) -> Void
  ) throws(Failure) {
    for (partition, index) in last.sorted(by: { $0.key < $1.key }) { try body(index, partition, batch()) }
    for pool in machine.poolIDs {
      let partition = pool.partition(of: partitions)
      guard let index = last[partition] else { preconditionFailure("a pool has come from a record of its partition") }
      try eachPiece(of: pool) { (changes) throws(Failure) in
        try body(index, partition, batch { $0.sections = [PoolSection(pool: pool, changes: changes)] })
      }
    }
    for parcel in parcels {
      let section = PoolSection(pool: parcel.pool, events: parcel.events, answers: parcel.answers)
      try body(parcel.record, parcel.pool.partition(of: partitions), batch { $0.sections = [section] })
    }
    for entry in letters { try body(entry.record, entry.partition, batch { $0.deadLetters = [entry.letter] }) }
    try eachPosition(last, body)
  }

  private func batch(_ fill: (inout JournalBatch) -> Void = { _ in }) -> JournalBatch {
    var batch = JournalBatch(
      settled: read.settled, streamTime: clock.now == .distantPast ? nil : clock.now, handedOver: handedOver,
      deadLettersAcknowledged: deadLettersStored)
    batch.generationBase = machine.generationBase
    fill(&batch)
    return batch
  }

  private func eachPiece<Failure: Error>(
    of pool: PoolID, _ body: ([Change]) throws(Failure) -> Void
  ) throws(Failure) {
    var piece: [Change] = []
    var inputBytes = 0
    let result = machine.reading(pool) { pool -> Result<Void, Failure> in
      do throws(Failure) {
        try pool.eachChange { (change) throws(Failure) in
          piece.append(change)
          if case .actorCreated(_, let facts) = change { inputBytes += facts.input.count }
          if piece.count < Self.recordChanges, inputBytes < Self.recordInputBytes { return }
          try body(piece)
          piece.removeAll(keepingCapacity: true)
          inputBytes = 0
        }
        if !piece.isEmpty { try body(piece) }
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result?.get()
  }

  /// How far the stream was applied, in ascending order: the newest comes last.
  private func eachPosition<Failure: Error>(
    _ last: [Partition: RoostCore.RecordIndex],
    _ body: (RoostCore.RecordIndex, Partition, JournalBatch) throws(Failure) -> Void
  ) throws(Failure) {
    var entries: [(sequence: StreamSequence, partition: Partition, now: Instant?)] = []
    for (partition, sequence) in read.partitions where sequence > read.settled || sequence == read.newest.sequence {
      entries.append((sequence, partition, nil))
    }
    for time in times {
      let holder = read.partitions.filter { $0.value >= time.sequence }.keys.min()
      if let holder { entries.append((time.sequence, holder, time.now)) }
    }
    entries.sort {
      ($0.sequence, $0.partition, $0.now ?? .distantPast) < ($1.sequence, $1.partition, $1.now ?? .distantPast)
    }
    for entry in entries {
      var position = read.newest
      position.sequence = entry.sequence
      let contents = batch {
        $0.position = position
        $0.streamTime = entry.now ?? clock.now
      }
      try body(last[entry.partition] ?? 0, entry.partition, contents)
    }
  }
}
