import RoostCore
import RoostWire

/// How far the stream has been applied.
///
/// Every record names the last signal of its batch; that holds for the record's own partition. For the other
/// partitions the position of the batch before holds: it was durable as a whole before this one was written, while of
/// this one a crash may leave the first records only.
///
/// A batch that changed nothing writes no record (ticks, ignored signals, signals of others), so its position is not
/// written down at once. To read such signals again after a crash is harmless: whatever changed the pool later wrote a
/// record with a later position, so the state they meet again is the one they met before, and they were told to nobody.
struct Positions {
  /// The last signal applied.
  private(set) var last: SignalPosition
  /// The last signal whose record is durable: what the journal's identity and the trimming of the stream go by.
  private(set) var recorded: SignalPosition
  /// From recovery: all signals through this one are durable with everything they did.
  private var settled: StreamSequence
  /// From recovery: partitions that are ahead of that.
  private var ahead: [Partition: StreamSequence]
  private var aheadThrough: StreamSequence
  private var unrecorded = 0
  private var unrecordedSinceNs: Int64?

  init(_ recovered: RecoveredPositions = RecoveredPositions()) {
    recorded = recovered.newest
    last = recovered.newest
    settled = recovered.settled
    ahead = recovered.partitions.filter { $0.value > recovered.settled }
    aheadThrough = ahead.values.max() ?? settled
  }

  /// Where reading begins: the first signal that some partition may lack comes after this one.
  var readAfter: StreamSequence { settled }

  /// True for a signal that the partition's records hold already.
  func isDone(_ sequence: StreamSequence, in partition: @autoclosure () -> Partition) -> Bool {
    if sequence > aheadThrough { return false }
    return sequence <= max(settled, ahead[partition()] ?? 0)
  }

  mutating func applied(_ position: SignalPosition, atNs: Int64) {
    // What is read again after a crash does not take the position back.
    guard position.sequence > last.sequence else { return }
    last = position
    unrecorded += 1
    if unrecordedSinceNs == nil { unrecordedSinceNs = atNs }
  }

  /// Goes on from elsewhere; a record for every partition must follow.
  mutating func jump(to position: SignalPosition) {
    last = position
    settled = position.sequence
    ahead = [:]
    aheadThrough = position.sequence
  }

  /// A record should be written although nothing changed.
  func isOverdue(atNs: Int64) -> Bool { unrecorded >= WorkerLimits.lazyPositionSignals || atNs >= overdueNs }

  var isRecorded: Bool { unrecordedSinceNs == nil }
  /// When `isOverdue` becomes true without another signal.
  var overdueNs: Int64 { unrecordedSinceNs.map { $0 + WorkerLimits.lazyPositionNs } ?? .max }

  mutating func record() {
    recorded = last
    unrecorded = 0
    unrecordedSinceNs = nil
  }
}

/// The positions as the records tell them, one after the other.
struct RecoveredPositions {
  private(set) var newest = SignalPosition(sequence: 0, storedAt: Instant(ms: 0), subject: "")
  private(set) var settled: StreamSequence = 0
  private(set) var partitions: [Partition: StreamSequence] = [:]

  mutating func read(_ position: SignalPosition, of partition: Partition) {
    if position.sequence < newest.sequence {
      // Only an adoption goes back, and it writes a record for every partition.
      settled = position.sequence
      partitions = [:]
    } else if position.sequence > newest.sequence {
      settled = newest.sequence
    }
    newest = position
    partitions[partition] = position.sequence
  }
}
