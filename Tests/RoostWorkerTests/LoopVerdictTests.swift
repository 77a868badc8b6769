import RoostCore
import RoostJournal
import RoostNATS
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Verdicts of silence")
struct LoopVerdictTests {
  /// Five runners that ping, all with an actor to be lost; r1 has the newest version.
  private func fleet() throws -> Rig {
    let rig = try Rig()
    for runner in 1...5 {
      rig.announce("r\(runner)", session: "s\(runner)", version: runner <= 2 ? 2 : 1, slots: 100)
    }
    try rig.settle()
    return rig
  }

  private func silence(_ silent: ClosedRange<Int>, ms: Int64, _ rig: Rig) throws {
    let end = rig.clocks.monotonicNs() + ms * 1_000_000
    while rig.clocks.monotonicNs() < end {
      for runner in 1...5 where !silent.contains(runner) { rig.ping("r\(runner)", session: "s\(runner)") }
      try rig.settle()
      rig.clocks.advance(ms: 500)
    }
  }

  /// So much to do that a batch has room for one verdict only.
  private func fillBatch(_ rig: Rig) {
    for actor in 0..<WorkerLimits.batchInputs * 3 { rig.store("none\(actor)", .sleep) }
  }

  @Test("a verdict that waited for room in a batch does not count when the runner was heard meanwhile")
  func staleMeanwhileHeard() throws {
    let rig = try fleet()
    try silence(1...2, ms: 9_500, rig)
    rig.clocks.advance(ms: 900)
    for runner in 3...5 { rig.ping("r\(runner)", session: "s\(runner)") }
    // The echo that proves the silence.
    try rig.turn()
    fillBatch(rig)
    try rig.turn()
    #expect(!rig.loop.after.isEmpty, "one of the two verdicts waits")
    rig.ping("r1", session: "s1")
    rig.ping("r2", session: "s2")
    try rig.settle()
    rig.store("a1", .create(Create()))
    rig.store("a2", .create(Create()))
    try rig.settle()
    let starts = rig.link.published.filter { $0.subject.hasSuffix(".start") }.map(\.subject)
    #expect(Set(starts) == ["roost.command.default.gpu.r1.start", "roost.command.default.gpu.r2.start"])
  }

  @Test("a runner that was heard before its verdict had room is not lost")
  func lostMeanwhileHeard() throws {
    let rig = try fleet()
    try silence(1...2, ms: 14_500, rig)
    rig.clocks.advance(ms: 900)
    for runner in 3...5 { rig.ping("r\(runner)", session: "s\(runner)") }
    // The echo that proves the silence.
    try rig.turn()
    fillBatch(rig)
    try rig.turn()
    #expect(!rig.loop.after.isEmpty)
    rig.ping("r1", session: "s1")
    rig.ping("r2", session: "s2")
    try rig.settle()
    let closes = rig.link.published.filter { $0.subject.hasSuffix(".close") }
    #expect(closes.count == 1, "the first verdict had room")
  }

  @Test("no verdict that waits outlives a break of the link, and silence counts from the new link")
  func linkBreaks() throws {
    let rig = try fleet()
    try silence(1...2, ms: 14_500, rig)
    rig.clocks.advance(ms: 900)
    for runner in 3...5 { rig.ping("r\(runner)", session: "s\(runner)") }
    // The echo that proves the silence.
    try rig.turn()
    fillBatch(rig)
    try rig.turn()
    #expect(!rig.loop.after.isEmpty)
    rig.arrivals.notices.append(.linkDown)
    rig.bringUp()
    let closes = rig.link.published.count { $0.subject.hasSuffix(".close") }
    try rig.settle()
    #expect(rig.link.published.count { $0.subject.hasSuffix(".close") } == closes)
    try silence(1...2, ms: 14_000, rig)
    #expect(rig.link.published.count { $0.subject.hasSuffix(".close") } == closes)
    try silence(1...2, ms: 2_000, rig)
    #expect(rig.link.published.count { $0.subject.hasSuffix(".close") } == 2, "still silent: lost after all")
  }

