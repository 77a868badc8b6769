import RoostCore
import RoostJournal
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("The loop after a crash")
struct LoopRecoveryTests {
  /// Something of everything: two runners, waits, starts, stops, a loss, answers.
  private func play(_ rig: Rig, each: (Rig) throws -> Void) throws {
    func step(_ body: () -> Void) throws {
      body()
      try rig.settle()
      try each(rig)
      rig.clocks.advance(ms: 100)
    }
    try step { rig.announce(slots: 2) }
    for actor in 1...4 {
      try step { rig.store("a\(actor)", .create(Create(crashPolicy: .restart)), replyTo: "_INBOX.\(actor)") }
    }
    let g1 = { (index: EventIndex, actor: String, kind: RunnerEvent.Kind) in
      RunnerEvent(index: index, actor: ActorID(actor), generation: 1, kind: kind)
    }
    try step { rig.report(g1(1, "a1", .running), g1(2, "a2", .running)) }
    try step { rig.store("a3", .wake(Wake(override: .dontSleep(pendingTimeoutMs: 5_000))), replyTo: "_INBOX.w3") }
    try step { rig.ping(last: 2) }
    try step { rig.report(g1(3, "a1", .stopped(error: "oops"))) }
    try step { rig.store("a2", .sleep) }
    try step { rig.report(g1(4, "a2", .stopped(error: nil))) }
    try step { rig.announce("r2", session: "t1", slots: 1) }
    try step { rig.store("nobody", .destroy, replyTo: "_INBOX.n") }
    try step { rig.store("a4", .destroy) }
    try step { rig.store("roost.signal.default.gpu.actor.a1.dance", []) }
    try step { rig.announce(session: "s2", slots: 1) }
  }

  @Test("recovery equals the live state, after every step")
  func recoveryEqualsLive() throws {
    let rig = try Rig()
    var steps = 0
    try play(rig) { rig in
      steps += 1
      // Acknowledgements of commands may wait for the next record.
      guard rig.loop.lazy.isEmpty else { return }
      let recovered = try rig.recoveredState()
      #expect(difference(recovered, rig.state) == [], "after step \(steps)")
    }
    #expect(steps == 16)
    #expect(rig.loop.lazy.isEmpty)
  }

  @Test("when everything is delivered again, nothing is decided and nothing is said a second time")
  func redelivery() throws {
    let rig = try Rig()
    try play(rig) { _ in }
    rig.crash()
    try rig.start()
    try rig.settle()
    // After the start, for that gives deadlines their whole threshold again.
    let state = rig.state
    let said = rig.link.published.count
    rig.delivered = 0
    try rig.settle()
    #expect(difference(rig.state, state) == [])
    #expect(rig.link.published.count == said)
  }

  @Test("a crash at any step loses and repeats nothing that counts: same state, no second command index")
  func crashAnywhere() throws {
    let straight = try Rig()
    try play(straight) { _ in }
    for crashAt in 1...16 {
      let rig = try Rig()
      var step = 0
      var orders: [CommandIndex: StartOrder] = [:]
      try play(rig) { rig in
        step += 1
        for order in rig.starts where order.actor.text != "" {
          if let earlier = orders[order.index], earlier.journalSequence != order.journalSequence {
            #expect(earlier.generation != order.generation || earlier.actor != order.actor)
          }
          orders[order.index] = order
        }
        guard step == crashAt else { return }
        rig.crash(.power(seed: UInt64(step)))
        try rig.start()
        try rig.settle()
      }
      #expect(names(rig) == names(straight), "crash after step \(crashAt)")
    }
  }

  /// States and generations; times differ, as deadlines are renewed.
  private func names(_ rig: Rig) -> [String] {
    ["a1", "a2", "a3", "a4"].map { id in
      let view = rig.loop.machine.reading(rig.pool) { $0.actorView(ActorID(id)) } ?? nil
      return "\(id) \(view?.record.state.name ?? "none") g\(view?.record.generation ?? 0)"
    }
  }

  @Test("what was flushed and not published leaves after the crash, in order; what was handed over does not")
  func handedOver() throws {
    let rig = try Rig()
    rig.announce(slots: 3)
    rig.store("a1", .create(Create()), replyTo: "_INBOX.1")
    try rig.settle()
    // One more record, so that the hand-over of the first is written down.
    rig.store("a2", .create(Create()), replyTo: "_INBOX.2")
    try rig.turn()
    rig.confirms = false
    rig.store("a3", .create(Create()), replyTo: "_INBOX.3")
    rig.arrivals.notices.removeAll()
    try rig.turn()
    let events = rig.events.suffix(2)
    rig.crash()
    try rig.start()
    try rig.turn()
    #expect(rig.events == Array(events), "the second and the third were not known to be taken")
    let first = try rig.answers(to: "_INBOX.1")
    #expect(first.isEmpty)
    #expect(try rig.answers(to: "_INBOX.2").map(\.outcome) == [.accepted])
    #expect(try rig.answers(to: "_INBOX.3").map(\.outcome) == [.accepted])
    #expect(rig.starts.map(\.index) == [1, 2, 3], "commands that nobody acknowledged are sent again")
  }

  @Test("of a torn batch the partitions whose record survived are skipped, the others are applied again")
  func tornGroup() throws {
    let rig = try Rig()
    let pools = (0..<8).map { PoolID(namespace: "default", name: "p\($0)") }
    for pool in pools { rig.store("first", .create(Create()), pool: pool) }
    try rig.settle()
    let good = rig.disk.copy()
    for pool in pools { rig.store("second", .create(Create()), pool: pool) }
    for pool in pools { rig.store("third", .create(Create()), pool: pool) }
    try rig.turn()
    let full = try #require(rig.disk[segment(rig)])
    let before = try #require(good[segment(rig)])
    let start = try #require(zip(before, full).enumerated().first { $0.element.0 != $0.element.1 }?.offset)
    var recoveries: Set<Int> = []
    for cut in stride(from: start, to: min(full.count, start + 4_000), by: 97) {
      let torn = try Rig {
        $0.disk = good.copy(); $0.stream = rig.stream
      }
      torn.crash()
      torn.disk[segment(rig)] = Array(full[..<cut]) + [UInt8](repeating: 0, count: full.count - cut)
      try torn.start()
      let known = pools.count { pool in
        torn.loop.machine.reading(pool) { $0.actorView(ActorID("second")) != nil } ?? false
      }
      recoveries.insert(known)
      // Read again in small pieces, with a crash after each: no partition may be taken for further than it is.
      if cut.isMultiple(of: 2) {
        for _ in 0..<20 {
          try torn.turn(deliver: 2)
          torn.crash()
          try torn.start()
        }
      }
      try torn.settle()
      for pool in pools {
        #expect(torn.loop.machine.reading(pool) { $0.actorCount } == 3)
      }
      // Created once: the second time it would be rejected.
      #expect(!torn.events.contains { $0.kind == .rejected })
    }
    #expect(recoveries.count > 3, "the cuts fell between records: \(recoveries.sorted())")
  }

  private func segment(_ rig: Rig) -> String {
    rig.disk.fileNames.filter { $0.hasPrefix("journal/") }.max {
      (rig.disk[$0]?.count ?? 0) < (rig.disk[$1]?.count ?? 0)
    } ?? ""
  }
}
