import RoostCore
import RoostJournal
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("The state as it was")
struct PastTests {
  @Test("the state after each record is the one that the loop had when it wrote it")
  func everyRecord() throws {
    let rig = try Rig()
    var known: [(record: RoostCore.RecordIndex, state: [String])] = []
    func step(_ body: () -> Void) throws {
      body()
      try rig.settle()
      rig.clocks.advance(ms: 700)
      // Acknowledgements of commands may wait for the next record.
      if rig.loop.lazy.isEmpty { known.append((rig.journal.lastIndex.rawValue, rig.state)) }
    }
    try step { rig.announce(slots: 2) }
    for actor in 1...4 { try step { rig.store("a\(actor)", .create(Create(crashPolicy: .restart))) } }
    try step { rig.report(RunnerEvent(index: 1, actor: ActorID("a1"), generation: 1, kind: .running)) }
    try step { rig.store("a3", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 1_000)))) }
    try step { rig.store("a1", .sleep) }
    try step { rig.report(RunnerEvent(index: 2, actor: ActorID("a1"), generation: 1, kind: .stopped(error: nil))) }
    try step { rig.announce(session: "s2", slots: 1) }
    try step { rig.store("a2", .destroy) }
    #expect(known.count > 8)
    #expect(Set(known.map(\.record)).count == known.count)
    let folder = DataFolder(try JournalView(disk: rig.disk.copy()))
    for (record, state) in known {
      let past = try folder.state(of: rig.pool, through: record)
      #expect(difference(rig.state(of: past.machine), state) == [], "after record \(record)")
      #expect(past.record == record)
    }
  }

  @Test("with a snapshot every record that is kept has its state, and one before what is kept is refused")
  func snapshots() throws {
    let rig = try Rig { $0.segmentBytes = 32 << 10 }
    var known: [(record: RoostCore.RecordIndex, state: [String])] = []
    func create(_ numbers: ClosedRange<Int>) throws {
      for number in numbers {
        rig.store("a\(number)", .create(Create(input: [UInt8](repeating: 1, count: 4_000))))
        try rig.settle()
        known.append((rig.journal.lastIndex.rawValue, rig.state))
      }
    }
    try create(1...12)
    let sealed = rig.journal.sealed
    let compaction = Compaction(
      disk: rig.disk, journal: rig.journal.id, defaults: rig.defaults, partitions: rig.settings.partitions)
    _ = try #require(try compaction.run(segments: sealed.segments, through: sealed.through))
    try create(13...20)
    func compare(_ folder: DataFolder, from first: RoostCore.RecordIndex) throws {
      for (record, state) in known where record >= first {
        let past = try folder.state(of: rig.pool, through: record)
        #expect(difference(rig.state(of: past.machine), state) == [], "after record \(record)")
      }
    }
    try compare(DataFolder(try JournalView(disk: rig.disk.copy())), from: 1)
    #expect(try rig.journal.removeOldestSegment(below: sealed.through))
    let kept = DataFolder(try JournalView(disk: rig.disk.copy()))
    try compare(kept, from: sealed.through.rawValue)
    let error = #expect(throws: JournalError.self) {
      try kept.state(of: rig.pool, through: sealed.through.rawValue - 1)
    }
    #expect(error?.code == "ROOST-J012")
    #expect(try kept.examine().isSound)
    #expect(try kept.examine().findings.snapshotThrough == sealed.through)
  }

  @Test("a batch that is told in several records counts as a whole or not at all")
  func parts() throws {
    let disk = SimulatedDisk()
    let journal = try Journal.open(disk: disk) { _, _ in }
    let pool = PoolID(namespace: "default", name: "gpu")
    func created(_ actor: String) -> [Change] {
      let facts = ActorFacts(
        name: "a", key: nil, crashPolicy: .sleep, input: [], createdAt: Instant(ms: 1))
      return [.actorCreated(ActorID(actor), facts), .actor(ActorID(actor), ActorRecord(state: .sleeping))]
    }
    let group = RecordGroup()
    func add(_ batch: JournalBatch, _ record: UInt64) throws {
      try group.add(partition: pool.partition(of: 64), epoch: 0, payload: WireCodec().encode(batch, record: record))
    }
    try add(JournalBatch(sections: [PoolSection(pool: pool, changes: created("a1"))]), 1)
    let told = JournalBatch(sections: [PoolSection(pool: pool, changes: created("a2") + created("a3"))])
    var (front, back) = try #require(told.halves())
    back.partOf = 2
    try add(front, 2)
    try add(back, 3)
    try journal.append(group)

    let folder = DataFolder(try JournalView(disk: disk.copy()))
    let counts = try (0...3 as ClosedRange<UInt64>).map { record in
      try folder.state(of: pool, through: record).machine.reading(pool) { $0.actorCount } ?? 0
    }
    #expect(counts == [0, 1, 3, 3])
  }
}