  @Test("a loop that stood still in the middle of a turn judges nobody by that time")
  func standstillInATurn() throws {
    let rig = try Rig()
    rig.announce()
    try rig.settle()
    rig.ping()
    try rig.settle()
    rig.clocks.stall(ms: 20_000)
    try rig.turn()
    try rig.settle()
    #expect(!rig.link.published.contains { $0.subject.hasSuffix(".close") })
    try rig.pass(ms: 15_100)
    #expect(rig.link.published.contains { $0.subject.hasSuffix(".close") }, "silent ever since")
  }

  @Test("a broker that stands still and breaks no link is not the death of a runner; silence counts from its return")
  func frozenBroker() throws {
    let rig = try Rig()
    rig.announce()
    try rig.settle()
    rig.ping()
    try rig.pass(ms: 2_000)
    rig.isFrozen = true
    try rig.pass(ms: 40_000)
    #expect(!rig.link.published.contains { $0.subject.hasSuffix(".close") }, "nothing proves that it was silent")
    // What lay in the broker's sockets comes in any order, the echo first.
    rig.isFrozen = false
    try rig.turn()
    try rig.pass(ms: 14_000)
    #expect(!rig.link.published.contains { $0.subject.hasSuffix(".close") })
    try rig.pass(ms: 2_000)
    #expect(rig.link.published.contains { $0.subject.hasSuffix(".close") }, "silent ever since")
  }

  @Test("an echo that was lost is sent again after 5 s, not before; until one comes back nobody is judged")
  func lostEchoes() throws {
    let rig = try Rig()
    rig.announce()
    try rig.settle()
    try rig.pass(ms: 1_000)
    rig.isFrozen = true
    try rig.pass(ms: 600)
    #expect(rig.link.echoes.count == 1)
    try rig.pass(ms: 4_300)
    #expect(rig.link.echoes.count == 1)
    try rig.pass(ms: 700)
    #expect(rig.link.echoes.count == 2)
    rig.link.echoes.removeFirst()
    rig.isFrozen = false
    try rig.pass(ms: 16_000)
    #expect(rig.link.published.contains { $0.subject.hasSuffix(".close") })
  }

  @Test("verdicts in several pools: every queue is served to its end, not that of the last one only")
  func severalPasses() throws {
    let rig = try Rig()
    let pools = (0..<3).map { PoolID(namespace: "default", name: "p\($0)") }
    for pool in pools {
      rig.announce("new", session: "n", version: 2, slots: 1, pool: pool)
      rig.announce("old", session: "o", version: 1, slots: 400, pool: pool)
      for actor in 0...300 {
        rig.store("a\(actor)", .create(Create()), pool: pool)
        rig.store("a\(actor)", .wake(Wake(override: .dontSleep(pendingTimeoutMs: nil))), pool: pool)
      }
    }
    try rig.settle()
    for pool in pools { #expect(rig.loop.machine.reading(pool) { $0.pendingCount } == 300) }
    // The newest fall silent, all at the same moment: the old ones take over.
    for _ in 0..<21 {
      rig.clocks.advance(ms: 500)
      for pool in pools { rig.ping("old", session: "o", pool: pool) }
      try rig.settle()
    }
    for pool in pools { #expect(rig.loop.machine.reading(pool) { $0.pendingCount } == 0, "\(pool)") }
  }

  @Test("a link that comes up while a batch is held tells runners nothing of it before it is durable")
  func linkUpWhileHeld() throws {
    let rig = try Rig()
    rig.announce(slots: 5)
    try rig.settle()
    rig.disk.isFull = true
    rig.store("a1", .create(Create()))
    try rig.turn()
    #expect(rig.loop.isHeld)
    rig.arrivals.notices.append(.linkDown)
    try rig.turn()
    rig.bringUp()
    rig.clocks.advance(ms: 10)
    try rig.turn()
    #expect(rig.loop.isHeld)
    #expect(rig.starts.isEmpty, "the journal does not have this start")
    rig.disk.isFull = false
    rig.clocks.advance(ms: 300)
    try rig.settle()
    #expect(Set(rig.starts.map(\.index)) == [1])
  }
}
