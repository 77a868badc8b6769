import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWire

/// What the journal says when it is read from its beginning: the same `evolve` that live decisions go through.
package struct Recovered {
  package private(set) var machine: Machine
  var clock = StreamClock()
  var positions: Positions { Positions(read) }
  /// The signal behind which reading begins.
  package var readAfter: StreamSequence { positions.readAfter }
  /// The signal that the newest record names.
  package var position: SignalPosition { read.newest }
  /// Where reading begins. After a loss of numbered messages, until a signal behind it was recorded, that is a time.
  package var readerStart: SignalStart {
    if positions.readAfter == 0, position.sequence == 0, position.storedAt > Instant(ms: 0) {
      return StreamCheck.start(after: position, last: nil)
    }
    return .afterSequence(positions.readAfter)
  }
  /// The snapshot that it was begun with.
  package struct Snapshot: Equatable, Sendable {
    let through: RoostJournal.RecordIndex
    let bytes: UInt64
  }
  package var snapshot: Snapshot?
  /// Partitions with a record that is whole and that this version cannot read: not served.
  package private(set) var damagedPartitions: Set<Partition> = []
  /// Actors with an entry that this version cannot read, beside which everything else of their record can be.
  package private(set) var quarantine: ActorQuarantine
  package private(set) var undecodable: [UndecodableEntry] = []

  /// False where the last position may be lost: what is damaged lies behind every record that names one.
  private(set) var endIsKnown = true
  private(set) var read = RecoveredPositions()
  /// The stream's time in records that some partition may lack: its signals are read again, and their own time decides.
  private(set) var times: [(sequence: StreamSequence, now: Instant)] = []
  private(set) var handedOver: RoostCore.RecordIndex = 0
  private(set) var deadLettersStored: RoostCore.RecordIndex = 0
  private(set) var parcels: [Handover.Parcel] = []
  /// Batches told in several records, as far as they have been read.
  private var begun: [Partition: [JournalBatch]] = [:]
  private(set) var letters: [(record: RoostCore.RecordIndex, partition: Partition, letter: RoostWire.DeadLetter)] = []
  private let codec = WireCodec()

  /// Partitions that are not served: nothing of theirs is folded.
  private let excluded: Set<Partition>

  package init(
    defaults: PoolSettings, excluding excluded: Set<Partition> = [], leaving actors: ActorQuarantine.Members = [:]
  ) {
    machine = Machine(defaults: defaults)
    quarantine = ActorQuarantine(leaving: actors)
    self.excluded = excluded
    damagedPartitions = excluded
  }

  var handover: Handover { Handover(through: handedOver, parcels: parcels) }

  var deadLetters: DeadLetterBox {
    var box = DeadLetterBox()
    for entry in letters { box.add(entry.letter, record: entry.record) }
    return box
  }

  /// Folds one record.
  mutating func take(_ record: RecoveredRecord, _ payload: RawSpan) {
    let index = record.index.rawValue
    let reading: JournalReading
    do throws(WireError) {
      reading = try payload.withUnsafeBytes { bytes throws(WireError) in
        try codec.decodeJournalBatch(bytes, record: index)
      }
    } catch {
      damagedPartitions.insert(record.partition)
      return
    }
    undecodable += reading.undecodable
    if excluded.contains(record.partition) {
      // What the partition holds is left alone; how far the stream was applied holds for all.
      notePosition(of: reading.batch, record.partition)
      return
    }
    for entry in reading.undecodable where !quarantine.take(entry, at: reading.batch.partOf ?? index) {
      damagedPartitions.insert(record.partition)
    }
    let parts = whole(reading.batch, index, of: record.partition)
    for batch in parts { fold(batch, batch.partOf ?? index, of: record.partition) }
    // Kept small while a long journal is read.
    if parcels.count > 8_192 || letters.count > 8_192 { dropHandedOver() }
  }

  /// The parts of a batch once the last one is there; none before. What was begun and never ended was never promised:
  /// a crash cut the write that held it.
  private mutating func whole(
    _ batch: JournalBatch, _ index: RoostCore.RecordIndex, of partition: Partition
  ) -> [JournalBatch] {
    var parts: [JournalBatch] = []
    if let first = batch.partOf {
      guard let read = begun[partition], read.first?.partOf == first else {
        damagedPartitions.insert(partition)
        return []
      }
      parts = read
    }
    var part = batch
    part.partOf = batch.partOf ?? index
    parts.append(part)
    begun[partition] = batch.hasMore ? parts : nil
    return batch.hasMore ? [] : parts
  }

  /// Folds what the record or records from `index` on say.
  private mutating func fold(_ batch: JournalBatch, _ index: RoostCore.RecordIndex, of partition: Partition) {
    notePosition(of: batch, partition)
    handedOver = max(handedOver, batch.handedOver)
    deadLettersStored = max(deadLettersStored, batch.deadLettersAcknowledged)
    for section in batch.sections {
      for change in section.changes where quarantine.take(change, in: section.pool, at: index) {
        machine.evolve(change, in: section.pool)
      }
      if !section.events.isEmpty || !section.answers.isEmpty {
        parcels.append(
          Handover.Parcel(
            record: index, pool: section.pool, notes: [], events: section.events, answers: section.answers))
      }
    }
    for letter in batch.deadLetters { letters.append((index, partition, letter)) }
  }

  /// What a record says of the worker as a whole.
  private mutating func notePosition(of batch: JournalBatch, _ partition: Partition) {
    if batch.generationBase > machine.generationBase { machine.raiseGenerations(above: batch.generationBase) }
    // The last part speaks for all.
    if !batch.hasMore { read.read(batch.position, settled: batch.settled, of: partition) }
    if let now = batch.streamTime ?? batch.position?.storedAt { times.append((batch.position?.sequence ?? 0, now)) }
    times.removeAll { time in
      if time.sequence > read.settled { return false }
      clock.recover(now: time.now)
      return true
    }
  }

  mutating func finish() {
    machine.recovered()
    undecodable.removeAll { !quarantine.stands($0) }
    for pool in quarantine.members.keys { machine.passOverTickets(of: pool) }
    dropHandedOver()
  }

  /// How far a journal went that has lost records.
  mutating func goes(to end: SignalPosition, isKnown: Bool) {
    read.goes(to: end)
    endIsKnown = isKnown
  }

  private mutating func dropHandedOver() {
    parcels.removeAll { [handedOver] in $0.record <= handedOver }
    letters.removeAll { [deadLettersStored] in $0.record <= deadLettersStored }
  }
}
