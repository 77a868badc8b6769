import RoostCore
import RoostWire

/// What was published and the broker has not confirmed yet, record by record: after a break of the link it is published
/// again, after a crash recovery finds the same in the journal. A later record says up to which one it was confirmed.
struct Handover {
  /// What one record makes the worker say for one pool. Starts and stops are not here: they are state until the runner
  /// acknowledges them.
  struct Parcel {
    var record: RoostCore.RecordIndex
    var pool: PoolID
    var notes: [OutgoingCommand]
    var events: [ActorEvent]
    var answers: [Answer]
  }

  /// Everything through this record was handed over.
  private var through: RoostCore.RecordIndex = 0
  private var parcels: [Parcel] = []
  private var head = 0
  /// Commits under way and the last record each of them covers.
  private var commits: [(number: UInt64, through: RoostCore.RecordIndex)] = []
  private var lastCommit: UInt64 = 0
  /// Something published is in doubt: until all of it is published again, nothing new is, for the order's sake.
  private(set) var isInDoubt = false

  init() {}
  /// Recovery: what the journal holds beyond `through`.
  init(through: RoostCore.RecordIndex, parcels: [Parcel]) {
    self.through = through
    self.parcels = parcels
    isInDoubt = !parcels.isEmpty
  }

  var unconfirmed: ArraySlice<Parcel> { parcels[head...] }

  /// As it stands in the next record; `last` is the newest durable one.
  func confirmedThrough(last: RoostCore.RecordIndex) -> RoostCore.RecordIndex { unconfirmed.isEmpty ? last : through }

  mutating func add(_ parcel: Parcel) {
    if parcel.notes.isEmpty, parcel.events.isEmpty, parcel.answers.isEmpty { return }
    parcels.append(parcel)
  }

  /// Everything of `unconfirmed` is about to be published again.
  mutating func settleDoubt() { isInDoubt = false }

  /// The number of the next commit, which covers what is unconfirmed, unless that is in doubt.
  mutating func commit() -> UInt64 {
    lastCommit += 1
    if !isInDoubt, let last = unconfirmed.last { commits.append((lastCommit, last.record)) }
    return lastCommit
  }

  mutating func handedOver(_ commit: UInt64) {
    guard let index = commits.firstIndex(where: { $0.number == commit }) else { return }
    through = max(through, commits[index].through)
    commits.removeSubrange(...index)
    while head < parcels.count, parcels[head].record <= through { head += 1 }
    if head == parcels.count {
      parcels.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 1_024, head * 2 > parcels.count {
      parcels.removeFirst(head)
      head = 0
    }
  }

  /// What no commit under way covers any more is published again. nil: the link broke, no commit counts.
  mutating func doubt(_ commit: UInt64?) {
    if let commit, !commits.contains(where: { $0.number == commit }) { return }
    commits.removeAll()
    isInDoubt = !unconfirmed.isEmpty
  }
}

/// Dead letters that the broker has not stored yet. They stand in the journal until it has.
struct DeadLetterBox {
  private struct Entry {
    var record: RoostCore.RecordIndex
    var letter: RoostWire.DeadLetter
    var isInFlight = false
  }

  private var entries: [Entry] = []
  private(set) var bytes = 0
  private var inFlight = 0
  /// After a failure nothing is sent for a while.
  private var pausedUntilNs: Int64 = 0

  var isEmpty: Bool { entries.isEmpty }

  mutating func add(_ letter: RoostWire.DeadLetter, record: RoostCore.RecordIndex) {
    entries.append(Entry(record: record, letter: letter))
    bytes += letter.sizeBytes
  }

  /// Everything through this record is stored; `last` is the newest record.
  func storedThrough(last: RoostCore.RecordIndex) -> RoostCore.RecordIndex {
    entries.first.map { $0.record - 1 } ?? last
  }

  /// What to send now, oldest first.
  mutating func takeToSend(atNs: Int64) -> [RoostWire.DeadLetter] {
    guard atNs >= pausedUntilNs, inFlight < WorkerLimits.deadLettersInFlight, inFlight < entries.count else {
      return []
    }
    var letters: [RoostWire.DeadLetter] = []
    for index in entries.indices where !entries[index].isInFlight {
      entries[index].isInFlight = true
      inFlight += 1
      letters.append(entries[index].letter)
      if inFlight == WorkerLimits.deadLettersInFlight { break }
    }
    return letters
  }

  mutating func stored(_ sequence: StreamSequence) {
    guard let index = entries.firstIndex(where: { $0.letter.sequence == sequence }) else { return }
    if entries[index].isInFlight { inFlight -= 1 }
    bytes -= entries[index].letter.sizeBytes
    entries.remove(at: index)
  }

  /// When `takeToSend` may have something that it did not have before; max = not by waiting.
  var retryNs: Int64 {
    inFlight < min(entries.count, WorkerLimits.deadLettersInFlight) ? pausedUntilNs : .max
  }

  mutating func failed(_ sequence: StreamSequence, atNs: Int64) {
    pausedUntilNs = atNs + WorkerLimits.deadLetterRetryNs
    guard let index = entries.firstIndex(where: { $0.letter.sequence == sequence && $0.isInFlight }) else { return }
    entries[index].isInFlight = false
    inFlight -= 1
  }
}

extension RoostWire.DeadLetter {
  /// What keeping it costs.
  var sizeBytes: Int {
    headers.reduce(payload.count + subject.utf8.count + WorkerLimits.deadLetterOverheadBytes) {
      $0 + $1.name.utf8.count + $1.value.utf8.count
    }
  }
}
