import RoostCore
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Runners, as the loop sees them")
struct LoopRunnerTests {
  private func pongs(_ rig: Rig) throws -> [Pong] { try rig.link.replies.map { try rig.codec.decodePong($0.payload) } }

  private func isOpen(_ rig: Rig, _ runner: String) -> Bool {
    rig.loop.machine.reading(rig.pool) { $0.openRunners.contains { $0.runner.text == runner } } ?? false
  }

  @Test("a ping is answered before the signals of the same turn, and without a flush")
  func pingFirst() throws {
    let rig = try Rig()
    rig.announce()
    try rig.settle()
    rig.disk.flushErrno = 5
    rig.announce(session: "s2")
    rig.ping()
    #expect(throws: WorkerError.self) { try rig.turn() }
    #expect(try pongs(rig).map(\.status) == [.known], "the new session came after the ping")
  }

  @Test("an unknown session is told so, a closed one why")
  func statuses() throws {
    let rig = try Rig()
    rig.ping("nobody")
    rig.announce()
    try rig.settle()
    rig.announce(session: "s2")
    try rig.settle()
    rig.ping(session: "s1")
    rig.ping(session: "s2")
    // As the empty payload is.
    rig.ping(session: "")
    try rig.turn()
    #expect(try pongs(rig).map(\.status) == [.unknown, .closed, .known, .unknown])
    #expect(try pongs(rig).map(\.reason) == ["", "superseded", "", ""])
    #expect(try pongs(rig).map(\.lostThreshold.value) == [15_000, 15_000, 15_000, 15_000])
  }

  @Test("a runner that falls silent becomes stale after 10 s and lost after 15 s")
  func lost() throws {
    let rig = try Rig()
    rig.announce()
    rig.store("a1", .create(Create()))
    try rig.settle()
    try rig.pass(ms: 9_900)
    rig.store("a2", .create(Create()))
    try rig.settle()
    try rig.pass(ms: 5_000)
    #expect(isOpen(rig, "r1"))
    try rig.pass(ms: 200)
    #expect(!isOpen(rig, "r1"))
    #expect(rig.events.contains { $0.kind == .lost })
    #expect(rig.commands.contains { $0.body == .close(reason: "lost") })
  }

  @Test("a runner that pings again is fresh at once, and the queue moves")
  func freshAgain() throws {
    let rig = try Rig()
    rig.announce(slots: 1)
    try rig.settle()
    try rig.pass(ms: 10_100)
    rig.store("a1", .create(Create(crashPolicy: .restart)))
    try rig.settle()
    #expect(rig.starts.isEmpty, "a stale runner gets nothing")
    rig.ping()
    try rig.turn()
    #expect(rig.starts.map(\.actor.text) == ["a1"])
  }

  @Test("silence is not counted while the link is down, nor from before it was up")
  func linkDown() throws {
    let rig = try Rig()
    rig.announce()
    try rig.settle()
    try rig.pass(ms: 8_000)
    rig.arrivals.notices.append(.linkDown)
    try rig.pass(ms: 60_000)
    #expect(isOpen(rig, "r1"))
    rig.bringUp()
    try rig.pass(ms: 14_900)
    #expect(isOpen(rig, "r1"))
    try rig.pass(ms: 300)
    #expect(!isOpen(rig, "r1"))
  }

  @Test("after the loop stood still, or pings were dropped, silence is counted anew")
  func standstill() throws {
    let rig = try Rig()
    rig.announce()
    try rig.settle()
    try rig.pass(ms: 8_000)
    // Nobody turns the loop for 20 s, although it wanted to be turned.
    rig.clocks.advance(ms: 20_000)
    try rig.settle()
    #expect(isOpen(rig, "r1"))
    try rig.pass(ms: 14_000)
    rig.arrivals.notices.append(.pingsDropped)
    try rig.pass(ms: 14_000)
    #expect(isOpen(rig, "r1"))
    try rig.pass(ms: 1_100)
    #expect(!isOpen(rig, "r1"))
  }

