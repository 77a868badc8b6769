import Glibc
import RoostCore
import RoostJournal
import RoostNATS
import RoostWire
import RoostWorker
import Synchronization

/// A journal with small segments that is written, rolled, compacted and trimmed as fast as the disk takes it, until
/// somebody kills the process; the next one goes on where it was. What batch n holds follows from n alone, so the state
/// that a journal must give is known from its position.
final class Churn {
  static let pools = (1...3).map { PoolID(namespace: "churn", name: "pool-\($0)") }
  static let segmentBytes = 64 << 10

  private let disk: FileDisk
  private let folder: String
  private let journal: Journal
  private var machine: Machine
  private var sequence: StreamSequence
  private let codec = WireCodec()
  private let group = RecordGroup()

  /// What the thread that compacts has come to.
  private final class Work: Sendable {
    let isRunning = Mutex(false)
    let olderThrough = Mutex<UInt64>(0)
  }
  private let work = Work()
  private var thread: ServiceThread?
  private var compacted = RoostJournal.RecordIndex.none

  init(folder: String) throws {
    self.folder = folder
    disk = FileDisk(root: folder)
    var configuration = JournalConfiguration()
    configuration.segmentBytes = Self.segmentBytes
    let (journal, recovered) = try Recovered.open(
      disk, configuration: configuration, defaults: PoolSettings(), partitions: RoostJournalBench.partitions)
    self.journal = journal
    machine = recovered.machine
    sequence = recovered.position.sequence
  }

  /// Prints the number of each batch when it is durable.
  func run() throws {
    while true {
      try commit()
      // At once: what was promised must be known after a kill.
      let line = Array("durable \(sequence)\n".utf8)
      guard write(STDOUT_FILENO, line, line.count) == line.count else { return }
      if journal.needsPreparation { try journal.prepareNextSegment() }
      try compact()
    }
  }

  /// The state after batch `last`, without a journal.
  static func state(through last: StreamSequence) -> Machine {
    var machine = Machine(defaults: PoolSettings())
    if last > 0 { for sequence in 1...last { _ = decide(sequence, &machine) } }
    return machine
  }

  private static func decide(_ sequence: StreamSequence, _ machine: inout Machine) -> PoolSection {
    let now = Instant(ms: 1_700_000_000_000 + Int64(sequence))
    let pool = pools[Int(sequence % UInt64(pools.count))]
    var section = PoolSection(pool: pool)
    for part in 0..<4 as Range<UInt64> {
      let actor = ActorID("actor-\((sequence &* 31 &+ part &* 7) % 97)")
      let body: Signal.Body =
        switch (sequence / 3 &+ part) % 5 {
        case 0, 1: .actor(actor, .create(Create(input: [UInt8](repeating: UInt8(part), count: 60))))
        case 2: .actor(actor, .destroy)
        default: .actor(actor, .wake(Wake(override: .dontSleep(pendingTimeoutMs: nil))))
        }
      var effects = Effects()
      machine.apply(
        .signal(Signal(pool: pool, sequence: sequence, storedAt: now, body: body)), to: pool,
        at: Moment(now: now, clock: now, record: sequence), into: &effects)
      section.append(effects)
    }
    return section
  }

  /// One record a batch: whole or not there.
  private func commit() throws {
    sequence += 1
    let section = Self.decide(sequence, &machine)
    let batch = JournalBatch(
      position: SignalPosition(sequence: sequence, storedAt: Instant(ms: Int64(sequence)), subject: "churn"),
      settled: sequence - 1, handedOver: journal.lastIndex.rawValue,
      deadLettersAcknowledged: journal.lastIndex.rawValue, sections: [section])
    group.removeAll()
    try group.add(
      partition: section.pool.partition(of: RoostJournalBench.partitions), epoch: 0,
      payload: codec.encode(batch, record: journal.nextIndex.rawValue))
    try journal.append(group)
  }

  private func compact() throws {
    let older = work.olderThrough.withLock { $0 }
    if older > 0 { try journal.removeOldestSegment(below: RoostJournal.RecordIndex(older + 1)) }
    let sealed = journal.sealed
    guard sealed.through > compacted, !work.isRunning.withLock({ $0 }) else { return }
    thread?.join()
    compacted = sealed.through
    work.isRunning.withLock { $0 = true }
    let (folder, id) = (folder, journal.id)
    thread = ServiceThread { [work] in
      let compaction = Compaction(
        disk: FileDisk(root: folder), journal: id, defaults: PoolSettings(), partitions: RoostJournalBench.partitions)
      do {
        let outcome = try compaction.run(segments: sealed.segments, through: sealed.through)
        work.olderThrough.withLock { $0 = outcome?.olderThrough.rawValue ?? 0 }
      } catch {
        fatalError("no snapshot: \(error)")
      }
      work.isRunning.withLock { $0 = false }
    }
  }

  /// Prints through which batch the journal is whole, if its state is the one that follows from them.
  static func check(folder: String) throws -> Bool {
    let churn = try Churn(folder: folder)
    defer { withExtendedLifetime(churn) {} }
    let expected = state(through: churn.sequence)
    for pool in pools where churn.text(of: pool, in: churn.machine) != churn.text(of: pool, in: expected) {
      print("the state of \(pool) is not the one after batch \(churn.sequence)")
      return false
    }
    print("sound through \(churn.sequence), \(try Snapshot.list(churn.disk).count) snapshots")
    try churn.journal.close()
    return true
  }

  private func text(of pool: PoolID, in machine: Machine) -> [Change] { machine.reading(pool) { $0.changes() } ?? [] }
}
