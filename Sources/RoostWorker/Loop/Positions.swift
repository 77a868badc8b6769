import RoostCore
import RoostWire

/// How far the stream has been applied.
///
/// Every record says two things: the last signal of its batch, which holds for the record's own partition, and through
/// which signal everything was durable in every partition before: of one batch a crash may leave the first records only.
///
/// A batch that changed nothing writes no record (ticks, ignored signals, signals of others), so its position is not
/// written down at once. To read such signals again after a crash is harmless: whatever changed the pool later wrote a
/// record with a later position, so the state they meet again is the one they met before, and they were told to nobody.
struct Positions {
  /// The last signal applied or passed over since the start; nil = none yet. After a crash it begins behind `newest`.
  private(set) var last: SignalPosition?
  /// The furthest signal that a durable record names: what the journal's identity goes by.
  private(set) var newest: SignalPosition
  /// All signals through this one are durable in every partition.
  private(set) var settled: StreamSequence
  /// From recovery: what each partition's records hold beyond `settled`.
  private var ahead: [Partition: StreamSequence]
  private var aheadThrough: StreamSequence
  private var unrecorded = 0
  private var unrecordedSinceNs: Int64?

  init(_ recovered: RecoveredPositions = RecoveredPositions()) {
    newest = recovered.newest
    settled = recovered.settled
    ahead = recovered.partitions.filter { $0.value > recovered.settled }
    aheadThrough = ahead.values.max() ?? settled
  }

  /// Where reading begins: the first signal that some partition may lack comes after this one.
  var readAfter: StreamSequence { settled }

  /// `settled` as a record says it: below the record's own position while some partition's records are ahead of that, so
  /// that a record whose position is settled always means that nothing is ahead of it.
  var recordedSettled: StreamSequence {
    guard let last, last.sequence > 0, last.sequence < aheadThrough else { return settled }
    return min(settled, last.sequence - 1)
  }

  /// True for a signal that was applied already, or that the partition's records hold.
  func isDone(_ sequence: StreamSequence, in partition: @autoclosure () -> Partition) -> Bool {
    if sequence <= max(settled, last?.sequence ?? 0) { return true }
    return sequence <= aheadThrough && sequence <= ahead[partition()] ?? 0
  }

  mutating func applied(_ position: SignalPosition, atNs: Int64) {
    // What is delivered again takes nothing back.
    if position.sequence <= max(settled, last?.sequence ?? 0) { return }
    // Where reading began: what the stream holds before it is not ours to read, also after a crash.
    if settled == 0, (last?.sequence ?? 0) == 0 { settled = position.sequence - 1 }
    last = position
    unrecorded += 1
    if unrecordedSinceNs == nil { unrecordedSinceNs = atNs }
  }

  /// Goes on from elsewhere; a record for every partition must follow.
  mutating func jump(to position: SignalPosition) {
    last = position
    newest = position
    settled = position.sequence
    ahead = [:]
    aheadThrough = position.sequence
  }

  /// A record should be written although nothing changed.
  func isOverdue(atNs: Int64) -> Bool { unrecorded >= WorkerLimits.lazyPositionSignals || atNs >= overdueNs }

  var isRecorded: Bool { unrecordedSinceNs == nil }
  /// When `isOverdue` becomes true without another signal.
  var overdueNs: Int64 { unrecordedSinceNs.map { $0 + WorkerLimits.lazyPositionNs } ?? .max }

  /// The batch through `last` is durable: its records are, or it changed nothing.
  mutating func settle(hasRecord: Bool) {
    guard let last else { return }
    settled = max(settled, last.sequence)
    guard hasRecord else { return }
    if last.sequence > newest.sequence { newest = last }
    unrecorded = 0
    unrecordedSinceNs = nil
  }
}

/// The positions as the records tell them, one after the other.
struct RecoveredPositions {
  private(set) var newest = SignalPosition(sequence: 0, storedAt: Instant(ms: 0), subject: "")
  private(set) var settled: StreamSequence = 0
  private(set) var partitions: [Partition: StreamSequence] = [:]

  mutating func read(_ position: SignalPosition?, settled: StreamSequence, of partition: Partition) {
    if settled < self.settled || position?.sequence == settled {
      // Nothing is ahead of this record, whatever earlier ones said: a jump, or nothing was.
      newest = SignalPosition(sequence: 0, storedAt: Instant(ms: 0), subject: "")
      partitions = [:]
    }
    self.settled = settled
    guard let position else { return }
    if position.sequence > newest.sequence || newest.sequence == 0 { newest = position }
    partitions[partition] = max(partitions[partition] ?? 0, position.sequence)
  }

  /// A record of a partition that is not served names this signal: it changes how far the journal was, and no state.
  mutating func goes(to end: SignalPosition) {
    if end.sequence > newest.sequence { newest = end }
  }
}