  @Test("when more than half of three or more runners fall silent together, the verdict is held for four thresholds")
  func massSilence() throws {
    let rig = try Rig()
    for runner in 1...3 { rig.announce("r\(runner)", session: "s") }
    try rig.settle()
    for _ in 0..<11 {
      try rig.pass(ms: 3_000)
      rig.ping("r1", session: "s")
    }
    #expect(isOpen(rig, "r2") && isOpen(rig, "r3"))
    // One of them is heard again: the other one is alone with its silence.
    rig.ping("r2", session: "s")
    try rig.pass(ms: 1_500)
    #expect(isOpen(rig, "r2"))
    #expect(!isOpen(rig, "r3"))
  }

  @Test("if nobody is heard again, they are lost after four thresholds")
  func massSilenceEnds() throws {
    let rig = try Rig()
    for runner in 1...3 { rig.announce("r\(runner)", session: "s") }
    try rig.settle()
    try rig.pass(ms: 59_000)
    #expect(isOpen(rig, "r1") && isOpen(rig, "r2") && isOpen(rig, "r3"))
    try rig.pass(ms: 2_500)
    #expect(!isOpen(rig, "r1") && !isOpen(rig, "r2") && !isOpen(rig, "r3"))
  }

  @Test("commands without acknowledgement are sent again after 2 s of pings, and no more once acknowledged")
  func resend() throws {
    let rig = try Rig()
    rig.announce(slots: 2)
    rig.store("a1", .create(Create()))
    try rig.settle()
    rig.clocks.advance(ms: 1_000)
    rig.ping()
    try rig.settle()
    #expect(rig.starts.map(\.index) == [1])
    rig.clocks.advance(ms: 1_100)
    rig.ping()
    try rig.settle()
    #expect(rig.starts.map(\.index) == [1, 1])
    #expect(rig.starts[0] == rig.starts[1])
    rig.ping(last: 1)
    try rig.settle()
    rig.clocks.advance(ms: 3_000)
    rig.ping(last: 1)
    try rig.settle()
    #expect(rig.starts.count == 2)
  }

  @Test("an acknowledgement needs no flush and rides in the pool's next record")
  func lazyAcknowledgement() throws {
    let rig = try Rig()
    rig.announce(slots: 2)
    rig.store("a1", .create(Create()))
    try rig.settle()
    let flushes = rig.disk.flushes
    rig.ping(last: 1)
    try rig.settle()
    #expect(rig.disk.flushes == flushes)
    #expect(try rig.recoveredState() != rig.state)
    rig.store("a2", .create(Create()))
    try rig.settle()
    #expect(try rig.recoveredState() == rig.state)
  }

  @Test("events are acknowledged a second after the first, and at once when they were sent again")
  func acknowledgements() throws {
    let rig = try Rig()
    rig.announce(slots: 2)
    rig.store("a1", .create(Create()))
    try rig.settle()
    func acknowledged() -> [EventIndex] {
      rig.commands.compactMap { if case .acknowledged(let index) = $0.body { index } else { nil } }
    }
    let running = RunnerEvent(index: 1, actor: ActorID("a1"), generation: 1, kind: .running)
    rig.report(running)
    try rig.settle()
    #expect(acknowledged() == [])
    try rig.pass(ms: 500)
    rig.report(RunnerEvent(index: 2, actor: ActorID("a1"), generation: 1, kind: .sleepIntent))
    try rig.settle()
    #expect(acknowledged() == [])
    try rig.pass(ms: 510)
    #expect(acknowledged() == [2])
    rig.report(running)
    try rig.settle()
    #expect(acknowledged() == [2, 2])
  }

  @Test("a gap in the events is answered with welcome and the last index")
  func gap() throws {
    let rig = try Rig()
    rig.announce(slots: 2)
    try rig.settle()
    rig.report(RunnerEvent(index: 3, actor: ActorID("a1"), generation: 1, kind: .running))
    try rig.settle()
    let welcomes = rig.commands.compactMap {
      if case .welcome(let welcome) = $0.body { welcome.lastEventIndex } else { nil }
    }
    #expect(welcomes == [0, 0])
  }
}
