import RoostCore
import RoostJournal
import RoostNATS
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Positions after crashes upon crashes")
struct LoopPositionTests {
  private let pools = (0..<8).map { PoolID(namespace: "default", name: "p\($0)") }

  /// A disk on which one batch of all pools is torn: the records of some pools survived, those of the others did not.
  private func tornDisks() throws -> [Rig] {
    let rig = try Rig()
    for pool in pools { rig.store("first", .create(Create()), pool: pool) }
    try rig.settle()
    let good = rig.disk.copy()
    for pool in pools { rig.store("second", .create(Create()), pool: pool) }
    for pool in pools { rig.store("fourth", .create(Create()), pool: pool) }
    try rig.turn()
    let name = rig.disk.fileNames.filter { $0.hasPrefix("journal/") }.max {
      (rig.disk[$0]?.count ?? 0) < (rig.disk[$1]?.count ?? 0)
    }
    let segment = try #require(name)
    let full = try #require(rig.disk[segment])
    let before = try #require(good[segment])
    let start = try #require(zip(before, full).enumerated().first { $0.element.0 != $0.element.1 }?.offset)
    var torn: [Int: Rig] = [:]
    for cut in stride(from: start, to: min(full.count, start + 3_000), by: 97) {
      let copy = try Rig {
        $0.disk = good.copy()
        $0.stream = rig.stream
      }
      copy.crash()
      // What is torn is read again in batches, which may be torn as well.
      copy.forgetCrash()
      copy.disk[segment] = Array(full[..<cut]) + [UInt8](repeating: 0, count: full.count - cut)
      try copy.start()
      let survived = created("second", in: copy)
      if survived > 0, survived < pools.count { torn[survived] = copy }
    }
    try #require(torn.count > 2, "the cuts fell between records: \(torn.keys.sorted())")
    return torn.keys.sorted().compactMap { torn[$0] }
  }

  private func created(_ actor: String, in rig: Rig) -> Int {
    pools.count { pool in (rig.loop.machine.reading(pool) { $0.actorView(ActorID(actor)) } ?? nil) != nil }
  }

  @Test("a crash while a torn batch is read again skips no signal and applies none twice, wherever it comes")
  func crashWhileReadingAgain() throws {
    for rig in try tornDisks() {
      for turns in stride(from: 1, through: pools.count * 2, by: 3) {
        let again = try Rig {
          $0.disk = rig.disk.copy()
          $0.stream = rig.stream
        }
        // One signal each: the batches are cut otherwise than before the first crash.
        for _ in 0..<turns { try again.turn(deliver: 1) }
        again.crash()
        try again.start()
        try again.settle()
        #expect(created("second", in: again) == pools.count, "crash after \(turns) turns")
        #expect(created("fourth", in: again) == pools.count, "crash after \(turns) turns")
        #expect(!again.events.contains { $0.kind == .rejected }, "crash after \(turns) turns")
        #expect(again.loop.positions.settled == UInt64(again.stream.count))
      }
    }
  }

  @Test("a crash that tears the batch in which a torn one was read again leaves every signal to be applied")
  func tornTwice() throws {
    for rig in try tornDisks() {
      // More for everybody behind what was torn, all of it in one batch.
      for pool in pools { rig.store("third", .create(Create()), pool: pool) }
      let before = rig.disk.copy()
      try rig.turn()
      try eachCut(of: rig, since: before) { torn, _ in
        try torn.start()
        try torn.settle()
        #expect(created("second", in: torn) == pools.count)
        #expect(created("third", in: torn) == pools.count)
        #expect(!torn.events.contains { $0.kind == .rejected })
      }
    }
  }

