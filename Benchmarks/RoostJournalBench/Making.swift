import RoostCore
import RoostJournal
import RoostWire

/// Writes a log as a loaded worker does: batches of 500 signals, one flush each.
struct Making {
  static let pools = (1...8).map { PoolID(namespace: "default", name: "pool-\($0)") }
  static let slots = 500

  private let journal: Journal
  private var machine = Machine(defaults: PoolSettings())
  private var effects = Effects()
  private var sections: [PoolID: PoolSection] = [:]
  private let group = RecordGroup()
  private let codec = WireCodec()
  private var sequence: StreamSequence = 0
  private var eventIndexes: [PoolID: EventIndex] = [:]
  private var bytes = 0
  private let runner = RunnerID("runner-1")
  private let session = SessionID("session-1")

  init(folder: String) throws {
    let disk = FileDisk(root: folder)
    journal = try Journal.open(disk: disk) { _, _ in }
  }

  mutating func run(actors: Int) throws {
    for pool in Self.pools {
      try send(
        pool, .runner(runner, .initialize(RunnerInit(session: session, version: 1, totalSlots: UInt32(Self.slots)))))
    }
    var created = 0
    while created < actors {
      let count = min(Self.slots, actors - created)
      let pool = Self.pools[created / Self.slots % Self.pools.count]
      let ids = (created..<created + count).map { ActorID("actor-\(10_000_000 + $0)") }
      for id in ids { try send(pool, .actor(id, .create(Create()))) }
      for id in ids { try finish(id, pool) }
      created += count
    }
    print("make: \(actors) actors created, started and asleep, \(bytes / max(1, actors)) bytes of the log each")
    try cycles(min(actors, 100_000))
    try commit()
    try journal.close()
  }

  /// wake, start, ready, sleep; each as a signal of its own.
  private mutating func cycles(_ count: Int) throws {
    try commit()
    let before = bytes
    for number in 0..<count {
      let pool = Self.pools[number / Self.slots % Self.pools.count]
      let id = ActorID("actor-\(10_000_000 + number)")
      try send(pool, .actor(id, .wake(Wake())))
      if (number + 1) % Self.slots == 0 || number + 1 == count {
        let first = number / Self.slots * Self.slots
        for other in first...number { try finish(ActorID("actor-\(10_000_000 + other)"), pool) }
      }
    }
    try commit()
    print("cycle: \(count) of wake, start, ready, sleep: \((bytes - before) / max(1, count)) bytes of the log each")
  }

  private mutating func finish(_ id: ActorID, _ pool: PoolID) throws {
    let generation = machine.reading(pool) { $0.actorView(id)?.record.generation } ?? nil
    for kind in [RunnerEvent.Kind.running, .sleepIntent, .stopped(error: nil)] {
      let index = (eventIndexes[pool] ?? 0) + 1
      eventIndexes[pool] = index
      let event = RunnerEvent(index: index, actor: id, generation: generation ?? 0, kind: kind)
      try send(pool, .runner(runner, .events(session: session, [event])))
    }
  }

  private mutating func send(_ pool: PoolID, _ body: Signal.Body) throws {
    sequence += 1
    apply(.signal(Signal(pool: pool, sequence: sequence, storedAt: now, body: body)), pool)
    if sequence % 500 == 0 { try commit() }
  }

  private var now: Instant { Instant(ms: 1_700_000_000_000 + Int64(sequence / 50)) }

  private mutating func apply(_ input: Input, _ pool: PoolID) {
    effects = Effects()
    machine.apply(
      input, to: pool, at: Moment(now: now, clock: now, record: journal.nextIndex.rawValue), into: &effects)
    sections[pool, default: PoolSection(pool: pool)].append(effects)
  }

  private mutating func commit() throws {
    for pool in sections.keys.sorted() {
      let through = machine.reading(pool) { $0.lastIssued(runner) } ?? 0
      apply(.commandsAcknowledged(runner, session, through: through), pool)
    }
    group.removeAll()
    for (pool, section) in sections.sorted(by: { $0.key < $1.key }) {
      let batch = JournalBatch(
        position: SignalPosition(sequence: sequence, storedAt: now, subject: "roost.signal.default.pool-1.runner.r.events"),
        settled: sequence - 1, handedOver: journal.lastIndex.rawValue,
        deadLettersAcknowledged: journal.lastIndex.rawValue, sections: [section])
      let payload = codec.encode(batch, record: journal.nextIndex.rawValue + UInt64(group.count))
      try group.add(partition: pool.partition(of: RoostJournalBench.partitions), epoch: 0, payload: payload)
    }
    sections.removeAll(keepingCapacity: true)
    bytes += group.byteCount
    try journal.append(group)
    if journal.needsPreparation { try journal.prepareNextSegment() }
  }
}
