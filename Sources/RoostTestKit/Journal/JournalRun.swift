import RoostJournal

/// A journal that is used as a worker uses it: groups of records of all sizes, flush marks, the next segment made ready in
/// steps, snapshots made of sealed segments, old snapshots and segments removed. Everything follows from the seed.
package final class JournalRun {
  /// What a snapshot says of a partition: it stands for what the records say.
  private struct Fold: Equatable {
    var last: UInt64 = 0
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func take(_ line: JournalLine) {
      last = line.index
      for part in [line.index, UInt64(line.payload.count), UInt64(line.payload.last ?? 0)] {
        digest = (digest ^ part) &* 0x0000_0100_0000_01B3
      }
    }

    /// Longer than a sector, so that a crash may tear it.
    func line(partition: UInt32) -> JournalLine {
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: digest >> (8 * $0)) }
      let payload = (0..<75).flatMap { _ in bytes }
      return JournalLine(index: last, partition: partition, epoch: 0, payload: payload)
    }
  }

  package static let partitions: UInt32 = 5
  static let segmentBytes = 32 << 10

  package let disk: SimulatedDisk
  /// All that was given to the journal, in order; record n is at n - 1.
  package private(set) var attempted: [JournalLine] = []
  /// Records whose append has returned.
  package private(set) var acknowledged = 0
  /// The records of each snapshot that was begun, by the record it stands for.
  package private(set) var snapshots: [UInt64: [JournalLine]] = [:]
  /// The newest snapshot that was finished.
  package private(set) var snapshotThrough: UInt64 = 0
  package private(set) var segmentsRemoved = 0

  private var olderThrough: UInt64 = 0
  private var folds: [UInt32: Fold] = [:]
  private var random: SeededRandom
  private let salt: UInt64
  /// Sealed segments after which a snapshot is made.
  private let snapshotEvery: Int

  package init(disk: SimulatedDisk = SimulatedDisk(), seed: UInt64, snapshotEvery: Int = 2) {
    self.disk = disk
    random = SeededRandom(seed: seed)
    salt = seed
    self.snapshotEvery = snapshotEvery
  }

  static func configuration(_ seed: UInt64) -> JournalConfiguration {
    var random = SeededRandom(seed: seed)
    var configuration = JournalConfiguration()
    configuration.segmentBytes = segmentBytes
    configuration.random = { random.next() }
    return configuration
  }

  /// Writes until there are so many records; closes in good order if told to, else leaves it as a killed process does.
  package func run(records: Int, closes: Bool = true) throws(JournalError) {
    let journal = try Journal.open(disk: disk, configuration: Self.configuration(salt), onRecord: { _, _ in })
    while attempted.count < records {
      try append(to: journal)
      if random.next() % 4 == 0 { try journal.markFlushed() }
      if random.next() % 2 == 0, journal.needsPreparation { try journal.prepareNextSegment(stepBytes: 8192) }
      try compact(journal)
      if random.next() % 4 == 0, olderThrough > 0,
        try journal.removeOldestSegment(below: RecordIndex(olderThrough + 1))
      {
        segmentsRemoved += 1
      }
    }
    if closes { try journal.close() }
  }

  private func append(to journal: Journal) throws(JournalError) {
    let group = RecordGroup()
    for _ in 0..<1 + random.next() % 4 {
      let size = Int(random.next() % (random.next() % 3 == 0 ? 2500 : 120))
      let line = JournalLine.made(
        UInt64(attempted.count) + 1, partition: UInt32(random.next() % UInt64(Self.partitions)), size: size,
        epoch: random.next() % 3)
      attempted.append(line)
      try group.add(partition: line.partition, epoch: line.epoch, payload: line.payload)
    }
    try journal.append(group)
    acknowledged = attempted.count
  }

  /// What a worker's compaction does: the last snapshot and the sealed segments after it, read from files.
  private func compact(_ journal: Journal) throws(JournalError) {
    let (segments, through) = journal.sealed
    let isWorthIt = segments.count { $0.firstIndex.rawValue > snapshotThrough } >= snapshotEvery
    guard isWorthIt, through.rawValue > snapshotThrough, random.next() % 4 == 0 else { return }
    let beginning = JournalBeginning(
      startingAfter: RecordIndex(snapshotThrough), lastRecords: folds.mapValues { RecordIndex($0.last) })
    let reading = JournalReading()
    let first = segments.lastIndex { $0.firstIndex.rawValue <= snapshotThrough + 1 } ?? 0
    _ = try SealedLog.read(
      disk, journal: journal.id, segments: segments[first...].map(\.number), from: beginning, through: through
    ) { reading.take($0, $1) }
    precondition(
      reading.lines == Array(attempted[Int(snapshotThrough)..<Int(through.rawValue)]), "sealed log is not it")
    for line in reading.lines { folds[line.partition, default: Fold()].take(line) }

    let lines = folds.sorted { $0.key < $1.key }.map { $0.value.line(partition: $0.key) }
    snapshots[through.rawValue] = lines
    let writer = try SnapshotWriter(disk: disk, journal: journal.id, through: through, salt: random.next())
    for line in lines {
      try writer.add(index: RecordIndex(line.index), partition: line.partition, payload: line.payload)
    }
    try writer.finish()
    (olderThrough, snapshotThrough) = (snapshotThrough, through.rawValue)
    for old in try Snapshot.list(disk) where old.through.rawValue < olderThrough { try old.remove(disk) }
  }
}