  /// The rig crashed in its last write: rigs that have not started yet, on disks on which it stopped at one place after
  /// the other.
  private func eachCut(of rig: Rig, since before: SimulatedDisk, _ body: (Rig, Int) throws -> Void) throws {
    let name = rig.disk.fileNames.filter { $0.hasPrefix("journal/") }.max {
      (rig.disk[$0]?.count ?? 0) < (rig.disk[$1]?.count ?? 0)
    }
    let segment = try #require(name)
    let (old, full) = (try #require(before[segment]), try #require(rig.disk[segment]))
    let start = try #require(zip(old, full).enumerated().first { $0.element.0 != $0.element.1 }?.offset)
    for cut in stride(from: start, to: min(full.count, start + 3_000), by: 301) {
      let torn = try Rig {
        $0.disk = before.copy()
        $0.stream = rig.stream
      }
      torn.crash()
      torn.disk[segment] = Array(full[..<cut]) + [UInt8](repeating: 0, count: full.count - cut)
      try body(torn, cut - start)
    }
  }

  @Test("what may be trimmed ends where a partition still lacks signals")
  func trimmedOnlyWhatAllHave() throws {
    let rig = try #require(try tornDisks().first)
    let lacking = UInt64(rig.delivered)
    #expect(lacking < rig.loop.positions.newest.sequence)
    #expect(rig.loop.positions.settled == lacking)
  }

  @Test("a signal that is read again because its partition lacks it counts from its own time, not from the batch's")
  func patienceOfTornBatch() throws {
    let rig = try Rig()
    for pool in pools { rig.store("a1", .create(Create()), pool: pool) }
    try rig.settle()
    for pool in pools {
      rig.clocks.advance(ms: 1_000)
      rig.store("a1", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 60_000))), pool: pool)
    }
    let good = rig.disk.copy()
    try rig.turn()
    let expected = waits(in: rig)
    try eachCut(of: rig, since: good) { torn, cut in
      torn.clocks.advance(ms: 9_000)
      try torn.start()
      try torn.settle()
      #expect(waits(in: torn) == expected, "cut at \(cut)")
    }
  }

  private func waits(in rig: Rig) -> [Override?] {
    pools.map { pool in
      guard let view = rig.loop.machine.reading(pool, { $0.actorView(ActorID("a1")) }) ?? nil,
        case .pending(_, _, let demand) = view.record.state
      else { return nil }
      return demand.override
    }
  }

  @Test("after a loss a crash reads again from where reading went on, not the whole stream")
  func lossThenCrash() throws {
    let rig = try Rig()
    for actor in 1...5 { rig.store("a\(actor)", .create(Create()), pool: pools[actor]) }
    try rig.settle()
    rig.crash()
    rig.forgetCrash()
    try rig.start(linkUp: false)
    // Numbers were used again: nothing but a time says where to go on.
    let storedAt = Instant(ms: rig.brokerNs / 1_000_000)
    try rig.loop.goOn(from: SignalPosition(sequence: 0, storedAt: storedAt, subject: ""))
    let begun = try readerStart(rig)
    #expect(begun == .storedAt((storedAt.ms - 10_000) * 1_000_000))
    rig.bringUp()
    let delivered = UInt64(rig.delivered)
    rig.store("a6", .create(Create()), pool: pools[6])
    try rig.settle()
    let after = try readerStart(rig)
    #expect(after == .afterSequence(delivered))
  }

  @Test("after a loss nothing of the old numbers is known any more, also when the stream ends behind what was settled")
  func lossOfSome() throws {
    let rig = try Rig()
    for actor in 1...5 { rig.store("a\(actor)", .create(Create()), pool: pools[actor]) }
    try rig.settle()
    rig.crash()
    try rig.start(linkUp: false)
    let last = rig.stream[2]
    // Messages 4 and 5 are gone, and others have their numbers.
    try rig.loop.goOn(
      from: SignalPosition(
        sequence: 3, storedAt: Instant(ms: last.storedAtNs / 1_000_000), subject: last.subject))
    rig.stream.removeLast(rig.stream.count - 3)
    for actor in 4...5 { rig.store("b\(actor)", .create(Create()), pool: pools[actor]) }
    rig.crash()
    try rig.start()
    #expect(rig.delivered == 3)
    try rig.settle()
    for actor in 4...5 {
      let view = rig.loop.machine.reading(pools[actor]) { $0.actorView(ActorID("b\(actor)")) } ?? nil
      #expect(view != nil, "b\(actor) was taken for a signal that is known")
    }
  }

  @Test("what a torn batch lacks in some partitions is applied before a loss behind it is accepted")
  func lossBehindTornBatch() throws {
    for rig in try tornDisks() {
      let again = try Rig {
        $0.disk = rig.disk.copy()
        $0.stream = rig.stream
      }
      again.crash()
      try again.start(linkUp: false)
      // The last signal is gone; all that "second" was made by are still there.
      let last = again.stream[again.stream.count - 2]
      again.stream.removeLast()
      try again.loop.complete(Array(again.stream[Int(again.loop.readAfter)...]))
      try again.loop.goOn(
        from: SignalPosition(
          sequence: last.sequence, storedAt: Instant(ms: last.storedAtNs / 1_000_000), subject: last.subject))
      again.crash()
      try again.start()
      #expect(again.delivered == again.stream.count)
      try again.settle()
      #expect(created("second", in: again) == pools.count)
      #expect(!again.events.contains { $0.kind == .rejected })
    }
  }

  private func readerStart(_ rig: Rig) throws -> SignalStart {
    var configuration = JournalConfiguration()
    configuration.segmentBytes = rig.segmentBytes
    let (_, recovered) = try Recovered.open(
      rig.disk.copy(), configuration: configuration, defaults: rig.defaults, partitions: rig.settings.partitions)
    return recovered.readerStart
  }
}
