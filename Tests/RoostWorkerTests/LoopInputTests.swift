import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("What the loop is given")
struct LoopInputTests {
  @Test("bad input goes to the dead letters with the reason, and the next signal is handled")
  func deadLetters() throws {
    let rig = try Rig()
    rig.store("roost.signal.default.gpu.actor.a1.dance", [1, 2, 3])
    rig.store("roost.signal.default.gpu.actor.bad$id.wake", [])
    rig.store("roost.signal.DEFAULT.gpu.actor.a1.wake", [])
    rig.store(rig.subjects.signal(rig.pool, ActorID("a1"), .create), [0xff, 0xff])
    rig.store("a1", .create(Create()))
    try rig.settle()
    let letters = rig.link.letters.sorted { $0.sequence < $1.sequence }
    #expect(letters.map(\.reason) == ["unknown_verb", "malformed_id", "malformed_pool", "undecodable"])
    #expect(letters.map(\.sequence) == [1, 2, 3, 4])
    #expect(letters[0].payload == [1, 2, 3])
    #expect(rig.events.map(\.kind) == [.created, .sleeping])
  }

  @Test("a dead letter is kept until the broker has stored it, also through a crash")
  func deadLetterKept() throws {
    let rig = try Rig()
    rig.confirms = false
    rig.store("roost.signal.default.gpu.actor.a1.dance", [1, 2, 3])
    try rig.turn()
    #expect(rig.link.letters.count == 1)
    rig.crash()
    try rig.start()
    try rig.turn()
    #expect(rig.link.letters.map(\.payload) == [[1, 2, 3]])
    rig.arrivals.notices.append(.deadLetterFailed(1))
    try rig.turn()
    rig.clocks.advance(ms: 1_100)
    try rig.turn()
    #expect(rig.link.letters.count == 2, "what was not stored is sent again")
    rig.arrivals.notices.append(.deadLetterStored(1))
    rig.store("a1", .create(Create()))
    try rig.turn()
    rig.crash()
    try rig.start()
    try rig.turn()
    #expect(rig.link.letters.isEmpty)
  }

  @Test("an event that breaks a limit is dead-lettered with its list, and the others of the list count")
  func deadEvents() throws {
    let rig = try Rig()
    rig.announce(slots: 1)
    rig.store("a1", .create(Create()))
    try rig.settle()
    let far = Instant(ms: rig.brokerNs / 1_000_000 + 20 * 365 * 86_400_000)
    rig.report(
      RunnerEvent(index: 1, actor: ActorID("a1"), generation: 1, kind: .setAlarm(far)),
      RunnerEvent(index: 2, actor: ActorID("a1"), generation: 1, kind: .running))
    try rig.settle()
    #expect(rig.link.letters.map(\.reason) == ["limit:alarm_ts"])
    #expect(rig.link.letters[0].headers.contains { $0.name == "Roost-Dead-Events" && $0.value == "0" })
    #expect(rig.events.last?.kind == .ready)
  }

  @Test("a reply subject that is not allowed is refused and never published to")
  func badReplyTo() throws {
    let rig = try Rig()
    rig.store("a1", .create(Create()), replyTo: "roost.signal.default.gpu.actor.a1.destroy")
    try rig.settle()
    #expect(rig.events.map(\.kind) == [.rejected])
    #expect(rig.events.map(\.reason) == ["bad_reply_to"])
    #expect(rig.link.published.count == 1)
  }

  @Test("signals of pools that others serve are skipped: no state, no dead letter, no answer")
  func othersPools() throws {
    let rig = try Rig { $0.settings.servedPools = [PoolID(namespace: "default", name: "gpu")] }
    let other = PoolID(namespace: "default", name: "web")
    rig.store("a1", .create(Create()), replyTo: "_INBOX.x", pool: other)
    rig.store("roost.signal.default.web.actor.a1.dance", [])
    rig.store("roost.signal.no-pool", [])
    rig.store("a1", .create(Create()))
    rig.arrivals.pings.append(
      Inquiry(
        subject: rig.subjects.ping(other, RunnerID("r1")), replyTo: "_INBOX.p",
        payload: .bytes(rig.codec.encode(ping: Ping(ts: Instant(ms: 1), session: SessionID("s"), lastCommandIndex: 0))))
    )
    try rig.settle()
    #expect(rig.loop.machine.poolIDs == [rig.pool])
    #expect(rig.link.letters.isEmpty)
    #expect(rig.link.replies.isEmpty)
    #expect(rig.events.map(\.kind) == [.created, .sleeping])
  }

  @Test("what the broker did not confirm is published again, before anything new")
  func doubt() throws {
    let rig = try Rig()
    rig.confirms = false
    rig.store("a1", .create(Create()))
    try rig.turn()
    let first = rig.events
    rig.arrivals.notices.append(.doubtful(commit: try #require(rig.link.commits.last)))
    rig.store("a2", .create(Create()))
    try rig.turn()
    #expect(rig.events.map(\.actor.text) == ["a1", "a1", "a1", "a1", "a2", "a2"])
    #expect(Array(rig.events[2..<4]) == first)
  }

  @Test("a late confirmation of a commit that was in doubt confirms nothing")
  func lateConfirmation() throws {
    let rig = try Rig()
    rig.confirms = false
    rig.store("a1", .create(Create()))
    try rig.turn()
    let commit = try #require(rig.link.commits.last)
    rig.arrivals.notices += [.linkDown, .handedOver(commit: commit)]
    try rig.turn()
    rig.bringUp()
    try rig.turn()
    #expect(rig.events.map(\.kind) == [.created, .sleeping, .created, .sleeping])
    #expect(!rig.loop.isHandedOver)
    rig.arrivals.notices.append(.handedOver(commit: try #require(rig.link.commits.last)))
    try rig.turn()
    #expect(rig.loop.isHandedOver)
  }

  @Test("signals wait in the broker while too much is not confirmed")
  func backPressure() throws {
    let rig = try Rig()
    rig.confirms = false
    for actor in 0..<6_000 {
      rig.store("a\(actor)", .create(Create()), pool: PoolID(namespace: "p", name: "n\(actor)"))
    }
    var turns = 0
    repeat {
      try rig.turn()
      turns += 1
    } while rig.loop.hasWork && turns < 100
    let taken = rig.source.returned.withLock { $0 }
    #expect(taken >= WorkerLimits.unconfirmedRecords)
    #expect(taken < WorkerLimits.unconfirmedRecords + WorkerLimits.batchInputs)
    rig.confirms = true
    try rig.settle()
    #expect(rig.source.returned.withLock { $0 } >= 6_000)
  }
}
