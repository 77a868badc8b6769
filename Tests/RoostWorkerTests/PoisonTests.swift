import Glibc
import RoostCore
import RoostTelemetry
import RoostTestKit
import RoostWire
import Synchronization
import Testing

@testable import RoostWorker

/// A life that did not end in order: what it may have died of is applied one signal at a time, and a signal that three
/// lives in a row died of is given up.
@Suite("Poison")
struct PoisonTests {
  /// Signals of one actor each, the third one asking for an answer, all of them in hand when the worker is killed.
  private func killed() throws -> Rig {
    let rig = try Rig()
    rig.announce(slots: 10)
    try rig.settle()
    rig.crash()
    for number in 1...5 {
      rig.store("a\(number)", .create(Create()), replyTo: number == 3 ? "_INBOX.a3" : nil)
    }
    try rig.start()
    return rig
  }

  private func sequence(of actor: String, _ rig: Rig) throws -> UInt64 {
    try #require(rig.stream.first { $0.subject.hasSuffix(".\(actor).create") }).sequence
  }

  private func hand(_ rig: Rig) -> String {
    String(decoding: rig.disk["hand"] ?? [], as: UTF8.self).trimmingSuffix { $0 == " " || $0 == "\n" }
  }

  private func isMarked(_ sequence: UInt64, times: Int, _ rig: Rig) -> Bool {
    hand(rig).hasPrefix("sequence=\(sequence) ") && hand(rig).hasSuffix(" times=\(times)")
  }

  private func actors(_ rig: Rig) -> [String] {
    (1...5).map { "a\($0)" }.filter { actor in
      (rig.loop.machine.reading(rig.pool) { $0.actorView(ActorID(actor)) } ?? nil) != nil
    }
  }

  /// Turns until `sequence` is marked for the so many-th time and dies there, in the middle of its turn: nothing that comes
  /// after the mark is on the disk.
  private func die(at sequence: UInt64, times: Int = 1, _ rig: Rig) throws {
    var copy: SimulatedDisk?
    rig.disk.onOperation = { [unowned rig] in
      if copy == nil, isMarked(sequence, times: times, rig) { copy = rig.disk.fork() }
    }
    for _ in 0..<100 where copy == nil { try rig.turn() }
    rig.disk.onOperation = nil
    rig.disk = try #require(copy)
    rig.crash()
    try rig.start()
  }

  @Test("a life that ended in order is followed by one that writes batches")
  func cleanStop() throws {
    let rig = try Rig()
    rig.announce(slots: 10)
    try rig.settle()
    #expect(hand(rig) == "running")
    rig.loop.stopTakingSignals()
    try rig.settle()
    try rig.loop.sign()
    #expect(hand(rig) == "clean")
    #expect(rig.disk["hand"]?.count == 128)
    for number in 1...5 { rig.store("a\(number)", .create(Create())) }
    try rig.start()
    #expect(rig.loop.careful.isOver)
    #expect(hand(rig) == "running")
    let before = rig.journal.lastIndex.rawValue
    try rig.turn()
    #expect(actors(rig).count == 5)
    #expect(rig.journal.lastIndex.rawValue == before + 1)
  }

  @Test("after a crash each signal has a record of its own, is named before it, and batches come again by themselves")
  func oneAtATime() throws {
    let rig = try killed()
    #expect(!rig.loop.careful.isOver)
    let position = rig.loop.positions.readAfter
    var named: [String] = []
    rig.disk.onOperation = { [unowned rig] in
      if hand(rig) != named.last { named.append(hand(rig)) }
    }
    let before = rig.journal.lastIndex.rawValue
    try rig.settle()
    rig.disk.onOperation = nil
    #expect(rig.loop.careful.isOver)
    #expect(actors(rig).count == 5)
    let pending = 6 - position
    #expect(rig.journal.lastIndex.rawValue - before >= pending)
    #expect(named.filter { $0.hasSuffix(" times=1") }.count == pending, "\(named)")
    let records = rig.journal.lastIndex.rawValue
    for number in 6...9 { rig.store("a\(number)", .create(Create())) }
    try rig.turn()
    #expect(rig.journal.lastIndex.rawValue == records + 1)
  }

  @Test("a runner's signal that is given up ends its session: it would send the same again, under a new number")
  func ofARunner() throws {
    let rig = try Rig()
    rig.announce(slots: 10)
    rig.store("a1", .create(Create()))
    try rig.settle()
    rig.crash()
    rig.report(RunnerEvent(index: 1, actor: ActorID("a1"), generation: 1, kind: .running))
    let events = try #require(rig.stream.last).sequence
    try rig.start()
    for times in 1...WorkerLimits.poisonDeaths { try die(at: events, times: times, rig) }
    try rig.settle()
    #expect(rig.link.letters.map(\.reason) == ["poison"])
    #expect(rig.loop.machine.reading(rig.pool) { $0.openRunners.count } == 0)
    #expect(rig.link.published.contains { $0.subject.hasSuffix(".r1.close") })
  }

  @Test("a message for the trace alone is passed over without a mark: given up, its letter would look like work")
  func forTheTraceAlone() throws {
    let rig = try Rig()
    rig.announce(slots: 10)
    try rig.settle()
    rig.crash()
    let only = rig.store(
      rig.subjects.signal(rig.pool, ActorID("a6"), .create), [], replyTo: "_INBOX.a6", isTraceOnly: true)
    let next = rig.store("a1", .create(Create()))
    try rig.start()
    var named: Set<UInt64> = []
    rig.disk.onOperation = { [unowned rig] in
      for sequence in [only, next] where hand(rig).hasPrefix("sequence=\(sequence) ") { named.insert(sequence) }
    }
    try rig.settle()
    rig.disk.onOperation = nil
    #expect(named == [next])
    #expect(actors(rig) == ["a1"])
    #expect(try rig.answers(to: "_INBOX.a6").isEmpty)
  }

