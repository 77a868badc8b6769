import RoostCore
import RoostJournal
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("The past of an actor")
struct LoopHistoryTests {
  /// Reads where it is asked, as the thread would.
  private final class Reader: Recounting {
    unowned var rig: Rig!
    var isFull = false
    var questions: [HistoryQuestion] = []
    func recount(_ question: HistoryQuestion) -> Bool {
      if !isFull { questions.append(question) }
      return !isFull
    }

    func answer() throws {
      for question in questions {
        let page = try question.page(rig.disk, journal: rig.journal.id, codec: WireCodec())
        rig.arrivals.notices.append(.told(.history(page), question))
      }
      questions = []
    }
  }

  private func rig(_ change: (Rig) -> Void = { _ in }) throws -> (Rig, Reader) {
    let reader = Reader()
    let rig = try Rig {
      $0.recounting = reader
      change($0)
    }
    reader.rig = rig
    return (rig, reader)
  }

  private func history(_ rig: Rig, _ reader: Reader, _ request: HistoryRequest) throws -> HistoryPage {
    rig.link.replies = []
    rig.ask(.history(request))
    try rig.settle()
    #expect(rig.link.replies.isEmpty, "it is read beside the loop")
    try reader.answer()
    try rig.settle()
    guard case .history(let page)? = try rig.takeReplies(.history).first else {
      Issue.record("no history")
      return HistoryPage(entries: [])
    }
    return page
  }

  @Test("commands and events of the actor alone, newest first, with their causes")
  func story() throws {
    let (rig, reader) = try rig()
    rig.announce(slots: 2)
    rig.store("a1", .create(Create()))
    rig.store("a11", .create(Create()))
    try rig.settle()
    rig.store("a1", .sleep)
    let wake = rig.store("a1", .wake(Wake()))
    try rig.settle()
    rig.report(RunnerEvent(index: 1, actor: ActorID("a1"), generation: 1, kind: .stopped(error: nil)))
    try rig.settle()
    let page = try history(rig, reader, HistoryRequest(actor: ActorID("a1")))
    #expect(page.nextRecord == 0)
    #expect(page.entries.reversed().map(\.kind).prefix(2) == ["start", "created"])
    #expect(page.entries.contains { $0.kind == "stop" && $0.reason == "sleep" })
    #expect(page.entries.first { $0.kind == "start" }?.causeSequence == wake)
    #expect(page.entries.map(\.record) == page.entries.map(\.record).sorted(by: >))
    #expect(page.entries.allSatisfy { $0.at > Instant(ms: 0) })
    #expect(try history(rig, reader, HistoryRequest(actor: ActorID("a9"))).entries.isEmpty)
  }

  @Test(
    "a wait says until when and in which place, a start what made room for it, and each row how far its record read")
  func reasons() throws {
    let (rig, reader) = try rig()
    rig.announce(slots: 1)
    rig.store("a1", .create(Create()))
    rig.store("a2", .create(Create()))
    rig.store("a3", .create(Create()))
    try rig.settle()
    rig.store("a3", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 60_000))))
    let wake = rig.store("a2", .wake(Wake(override: .dontSleep(pendingTimeoutMs: nil))))
    try rig.settle()
    let waiting = try history(rig, reader, HistoryRequest(actor: ActorID("a3"))).entries
    let pending = try #require(waiting.first { $0.kind == "pending" })
    #expect(
      pending.until == pending.at.adding(Milliseconds(60_000)) && pending.queuePosition == 1 && pending.ticket > 0)
    #expect(pending.reason == "newest_full")

    rig.store("a3", .destroy)
    rig.report(RunnerEvent(index: 1, actor: ActorID("a1"), generation: 1, kind: .stopped(error: "x")))
    let report = UInt64(rig.stream.count)
    try rig.settle()
    let page = try history(rig, reader, HistoryRequest(actor: ActorID("a2"))).entries
    let start = try #require(page.first)
    #expect(start.kind == "start" && start.causeSequence == wake && start.throughSequence == report)
    #expect(start.reason == HistoryEntry.slotReleased && start.message == "a1" && start.until != nil)
    let endless = try #require(page.first { $0.kind == "pending" })
    #expect(endless.until == nil && endless.queuePosition == 2)
    // The first start had room.
    let first = try #require(
      try history(rig, reader, HistoryRequest(actor: ActorID("a1"))).entries.last { $0.kind == "start" })
    #expect(first.reason.isEmpty || first.reason == HistoryEntry.runnerJoined)

    rig.store("a1", .wake(Wake(override: .dontSleep(pendingTimeoutMs: nil))))
    try rig.settle()
    rig.announce("r2", slots: 1)
    try rig.settle()
    let joined = try #require(try history(rig, reader, HistoryRequest(actor: ActorID("a1"))).entries.first)
    #expect(joined.kind == "start" && joined.reason == HistoryEntry.runnerJoined && joined.runner == RunnerID("r2"))
  }

  @Test("pages go back through all segments, and no row is lost or told twice")
  func pages() throws {
    let (rig, reader) = try rig { $0.segmentBytes = 32 << 10 }
    rig.store("a1", .create(Create()))
    for number in 0..<900 {
      rig.store("a1", .wake(Wake(override: .dontSleep(pendingTimeoutMs: nil))))
      rig.store("b\(number)", .create(Create()))
      rig.store("a1", .sleep)
      try rig.settle()
      try rig.loop.tidy()
    }
    #expect(rig.journal.places.count > WorkerLimits.historySegments)
    var request = HistoryRequest(actor: ActorID("a1"), limit: 70)
    var entries: [HistoryEntry] = []
    var pages = 0
    repeat {
      let page = try history(rig, reader, request)
      entries += page.entries
      request.beforeRecord = page.nextRecord
      pages += 1
    } while request.beforeRecord != 0 && pages < 1_000
    #expect(entries.count { $0.kind == "pending" } == 900)
    #expect(entries.last?.kind == "created" || entries.dropLast().last?.kind == "created")
    #expect(entries.map(\.record) == entries.map(\.record).sorted(by: >))
    rig.link.maxMessageBytes = 2_048
    let small = try history(rig, reader, HistoryRequest(actor: ActorID("a1"), limit: 1_000))
    #expect(small.entries.count < 10)
    #expect(small.nextRecord > 0)
  }

  @Test("what was written behind the last durable record is not told, and a segment that is gone ends the past")
  func edges() throws {
    let (rig, reader) = try rig()
    rig.store("a1", .create(Create()))
    try rig.settle()
    rig.ask(.history(HistoryRequest(actor: ActorID("a1"))))
    try rig.settle()
    var question = try #require(reader.questions.first)
    #expect(try question.page(rig.disk, journal: rig.journal.id, codec: WireCodec()).entries.count == 2)
    question.through = .none
    #expect(try question.page(rig.disk, journal: rig.journal.id, codec: WireCodec()).entries.isEmpty)
    question.through = rig.journal.lastIndex
    #expect(try question.page(SimulatedDisk(), journal: rig.journal.id, codec: WireCodec()).entries.isEmpty)
  }

  @Test("more questions about the past than may be under way are told so, and a pool that there is not")
  func limits() throws {
    let (rig, reader) = try rig()
    #expect(try rig.reply(to: .history(HistoryRequest(actor: ActorID("a1")))).code == "unknown_pool")
    rig.store("a1", .create(Create()))
    try rig.settle()
    reader.isFull = true
    #expect(try rig.reply(to: .history(HistoryRequest(actor: ActorID("a1")))).code == "busy")
  }
}
