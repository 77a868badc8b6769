import RoostCore
import RoostJournal
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("The loop commits, then speaks")
struct LoopCommitTests {
  @Test("nothing is published when the flush fails, and the worker ends with 74")
  func flushFails() throws {
    let rig = try Rig()
    rig.announce()
    rig.store("a1", .create(Create()), replyTo: "_INBOX.x")
    rig.disk.flushErrno = 5
    #expect {
      try rig.turn()
    } throws: { error in
      (error as? WorkerError)?.exitCode == .journalFailed
    }
    #expect(rig.link.published.isEmpty)
    #expect(rig.source.returned.withLock { $0 } == 0)
  }

  @Test("one flush serves everything that has arrived, and then the commands leave before the events")
  func oneFlush() throws {
    let rig = try Rig()
    rig.announce(slots: 10)
    for actor in 1...5 { rig.store("a\(actor)", .create(Create())) }
    let before = rig.disk.flushes
    try rig.turn()
    #expect(rig.disk.flushes == before + 1)
    #expect(rig.starts.map(\.actor.text) == ["a1", "a2", "a3", "a4", "a5"])
    let kinds = rig.link.published.map { $0.subject.split(separator: ".")[1] }
    #expect(kinds == Array(repeating: "command", count: 6) + Array(repeating: "event", count: 5))
    #expect(rig.link.commits.count == 1)
  }

  @Test("a batch ends at 500 inputs, and the next turn goes on")
  func batchLimit() throws {
    let rig = try Rig()
    for actor in 0..<700 { rig.store("a\(actor)", .create(Create())) }
    try rig.turn()
    #expect(rig.source.returned.withLock { $0 } == WorkerLimits.batchInputs)
    #expect(rig.loop.hasWork)
    try rig.turn()
    #expect(rig.source.returned.withLock { $0 } == 700)
    #expect(!rig.loop.hasWork)
  }

  @Test("a batch ends at its bytes too")
  func batchBytes() throws {
    let rig = try Rig()
    for actor in 0..<10 { rig.store("a\(actor)", .create(Create(input: [UInt8](repeating: 1, count: 100_000)))) }
    try rig.turn()
    #expect(rig.source.returned.withLock { $0 } == 4)
    try rig.settle()
    // The tick of the connect came after them.
    #expect(rig.source.returned.withLock { $0 } == 11)
  }

  @Test("commands and events carry the number of the record that holds them, whatever partitions a batch touches")
  func recordNumbers() throws {
    let rig = try Rig()
    let pools = (0..<20).map { PoolID(namespace: "default", name: "p\($0)") }
    for (index, pool) in pools.enumerated() {
      // Every second pool is touched by a signal that leaves nothing to record.
      if index.isMultiple(of: 2) {
        rig.store(rig.subjects.signal(pool, .tick), [])
      } else {
        rig.store("a", .create(Create()), pool: pool)
      }
    }
    try rig.turn()
    var numbers: [String: RoostCore.RecordIndex] = [:]
    for event in rig.link.published where event.subject.hasSuffix(".created") {
      numbers[event.subject] = try rig.codec.decodeEvent(event.payload).record
    }
    #expect(numbers.count == 10)
    rig.crash()
    let journal = try Journal.open(disk: rig.disk) { record, payload in
      do {
        let batch = try payload.withUnsafeBytes {
          try rig.codec.decodeJournalBatch($0, record: record.index.rawValue).batch
        }
        for section in batch.sections {
          let subject = rig.subjects.event(section.pool, ActorID("a"), .created)
          #expect(numbers.removeValue(forKey: subject) == record.index.rawValue)
        }
      } catch {
        Issue.record(error)
      }
    }
    #expect(numbers.isEmpty)
    #expect(journal.lastIndex.rawValue >= 10)
  }

  @Test("a full disk holds the batch: nothing is said, nothing is lost, and it goes on when there is room")
  func diskFull() throws {
    let rig = try Rig()
    rig.announce()
    try rig.settle()
    let said = rig.link.published.count
    rig.disk.isFull = true
    rig.store("a1", .create(Create()), replyTo: "_INBOX.x")
    try rig.turn()
    rig.store("a2", .create(Create()))
    rig.ping()
    try rig.turn()
    #expect(rig.link.published.dropFirst(said).map(\.subject) == ["_INBOX.x"], "what was decided is said to nobody")
    #expect(rig.link.replies.count == 1, "a runner is answered also now")
    #expect(!rig.loop.health.isReady)
    #expect(rig.loop.health.reason.contains("free space"))
    rig.disk.isFull = false
    rig.clocks.advance(ms: 300)
    try rig.settle()
    #expect(rig.loop.health.isReady)
    #expect(rig.starts.map(\.actor.text) == ["a1"])
    #expect(try rig.answers(to: "_INBOX.x").map(\.outcome) == [.pending, .accepted])
    #expect(rig.events.contains { $0.actor.text == "a2" && $0.kind == .sleeping })
    #expect(try rig.recoveredState() == rig.state)
  }

  @Test("while the disk is full whoever waits is told so once, and nothing final; questions get an error to retry")
  func waitersOfFullDisk() throws {
    let rig = try Rig()
    rig.store("a0", .create(Create()))
    try rig.settle()
    rig.disk.isFull = true
    let inBatch = rig.store("a1", .create(Create()), replyTo: "_INBOX.batch")
    rig.ask(.get(ActorID("a0")))
    try rig.turn()
    let waiting = rig.store("a0", .wake(Wake()), replyTo: "_INBOX.backlog")
    rig.store("a0", .wake(Wake()), replyTo: "elsewhere")
    rig.store(rig.subjects.signal(rig.pool, ActorID("a0"), .create), [0xFF], replyTo: "_INBOX.unreadable")
    for _ in 0..<3 { try rig.turn() }
    func held(_ actor: String, _ sequence: StreamSequence) -> Answer {
      Answer(
        replyTo: "", outcome: .pending, reason: "journal_full", isFinal: false, actor: ActorID(actor),
        sequence: sequence)
    }
    #expect(try rig.answers(to: "_INBOX.batch") == [held("a1", inBatch)])
    #expect(try rig.answers(to: "_INBOX.backlog") == [held("a0", waiting)])
    #expect(try rig.answers(to: "elsewhere").isEmpty)
    guard case .failed(let error) = try rig.codec.decodeReply(.get, rig.link.replies[0].payload) else {
      Issue.record("get told what is not durable")
      return
    }
    #expect(error.code == "journal_full")
    #expect(error.isRetryable)
    #expect(error.message.contains("free space"))
    rig.arrivals.notices.append(.linkDown)
    try rig.turn()
    #expect(try rig.answers(to: "_INBOX.backlog").count == 1, "nothing leaves without a link")
    rig.bringUp()
    try rig.turn()
    #expect(try rig.answers(to: "_INBOX.batch").count == 2, "what was said before the break may not have arrived")
    #expect(try rig.answers(to: "_INBOX.backlog").count == 2)
    rig.disk.isFull = false
    rig.clocks.advance(ms: 300)
    try rig.settle()
    #expect(try rig.answers(to: "_INBOX.batch").dropFirst(2).map(\.outcome) == [.accepted])
    #expect(try rig.answers(to: "_INBOX.backlog").dropFirst(2).map(\.outcome) == [.accepted, .sleeping])
    #expect(try rig.answers(to: "_INBOX.unreadable").map(\.isFinal) == [false, false, true])
    #expect(try rig.recoveredState() == rig.state)
  }
}