  @Test("where nothing waits the care ends as reading begins, and the log says so too")
  func nothingWaits() throws {
    let rig = try Rig()
    rig.announce(slots: 10)
    try rig.settle()
    rig.crash()
    let said = Said()
    rig.log = Log(from: .info) { line in said.lines.withLock { $0.append(line) } }
    try rig.start()
    try rig.settle()
    #expect(rig.loop.careful.isOver)
    #expect(said.lines.withLock { $0.count { $0.contains("signals are applied in batches again") } } == 1)
  }

  @Test("a signal that fewer lives died of is applied like any other")
  func fewerDeaths() throws {
    let rig = try killed()
    let third = try sequence(of: "a3", rig)
    let deaths = WorkerLimits.poisonDeaths - 1
    for times in 1...deaths { try die(at: third, times: times, rig) }
    #expect(isMarked(third, times: deaths, rig))
    try rig.settle()
    #expect(actors(rig).count == 5)
    #expect(rig.link.letters.isEmpty)
  }

  @Test("a signal that three lives in a row died of is a dead letter, who asked is told, and the next ones are applied")
  func poison() throws {
    let rig = try killed()
    let third = try sequence(of: "a3", rig)
    for times in 1...WorkerLimits.poisonDeaths { try die(at: third, times: times, rig) }
    #expect(isMarked(third, times: WorkerLimits.poisonDeaths, rig))
    try rig.settle()
    #expect(actors(rig) == ["a1", "a2", "a4", "a5"])
    #expect(rig.link.letters.map(\.reason) == ["poison"])
    #expect(rig.link.letters.map(\.sequence) == [third])
    let answers = try rig.answers(to: "_INBOX.a3")
    #expect(answers.map(\.outcome) == [.rejected])
    #expect(answers.map(\.reason) == ["poison"])
    #expect(answers.first?.actor == ActorID("a3"))
    // It is passed for good.
    rig.crash()
    try rig.start()
    try rig.settle()
    #expect(rig.link.letters.isEmpty)
    #expect(try rig.answers(to: "_INBOX.a3").isEmpty)
    #expect(actors(rig) == ["a1", "a2", "a4", "a5"])
  }

  @Test("deaths with the next signals, after lives that passed the one before, are nobody's")
  func deathsOfOthers() throws {
    let rig = try killed()
    for actor in ["a2", "a3", "a4", "a5"] { try die(at: try sequence(of: actor, rig), rig) }
    try rig.settle()
    #expect(actors(rig).count == 5)
    #expect(rig.link.letters.isEmpty)
  }

  @Test("a disk that fails under a signal says nothing against it")
  func deviceFails() throws {
    let rig = try killed()
    let third = try sequence(of: "a3", rig)
    try die(at: third, rig)
    rig.disk.onOperation = { [unowned rig] in
      if isMarked(third, times: 2, rig) { rig.disk.flushErrno = EIO }
    }
    #expect(throws: WorkerError.self) { for _ in 0..<100 { try rig.turn() } }
    rig.disk.onOperation = nil
    #expect(isMarked(third, times: 1, rig))
    rig.disk.healFaults()
    rig.crash()
    try rig.start()
    try rig.settle()
    #expect(actors(rig).count == 5)
    #expect(rig.link.letters.isEmpty)
  }

  @Test("without room for the mark the signal waits, and goes on once there is some")
  func noRoomForTheMark() throws {
    let rig = try killed()
    rig.disk.isFull = true
    for _ in 0..<4 {
      try rig.turn()
      rig.clocks.advance(ms: 300)
    }
    #expect(rig.loop.isHeld)
    #expect(rig.loop.batch.isUntouched)
    #expect(actors(rig).isEmpty)
    rig.disk.isFull = false
    rig.clocks.advance(ms: 300)
    try rig.turn()
    #expect(!rig.loop.isHeld)
    #expect(hand(rig) == "running", "nobody who ends it now does so to a signal")
    try rig.pass(ms: 1_000)
    #expect(actors(rig).count == 5)
  }

  @Test("a worker that is killed while a signal has no room in the journal did not die of it")
  func noRoomForTheRecord() throws {
    let rig = try killed()
    let third = try sequence(of: "a3", rig)
    try die(at: third, rig)
    for _ in 1...WorkerLimits.poisonDeaths {
      // The mark and the taking back of it find room; a record does not.
      var isFull = false
      rig.disk.onOperation = { [unowned rig] in
        if isFull || !isMarked(third, times: 2, rig) { return }
        isFull = true
        rig.disk.nextWriteTakes = 0
      }
      for _ in 0..<100 where !rig.loop.isHeld { try rig.turn() }
      rig.disk.onOperation = nil
      #expect(rig.loop.isHeld)
      #expect(isMarked(third, times: 1, rig))
      rig.crash()
      try rig.start()
    }
    try rig.settle()
    #expect(rig.link.letters.isEmpty)
  }
}

private final class Said: Sendable {
  let lines = Mutex<[String]>([])
}

extension String {
  fileprivate func trimmingSuffix(_ isTrimmed: (Character) -> Bool) -> String {
    var text = self[...]
    while let last = text.last, isTrimmed(last) { text.removeLast() }
    return String(text)
  }
}
