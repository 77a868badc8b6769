import RoostCore
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Lists of a loop")
struct LoopListTests {
  private func rig(actors: Int, name: String = "actor") throws -> Rig {
    let rig = try Rig()
    for number in 0..<actors { rig.store("a\(10_000 + number)", .create(Create(name: name))) }
    try rig.settle()
    return rig
  }

  /// All pages, from the first on.
  private func pages(_ rig: Rig, _ request: ListRequest, between: () throws -> Void = {}) throws -> [APIReply] {
    var request = request
    var pages: [APIReply] = []
    repeat {
      let page = try rig.reply(to: .list(request))
      pages.append(page)
      request.after = page.next ?? ""
      try between()
    } while !request.after.isEmpty && pages.count < 1_000
    return pages
  }

  @Test("pages follow one another in the order of ids, and whoever stays is on one of them once, whatever changes")
  func pagesUnderChange() throws {
    let rig = try rig(actors: 250)
    let stay = (0..<250).map { "a\(10_000 + $0)" }
    var number = 0
    let pages = try pages(rig, ListRequest(limit: 20)) {
      // One before and one behind every place where a page can end.
      for id in ["a0\(number)", "b\(number)", "a1\(number)"] { rig.store(id, .create(Create())) }
      number += 1
      try rig.settle()
    }
    let listed = pages.flatMap(\.actors)
    #expect(listed == listed.sorted())
    #expect(Set(listed).count == listed.count)
    #expect(Set(listed).isSuperset(of: stay))
    #expect(pages.dropLast().allSatisfy { $0.actors.count == 20 })
    guard case .list(let first) = pages[0] else { return }
    #expect(first.total == 250)
    #expect(try rig.reply(to: .list(ListRequest())).actors.count == Int(APIRequest.defaultLimit))
    #expect(
      try rig.reply(to: .list(ListRequest(after: "~"))) == .list(ActorPage(actors: [], total: UInt64(250 + 3 * number)))
    )
  }

  @Test("an actor whose record is gone is listed no more, and its place may be another's")
  func removed() throws {
    let rig = try Rig { $0.defaults.destroyedRetention = Milliseconds(1_000) }
    for id in ["a", "b", "c"] { rig.store(id, .create(Create())) }
    try rig.settle()
    #expect(try rig.reply(to: .list(ListRequest())).actors == ["a", "b", "c"])
    rig.store("b", .destroy)
    try rig.settle()
    #expect(try rig.reply(to: .list(ListRequest(state: "destroyed"))).actors == ["b"])
    try rig.pass(ms: 2_000)
    #expect(try rig.reply(to: .list(ListRequest())).actors == ["a", "c"])
    rig.store("0", .create(Create()))
    try rig.settle()
    #expect(try rig.reply(to: .list(ListRequest())).actors == ["0", "a", "c"])
  }

  @Test("state, name, beginning of the name, key and runner leave out who does not have them")
  func filters() throws {
    let rig = try Rig()
    rig.announce(slots: 1)
    rig.store("a1", .create(Create(name: "room", key: "k1", crashPolicy: .restart)))
    rig.store("a2", .create(Create(name: "room", key: "k2", crashPolicy: .restart)))
    rig.store("a3", .create(Create(name: "roomy")))
    try rig.settle()
    func list(_ request: ListRequest) throws -> [String] { try rig.reply(to: .list(request)).actors }
    #expect(try list(ListRequest(name: "room")) == ["a1", "a2"])
    #expect(try list(ListRequest(namePrefix: "room")) == ["a1", "a2", "a3"])
    #expect(try list(ListRequest(namePrefix: "roomy")) == ["a3"])
    #expect(try list(ListRequest(key: "k2")) == ["a2"])
    #expect(try list(ListRequest(runner: RunnerID("r1"))) == ["a1"])
    #expect(try list(ListRequest(state: "pending")) == ["a2"])
    #expect(try list(ListRequest(state: "sleeping", name: "room")) == [])
  }

  @Test("a filtered page looks at so many actors and says where to go on")
  func rareMatches() throws {
    let rig = try rig(actors: WorkerLimits.examinedActors + 10)
    rig.store("a99999", .create(Create(name: "rare")))
    try rig.settle()
    let pages = try pages(rig, ListRequest(name: "rare"))
    #expect(pages.map(\.actors) == [[], ["a99999"]])
    #expect(pages[0].next == "a\(10_000 + WorkerLimits.examinedActors - 1)")
  }

  @Test("one turn lists no more than its rows, whoever asks; the order of ids is made in steps")
  func boundedTurns() throws {
    let rig = try rig(actors: WorkerLimits.orderedActors + 1)
    for _ in 0..<3 { rig.ask(.list(ListRequest(limit: 600))) }
    rig.ask(.get(ActorID("a10000")))
    var perTurn: [Int] = []
    repeat {
      let before = rig.link.replies.count
      try rig.turn()
      perTurn.append(rig.link.replies.count - before)
    } while rig.loop.hasWork
    // The first turn puts 2,000 of the 2,001 in order.
    #expect(perTurn == [0, 1, 1, 2])
  }

  @Test("a page fits the broker's largest message; a single row that does not is refused, with what to do")
  func largeRows() throws {
    let rig = try rig(actors: 100, name: String(repeating: "n", count: 128))
    rig.link.maxMessageBytes = 8_192
    let pages = try pages(rig, ListRequest(limit: 50))
    #expect(pages.flatMap(\.actors) == (0..<100).map { "a\(10_000 + $0)" })
    #expect(pages.count > 3)
    rig.link.maxMessageBytes = 128
    let refused = try rig.reply(to: .list(ListRequest(limit: 50)))
    #expect(refused.code == "too_large")
    rig.link.maxMessageBytes = 512
    #expect(try rig.reply(to: .list(ListRequest(limit: 50))).actors.count == 1)
  }

  @Test("no row takes more bytes than its bound")
  func rowBounds() {
    let codec = WireCodec()
    var actor = ActorDescription(
      actor: ActorID(String(repeating: "a", count: 64)), name: String(repeating: "n", count: 128),
      key: String(repeating: "k", count: 1_024), crashPolicy: .destroy, state: "destroying", generation: .max,
      createdAt: Instant(ms: -1))
    (actor.crashCount, actor.runner, actor.since) = (.max, RunnerID(String(repeating: "r", count: 64)), Instant(ms: -1))
    (actor.until, actor.alarm, actor.ticket) = (Instant(ms: -1), Instant(ms: -1), .max)
    (actor.session, actor.queuePosition, actor.waiters) = (SessionID(String(repeating: "s", count: 128)), .max, .max)
    (actor.lastErrorCode, actor.lastErrorMessage) = ("crashed", String(repeating: "e", count: 1_024))
    (actor.hasRewake, actor.inputBytes, actor.pendingReason) = (true, .max, "behind_others")
    #expect(codec.encode(.list(ActorPage(actors: [actor], total: 1))).count <= actor.greatestBytes)
    var runner = RunnerDescription(
      runner: RunnerID("r"), session: SessionID(String(repeating: "s", count: 128)), state: "draining",
      since: Instant(ms: -1))
    runner.metadata = (0..<32).map { MetadataEntry(key: "key\($0)", value: String(repeating: "v", count: 100)) }
    #expect(codec.encode(.runners(RunnerPage(runners: [runner], total: 1))).count <= runner.greatestBytes)
  }

  @Test("pending shows the line from its head: position, ticket, deadline, and why the head waits")
  func pending() throws {
    let rig = try Rig()
    for number in 0..<5 {
      rig.store("a\(number)", .create(Create()))
      rig.store("a\(number)", .wake(Wake(override: .dontSleep(pendingTimeoutMs: number == 4 ? nil : 60_000))))
    }
    rig.store("a1", .destroy)
    try rig.settle()
    let first = try rig.reply(to: .pending(PendingRequest(limit: 3)))
    #expect(first.waiting.map(\.actor.text) == ["a0", "a2", "a3"])
    #expect(first.waiting.map(\.queuePosition) == [1, 2, 3])
    #expect(first.waiting.allSatisfy { $0.deadline == $0.since.adding(Milliseconds(60_000)) })
    guard case .pending(let page) = first else { return }
    #expect(page.reason == "no_runner")
    #expect(page.total == 4)
    #expect(page.nextTicket == first.waiting[2].ticket)
    // The head leaves meanwhile.
    rig.store("a0", .sleep)
    try rig.settle()
    let second = try rig.reply(to: .pending(PendingRequest(limit: 3, afterTicket: page.nextTicket)))
    #expect(second.waiting.map(\.actor.text) == ["a4"])
    #expect(second.waiting.map(\.queuePosition) == [3])
    #expect(second.waiting.map(\.deadline) == [nil])
    let last = try rig.reply(to: .pending(PendingRequest(afterTicket: .max)))
    #expect(last == .pending(PendingPage(entries: [], total: 3, reason: "no_runner")))
  }

  @Test("runners are shown with their state, slots, how long ago they pinged, and why they were closed")
  func runners() throws {
    let rig = try Rig { $0.defaults.stopAfter = .zero }
    rig.announce("r1", slots: 2)
    rig.announce("r2", slots: 3)
    rig.announce("r3", slots: 1)
    rig.store("a1", .create(Create(crashPolicy: .restart)))
    rig.store(runner: "r3", .stopping(session: SessionID("s1"), lastCommandIndex: nil))
    try rig.settle()
    rig.clocks.advance(ms: 700)
    rig.ping("r2")
    rig.clocks.advance(ms: 300)
    let reply = try rig.reply(to: .runners(RunnersRequest()))
    guard case .runners(let page) = reply else {
      Issue.record("\(reply)")
      return
    }
    #expect(page.total == 3)
    #expect(page.runners.map(\.state) == ["open", "open", "closed"])
    #expect(page.runners.map(\.totalSlots) == [2, 3, 0])
    #expect(page.runners.map(\.reservedSlots).reduce(0, +) == 1)
    #expect(page.runners.map(\.pingAge?.value) == [1_000, 0, nil])
    #expect(page.runners[2].closeReason == "drained")
    let second = try rig.reply(to: .runners(RunnersRequest(limit: 1, after: "r1")))
    guard case .runners(let page) = second else { return }
    #expect(page.runners.map(\.runner.text) == ["r2"])
    #expect(page.next == "r2")
  }
}
