import RoostCore
import RoostWire

/// What is being decided between two flushes: one `Effects` per pool, one record per partition.
///
/// The first touch of a partition gives it the next record number, before anything is decided in it: commands and events
/// carry that number. So a partition that was touched and has nothing to say still gets an (empty) record if one that
/// was touched after it has something to say.
struct Batch {
  struct Share {
    let pool: PoolID
    let partition: Partition
    let record: RoostCore.RecordIndex
    var effects = Effects()

    /// Acknowledgements and counts alone wait for nobody.
    var needsRecord: Bool {
      !effects.changes.isEmpty || !effects.commands.isEmpty || !effects.events.isEmpty || !effects.answers.isEmpty
        || !effects.deadLetters.isEmpty
    }
  }

  struct Letter {
    let partition: Partition
    let letter: RoostWire.DeadLetter
  }

  /// An answer that the machine did not decide.
  struct LooseAnswer {
    let partition: Partition
    let pool: PoolID
    let answer: Answer
  }

  /// In the order of first touch.
  private(set) var partitions: [Partition] = []
  /// In the order of first touch.
  var shares: [Share] = []
  private(set) var letters: [Letter] = []
  private(set) var answers: [LooseAnswer] = []
  /// Signals that came with a trace, for their spans.
  private(set) var traced: [StreamSequence: TracedSignal] = [:]
  private(set) var inputs = 0
  /// Estimated bytes of the records.
  private(set) var bytes = 0
  /// What the source of signals gets back.
  private(set) var consumedMessages = 0
  private(set) var consumedBytes = 0
  private var firstRecord: RoostCore.RecordIndex = 1
  private var indexes: [PoolID: Int] = [:]
  private var lastPool: (pool: PoolID, index: Int)?
  private var forced: Set<Partition> = []

  var isFull: Bool { inputs >= WorkerLimits.batchInputs || bytes >= WorkerLimits.batchBytes }
  /// Nothing was applied, nothing was read.
  var isUntouched: Bool { partitions.isEmpty && consumedMessages == 0 }

  mutating func begin(firstRecord: RoostCore.RecordIndex) {
    self.firstRecord = firstRecord
    partitions.removeAll(keepingCapacity: true)
    shares.removeAll(keepingCapacity: true)
    letters.removeAll(keepingCapacity: true)
    answers.removeAll(keepingCapacity: true)
    indexes.removeAll(keepingCapacity: true)
    forced.removeAll(keepingCapacity: true)
    if !traced.isEmpty { traced.removeAll(keepingCapacity: true) }
    lastPool = nil
    inputs = 0
    bytes = 0
    consumedMessages = 0
    consumedBytes = 0
  }

  /// The place of the pool's share; made if it is touched for the first time.
  mutating func share(of pool: PoolID, partitions count: UInt32) -> Int {
    if let lastPool, lastPool.pool == pool { return lastPool.index }
    let index: Int
    if let known = indexes[pool] {
      index = known
    } else {
      let partition = pool.partition(of: count)
      index = shares.count
      shares.append(Share(pool: pool, partition: partition, record: touch(partition)))
      indexes[pool] = index
    }
    lastPool = (pool, index)
    return index
  }

  /// The record of the partition holds the letter until the broker has stored it.
  mutating func add(_ letter: RoostWire.DeadLetter, partition: Partition) {
    force(partition)
    letters.append(Letter(partition: partition, letter: letter))
    bytes += letter.payload.count
  }

  mutating func add(_ answer: Answer, pool: PoolID, partition: Partition) {
    force(partition)
    answers.append(LooseAnswer(partition: partition, pool: pool, answer: answer))
  }

  mutating func note(_ sequence: StreamSequence, _ signal: TracedSignal) { traced[sequence] = signal }

  /// The partition gets a record, whatever is in it.
  mutating func force(_ partition: Partition) {
    _ = touch(partition)
    forced.insert(partition)
  }

  mutating func applied(bytes: Int) {
    inputs += 1
    self.bytes += bytes
  }

  mutating func consumed(bytes: Int) {
    consumedMessages += 1
    consumedBytes += bytes
  }

  /// The partitions that get a record, in the order of their numbers.
  var recorded: ArraySlice<Partition> {
    var needed = forced
    for share in shares where share.needsRecord { needed.insert(share.partition) }
    let last = partitions.lastIndex { needed.contains($0) }
    return partitions[..<(last.map { $0 + 1 } ?? 0)]
  }

  func record(of partition: Partition) -> RoostCore.RecordIndex? {
    partitions.firstIndex(of: partition).map { firstRecord + RoostCore.RecordIndex($0) }
  }

  private mutating func touch(_ partition: Partition) -> RoostCore.RecordIndex {
    if let record = record(of: partition) { return record }
    partitions.append(partition)
    return firstRecord + RoostCore.RecordIndex(partitions.count - 1)
  }
}

extension Effects {
  /// A rough size of the record these make; inputs of actors are counted with their signals.
  var estimatedBytes: Int { (changes.count + events.count + answers.count) * 120 }
}
