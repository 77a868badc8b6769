import RoostCore
import RoostTestKit
import Testing

@testable import RoostWire

@Suite("Subjects")
struct SubjectTests {
  let subjects = Subjects()
  let parser = SubjectParser(Subjects())

  @Test("every subject that is built is read back as what it was built from")
  func roundTrip() throws {
    for verb in ActorVerb.allCases {
      let subject = SignalSubject.actor(Samples.pool, Samples.actor, verb)
      #expect(try parser.signal(subjects.signal(subject)) == subject)
    }
    for verb in RunnerVerb.allCases {
      let subject = SignalSubject.runner(Samples.pool, Samples.runner, verb)
      #expect(try parser.signal(subjects.signal(subject)) == subject)
    }
    for verb in PoolVerb.allCases {
      let subject = SignalSubject.pool(Samples.pool, verb)
      #expect(try parser.signal(subjects.signal(subject)) == subject)
    }
    #expect(try parser.ping(subjects.ping(Samples.pool, Samples.runner)) == (Samples.pool, Samples.runner))
    for verb in CommandVerb.allCases {
      #expect(
        try parser.command(subjects.command(Samples.pool, Samples.runner, verb)) == (Samples.pool, Samples.runner, verb)
      )
    }
    for kind in ActorEvent.Kind.allCases {
      #expect(
        try parser.event(subjects.event(Samples.pool, Samples.actor, kind)) == (Samples.pool, Samples.actor, kind))
    }
    for verb in APIVerb.allCases {
      #expect(try parser.api(subjects.api(Samples.pool, verb)) == (Samples.pool, verb))
    }
  }

  @Test("subjects have the shape the protocol gives them")
  func shape() {
    #expect(subjects.signal(Samples.pool, ActorID("a1"), .wake) == "roost.signal.default.gpu.actor.a1.wake")
    #expect(subjects.signal(Samples.pool, RunnerID("r1"), .initialize) == "roost.signal.default.gpu.runner.r1.init")
    #expect(subjects.signal(Samples.pool, .tick) == "roost.signal.default.gpu.pool.tick")
    #expect(subjects.ping(Samples.pool, RunnerID("r1")) == "roost.ping.default.gpu.r1")
    #expect(subjects.command(Samples.pool, RunnerID("r1"), .ack) == "roost.command.default.gpu.r1.ack")
    #expect(subjects.event(Samples.pool, ActorID("a1"), .goingAway) == "roost.event.default.gpu.a1.going_away")
    #expect(subjects.api(Samples.pool, .list) == "roost.api.default.gpu.list")
    #expect(subjects.journal(63) == "roost.journal.63")
    #expect(subjects.dead(Samples.pool) == "roost.dead.default.gpu")
    #expect(subjects.dead(nil) == "roost.dead._._")
    #expect(subjects.allSignals == "roost.signal.>")
    #expect(subjects.commands(Samples.pool, RunnerID("r1")) == "roost.command.default.gpu.r1.*")
  }

  static let bad: [(String, WireError.Reason, PoolID?)] = [
    ("", .malformedSubject, nil),
    ("roost", .malformedSubject, nil),
    ("roost.signal.", .malformedSubject, nil),
    ("roost.event.default.gpu.actor.a1.wake", .malformedSubject, nil),
    ("roostx.signal.default.gpu.actor.a1.wake", .malformedSubject, nil),
    ("roost.signal.default", .malformedPool, nil),
    ("roost.signal..gpu.actor.a1.wake", .malformedPool, nil),
    ("roost.signal.Default.gpu.actor.a1.wake", .malformedPool, nil),
    ("roost.signal.default.g_u.actor.a1.wake", .malformedPool, nil),
    ("roost.signal.default.-gpu.actor.a1.wake", .malformedPool, nil),
    ("roost.signal.default.\(String(repeating: "p", count: 33)).actor.a1.wake", .malformedPool, nil),
    ("roost.signal.default.gpu", .malformedSubject, Samples.pool),
    ("roost.signal.default.gpu.agent.a1.wake", .malformedSubject, Samples.pool),
    ("roost.signal.default.gpu.actor", .malformedID, Samples.pool),
    ("roost.signal.default.gpu.actor..wake", .malformedID, Samples.pool),
    ("roost.signal.default.gpu.actor.a/1.wake", .malformedID, Samples.pool),
    ("roost.signal.default.gpu.actor.ä.wake", .malformedID, Samples.pool),
    ("roost.signal.default.gpu.actor.\(String(repeating: "a", count: 65)).wake", .malformedID, Samples.pool),
    ("roost.signal.default.gpu.actor.a1", .unknownVerb, Samples.pool),
    ("roost.signal.default.gpu.actor.a1.", .unknownVerb, Samples.pool),
    ("roost.signal.default.gpu.actor.a1.init", .unknownVerb, Samples.pool),
    ("roost.signal.default.gpu.actor.a1.wake.", .unknownVerb, Samples.pool),
    ("roost.signal.default.gpu.actor.a1.wake.now", .unknownVerb, Samples.pool),
    ("roost.signal.default.gpu.runner.r1.wake", .unknownVerb, Samples.pool),
    ("roost.signal.default.gpu.pool.wake", .unknownVerb, Samples.pool),
  ]

  @Test(
    "a subject that breaks a rule is refused with that rule's reason, and its pool where it named one", arguments: bad)
  func refused(subject: String, reason: WireError.Reason, pool: PoolID?) {
    do throws(WireError) {
      let read = try parser.signal(subject)
      Issue.record("read as \(read)")
    } catch {
      #expect(error.reason == reason)
      #expect(error.pool == pool)
    }
  }

  @Test("the longest names of each grammar are taken")
  func longest() throws {
    let pool = PoolID(namespace: String(repeating: "9", count: 32), name: "a" + String(repeating: "-", count: 31))
    let actor = ActorID(String(repeating: "_", count: 64))
    #expect(try parser.signal(subjects.signal(pool, actor, .wake)) == .actor(pool, actor, .wake))
  }

  @Test("the prefix is a setting, and only tokens that subjects can hold are taken")
  func prefix() throws {
    let other = try #require(Subjects(prefix: "acme.roost_1"))
    #expect(other.signal(Samples.pool, .tick) == "acme.roost_1.signal.default.gpu.pool.tick")
    #expect(try SubjectParser(other).signal("acme.roost_1.signal.default.gpu.pool.tick") == .pool(Samples.pool, .tick))
    #expect(throws: WireError.self) { try SubjectParser(other).signal("roost.signal.default.gpu.pool.tick") }
    for bad in ["", ".", "a..b", "a.", "a b", "a.*", "a.>", "ä", String(repeating: "a", count: 65)] {
      #expect(Subjects(prefix: bad) == nil, "\(bad)")
    }
  }

  @Test("a reply subject is literal, under _INBOX. or roost.reply., and at most 200 bytes")
  func replySubjects() {
    let longest = "_INBOX." + String(repeating: "x", count: 193)
    for good in ["_INBOX.x", "_INBOX.alice.x.1", "roost.reply.x", longest] {
      #expect(ReplySubject.isAccepted(good), "\(good)")
    }
    for bad in [
      "", "_INBOX", "_INBOX.", "_INBOXx.y", "_INBOX..x", "_INBOX.*", "_INBOX.>", "_INBOX.a b", "_INBOX.a\n",
      "_INBOX.x.",
      "roost.reply", "roost.signal.default.gpu.pool.tick", longest + "x", "_INBOX.\u{0}", "_INBOX.ä",
    ] { #expect(!ReplySubject.isAccepted(bad), "\(bad)") }
  }

  @Test("a traceparent is taken in its form only, and a tracestate up to 512 bytes")
  func traces() {
    #expect(TraceHeaders.trace(parent: nil, state: "a=b") == nil)
    #expect(TraceHeaders.trace(parent: Samples.parent, state: "a=b") == Trace(parent: Samples.parent, state: "a=b"))
    #expect(TraceHeaders.trace(parent: Samples.parent, state: "")?.state == nil)
    #expect(TraceHeaders.trace(parent: Samples.parent, state: String(repeating: "s", count: 513))?.state == nil)
    #expect(TraceHeaders.trace(parent: Samples.parent + "-more", state: nil) == nil)
    for bad in ["", "00", Samples.parent.uppercased(), String(Samples.parent.dropLast()), Samples.parent + "0"] {
      #expect(TraceHeaders.trace(parent: bad, state: nil) == nil, "\(bad)")
    }
  }

  @Test(
    "a traceparent that the W3C calls invalid is none",
    arguments: [
      "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "cc-00000000000000000000000000000000-b7ad6b7169203331-01",
      "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more",
      "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
    ])
  func invalidTraces(parent: String) { #expect(TraceHeaders.trace(parent: parent, state: "a=b") == nil) }

  @Test(
    "a later version of a traceparent is taken for what version 00 knows of it",
    arguments: [
      ("01", "01"), ("00", "00"), ("ff", "01"), ("fe-more", "00"), ("03-\(String(repeating: "x", count: 900))", "01"),
    ])
  func laterVersions(tail: String, flags: String) {
    let ids = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"
    #expect(TraceHeaders.trace(parent: "cc-\(ids)-\(tail)", state: nil)?.parent == "00-\(ids)-\(flags)")
  }

  @Test("a tracestate that is not printable is left out, its trace is not")
  func unprintableStates() {
    for bad in ["a=\u{1b}[31m", "a=b\u{0}", "a=b\r\nX: y", "a=\u{7f}", "a=größe", "a=\u{fffd}"] {
      #expect(
        TraceHeaders.trace(parent: Samples.parent, state: bad) == Trace(parent: Samples.parent, state: nil), "\(bad)")
    }
    for good in [" a=~,\tb=!", String(repeating: "s", count: 512)] {
      #expect(TraceHeaders.trace(parent: Samples.parent, state: good)?.state == good)
    }
  }
}
