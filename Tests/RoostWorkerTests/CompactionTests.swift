import RoostCore
import RoostJournal
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Compaction: what a start makes of snapshot and log is what it made of the log alone")
struct CompactionTests {
  /// Told of sealed segments, makes nothing by itself.
  private final class Notebook: Compacting {
    var told: [RoostJournal.RecordIndex] = []
    func sealed(_ segments: [SegmentPlace], through: RoostJournal.RecordIndex) { told.append(through) }
  }

  /// A rig with some segments full of the life of a few actors in two pools.
  private func lived(_ rounds: Int = 30, _ change: (Rig) -> Void = { _ in }) throws -> Rig {
    let rig = try Rig {
      $0.segmentBytes = 64 << 10
      change($0)
    }
    let other = PoolID(namespace: "default", name: "web")
    rig.announce(slots: 3)
    for round in 0..<rounds {
      for number in 0..<6 {
        rig.store(
          "a\(number)", .create(Create(key: "k\(number)", input: [UInt8](repeating: 5, count: 200))), replyTo: "in")
        rig.store("a\(number)", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 60_000))), replyTo: "in")
        rig.store("b\(number)", .create(Create()), pool: other)
      }
      if round % 3 == 2 { rig.store("a\(round % 6)", .destroy, replyTo: "in") }
      try rig.settle()
      rig.clocks.advance(ms: 50)
    }
    return rig
  }

  /// Creates actors until another segment is sealed.
  private func create(_ name: String, _ rig: Rig) throws {
    let sealed = rig.journal.sealed.through
    var count = 0
    while rig.journal.sealed.through == sealed {
      for _ in 0..<50 {
        count += 1
        rig.store("\(name)\(count)", .create(Create(input: [UInt8](repeating: 1, count: 150))), replyTo: "in")
      }
      try rig.settle()
    }
  }

  private func compaction(_ rig: Rig, isCancelled: @escaping () -> Bool = { false }) -> Compaction {
    Compaction(
      disk: rig.disk, journal: rig.journal.id, defaults: rig.defaults, partitions: rig.settings.partitions,
      isCancelled: isCancelled)
  }

  @discardableResult
  private func compact(_ rig: Rig) throws -> Compaction.Outcome {
    let sealed = rig.journal.sealed
    return try #require(try compaction(rig).run(segments: sealed.segments, through: sealed.through))
  }

  private func snapshots(_ rig: Rig) -> [String] {
    rig.disk.fileNames.filter { $0.hasSuffix(".snapshot") }.sorted()
  }

  private func segments(_ rig: Rig) -> [String] { rig.disk.fileNames.filter { $0.hasSuffix(".segment") }.sorted() }

  /// Everything that recovery gives: the state, how far the stream was applied, what is still to be told.
  private func whole(_ rig: Rig) throws -> [String] {
    let copy = rig.disk.copy()
    copy.crash(.nothing)
    let (_, recovered) = try Recovered.open(copy, defaults: rig.defaults, partitions: rig.settings.partitions)
    let ahead = recovered.read.partitions.filter { $0.value > recovered.readAfter }
    return rig.state(of: recovered.machine) + [
      "\(recovered.position) \(recovered.readAfter) \(ahead.sorted { $0.key < $1.key })",
      "\(recovered.clock.now) \(recovered.clock.proven)", "\(recovered.handover)",
      "\(recovered.deadLetters)", "\(recovered.machine.generationBase) \(recovered.machine.newestGeneration)",
    ]
  }

  @Test("state, positions, time and what is still to be handed over are the same, without the segments that it holds")
  func same() throws {
    let rig = try lived()
    let expected = try whole(rig)
    let first = try compact(rig)
    #expect(first.olderThrough == .none)
    #expect(try whole(rig) == expected)
    for segment in segments(rig).dropLast() { rig.disk[segment] = nil }
    #expect(try whole(rig) == expected)
  }

  @Test("also with events, answers and dead letters that the broker has not confirmed, in their order")
  func unconfirmed() throws {
    let rig = try lived(24) { $0.confirms = false }
    rig.store("roost.signal.default.gpu.actor.a1.dance", [], replyTo: "in")
    try rig.settle()
    try create("c", rig)
    let expected = try whole(rig)
    #expect(expected.contains { $0.contains("Parcel") } && expected.contains { $0.contains("letter") })
    try compact(rig)
    #expect(try whole(rig) == expected)
  }

  @Test("a snapshot of a snapshot; two are kept, and what the older one holds is removed from the log")
  func repeated() throws {
    let rig = try lived()
    let first = try compact(rig)
    try create("d", rig)
    let second = try compact(rig)
    let sealed = rig.journal.sealed
    #expect(try compaction(rig).run(segments: sealed.segments, through: sealed.through) == nil, "it is there already")
    #expect(try compaction(rig).run(segments: [], through: sealed.through) == nil)
    #expect(snapshots(rig).count == 2)
    #expect(second.through > first.through && second.olderThrough == first.through)
    try create("e", rig)
    let expected = try whole(rig)
    let third = try compact(rig)
    #expect(third.olderThrough == second.through)
    #expect(snapshots(rig).count == 2)
    #expect(try whole(rig) == expected)
    rig.loop.take(.snapshotMade(olderThrough: third.olderThrough.rawValue))
    let before = segments(rig).count
    for _ in 0..<20 { try rig.loop.tidy() }
    #expect(segments(rig).count == before, "they are young, and kept for people")
    rig.clocks.advance(ms: 24 * 3_600_000)
    for _ in 0..<20 { try rig.loop.tidy() }
    #expect(segments(rig).count < before)
    #expect(rig.journal.firstIndex <= third.olderThrough.next)
    #expect(try whole(rig) == expected)
    // The newest is damaged: the older one and the log after it say the same.
    rig.disk[snapshots(rig)[1]]?[5_000] ^= 1
    #expect(try whole(rig) == expected)
  }

  @Test("young segments go as well when there are more bytes of them than are kept for people")
  func tooMuchHistory() throws {
    for (spare, isRemoved) in [(0, false), (-1, true)] as [(Int64, Bool)] {
      let rig = try lived()
      try compact(rig)
      try create("d", rig)
      let second = try compact(rig)
      let bytes = rig.journal.sealed.segments.reduce(0) { $0 + $1.sizeBytes }
      rig.crash()
      rig.settings.historyBytes = UInt64(Int64(bytes) + spare)
      try rig.start()
      rig.loop.take(.snapshotMade(olderThrough: second.olderThrough.rawValue))
      let before = segments(rig).count
      try rig.loop.tidy()
      #expect((segments(rig).count < before) == isRemoved)
    }
  }

  @Test("without room the next segment is not begun anew at every turn")
  func noRoomToPrepare() throws {
    let rig = try lived(1)
    while !rig.journal.needsPreparation {
      rig.store("g\(rig.stream.count)", .create(Create(input: [UInt8](repeating: 1, count: 200))))
      try rig.settle()
    }
    rig.disk.roomBytes = 1_000
    try rig.loop.tidy()
    let before = rig.disk.operations
    for _ in 0..<20 { try rig.loop.tidy() }
    #expect(rig.disk.operations == before)
    rig.disk.roomBytes = nil
    rig.clocks.advance(ms: WorkerLimits.diskFullRetryNs / 1_000_000)
    try rig.loop.tidy()
    #expect(rig.disk.operations > before)
  }

  @Test("with both snapshots damaged and the log trimmed nothing is made up: the start says what is missing")
  func nothingLeft() throws {
    let rig = try lived()
    try compact(rig)
    for segment in segments(rig).dropLast() { rig.disk[segment] = nil }
    rig.disk[snapshots(rig)[0]]?[5_000] ^= 1
    do {
      _ = try whole(rig)
      Issue.record("it opened")
    } catch let error as WorkerError {
      #expect(error.code == "ROOST-J012")
    }
  }

  @Test("damage in a sealed segment is not compacted away")
  func damage() throws {
    let rig = try lived()
    let segment = segments(rig)[0]
    let start = try #require(rig.disk[segment]).count / 2
    rig.disk[segment]?[start] ^= 1
    #expect(throws: JournalError.self) { try compact(rig) }
    #expect(snapshots(rig).isEmpty && segments(rig).first == segment)
  }

  @Test("given up or without room, it leaves nothing behind and the log as it was")
  func given() throws {
    let rig = try lived()
    let expected = try whole(rig)
    let sealed = rig.journal.sealed
    #expect(try compaction(rig) { true }.run(segments: sealed.segments, through: sealed.through) == nil)
    rig.disk.roomBytes = 1_000
    #expect(throws: JournalError.self) { try compact(rig) }
    rig.disk.roomBytes = nil
    #expect(rig.disk.fileNames.allSatisfy { !$0.hasSuffix(".new") } && snapshots(rig).isEmpty)
    #expect(try whole(rig) == expected)
  }

  @Test("the loop tells of sealed segments once each, at its start too")
  func told() throws {
    let notebook = Notebook()
    let rig = try lived(1)
    rig.crash()
    rig.compacting = notebook
    try rig.start()
    try rig.loop.tidy()
    #expect(notebook.told.count <= 1)
    while segments(rig).count < 4 {
      for number in 0..<20 { rig.store("f\(rig.stream.count)-\(number)", .create(Create(input: [1, 2, 3]))) }
      try rig.settle()
      try rig.loop.tidy()
    }
    #expect(notebook.told.count >= 2)
    #expect(notebook.told == Array(Set(notebook.told)).sorted())
    #expect(notebook.told.last == rig.journal.sealed.through)
  }
}
