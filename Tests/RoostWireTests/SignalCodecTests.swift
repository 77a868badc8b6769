import RoostCore
import RoostTestKit
import Testing

@testable import RoostWire

@Suite("Signals on the wire")
struct SignalCodecTests {
  let codec = WireCodec()

  func decode(_ subject: SignalSubject, _ payload: [UInt8], replyTo: String? = nil) throws(WireError) -> Signal {
    try codec.decodeSignal(Samples.message(subject, replyTo: replyTo), payload: payload)
  }

  @Test("what a client encodes is what the worker decodes: actors", arguments: Samples.actorSignals)
  func actorSignals(signal: ActorSignal) throws {
    let subject = SignalSubject.actor(Samples.pool, Samples.actor, try #require(signal.verb))
    #expect(try decode(subject, codec.encode(signal)).body == .actor(Samples.actor, signal))
  }

  @Test("what a client encodes is what the worker decodes: runners", arguments: Samples.runnerSignals)
  func runnerSignals(signal: RunnerSignal) throws {
    let subject = SignalSubject.runner(Samples.pool, Samples.runner, signal.verb)
    #expect(try decode(subject, codec.encode(signal)).body == .runner(Samples.runner, signal))
  }

  @Test("what a client encodes is what the worker decodes: pools", arguments: Samples.poolSignals)
  func poolSignals(signal: PoolSignal) throws {
    let subject = SignalSubject.pool(Samples.pool, try #require(signal.verb))
    #expect(try decode(subject, codec.encode(signal, worker: "w1")).body == .pool(signal))
  }

  @Test("an empty payload is a create, wake, sleep, reschedule, destroy, stopping and tick with nothing set")
  func emptyPayloads() throws {
    let bodies: [(ActorVerb, ActorSignal)] = [
      (.create, .create(Create())), (.wake, .wake(Wake())), (.sleep, .sleep), (.reschedule, .reschedule),
      (.destroy, .destroy),
    ]
    for (verb, signal) in bodies {
      #expect(try decode(.actor(Samples.pool, Samples.actor, verb), []).body == .actor(Samples.actor, signal))
    }
    #expect(
      try decode(.runner(Samples.pool, Samples.runner, .stopping), []).body
        == .runner(Samples.runner, .stopping(session: nil, lastCommandIndex: nil)))
    #expect(try decode(.pool(Samples.pool, .tick), []).body == .pool(.tick))
  }

  @Test(
    "an empty payload means nothing elsewhere and is undecodable, with the pool for the dead letter",
    arguments: [
      SignalSubject.actor(Samples.pool, Samples.actor, .allocate), .runner(Samples.pool, Samples.runner, .initialize),
      .runner(Samples.pool, Samples.runner, .events), .pool(Samples.pool, .configure), .pool(Samples.pool, .drain),
    ])
  func emptyElsewhere(subject: SignalSubject) {
    #expect(Errors.thrown { () throws(WireError) in try decode(subject, []) }?.reason == .undecodable)
    #expect(Errors.thrown { () throws(WireError) in try decode(subject, []) }?.pool == Samples.pool)
  }

  @Test("bytes that are not protobuf, and a field with another wire type, are undecodable under every verb")
  func garbage() {
    let subjects: [SignalSubject] =
      ActorVerb.allCases.map { .actor(Samples.pool, Samples.actor, $0) }
      + RunnerVerb.allCases.map { .runner(Samples.pool, Samples.runner, $0) }
      + PoolVerb.allCases.map { .pool(Samples.pool, $0) }
    for subject in subjects {
      for payload: [UInt8] in [[0x0A], [0x0A, 0x05, 0x01], [0xFF, 0xFF, 0xFF], Array("hello".utf8)] {
        let error = Errors.thrown { () throws(WireError) in try decode(subject, payload) }
        #expect(error?.reason == .undecodable, "\(subject)")
      }
    }
    // Field 1 of Wake as a varint.
    let wake = SignalSubject.actor(Samples.pool, Samples.actor, .wake)
    #expect(Errors.thrown { () throws(WireError) in try decode(wake, [0x08, 0x01]) }?.reason == .undecodable)
  }

  @Test("a string with bytes that are not UTF-8, or with a NUL inside, is found and named; its bytes are not told")
  func strings() throws {
    let create = SignalSubject.actor(Samples.pool, Samples.actor, .create)
    for (payload, field): ([UInt8], String) in [
      ([0x0A, 2, 0xC3, 0x28], "Create.name"), ([0x0A, 3, 0x61, 0, 0x62], "Create.name"), ([0x0A, 1, 0], "Create.name"),
      ([0x12, 1, 0xFF], "Create.key"), ([0x12, 3, 0xED, 0xA0, 0x80], "Create.key"),
    ] {
      let error = try #require(Errors.thrown { () throws(WireError) in try decode(create, payload) })
      #expect(error.reason == .notUTF8)
      #expect(error.message.hasPrefix(field))
    }
    // Bytes are bytes.
    #expect(try decode(create, [0x22, 2, 0, 0xFF]).body == .actor(Samples.actor, .create(Create(input: [0, 0xFF]))))
  }

  @Test("an enum value that this version does not know is refused, not guessed; UNSPECIFIED is the default")
  func unknownEnums() throws {
    let create = SignalSubject.actor(Samples.pool, Samples.actor, .create)
    #expect(try decode(create, [0x18, 0]).body == .actor(Samples.actor, .create(Create(crashPolicy: .sleep))))
    guard case .actor(_, .refused(let reason, let message)) = try decode(create, [0x18, 9]).body else {
      Issue.record("taken")
      return
    }
    #expect(reason == "bad_crash_policy")
    #expect(message.contains("9"))
    let configure = SignalSubject.pool(Samples.pool, .configure)
    guard case .pool(.refused(let reason, _)) = try decode(configure, [0x0A, 2, 0x70, 9]).body else {
      Issue.record("taken")
      return
    }
    #expect(reason == "bad_events")
  }

  @Test("an id in a payload has the grammar of an id in a subject")
  func ids() {
    let allocate = SignalSubject.actor(Samples.pool, Samples.actor, .allocate)
    #expect(Errors.thrown { () throws(WireError) in try decode(allocate, [0x0A, 1, 0x2E]) }?.reason == .malformedID)
    let drain = SignalSubject.pool(Samples.pool, .drain)
    #expect(Errors.thrown { () throws(WireError) in try decode(drain, [0x0A, 1, 0x2A]) }?.reason == .malformedID)
  }

  @Test("an event of a runner that breaks a rule is malformed by itself; those around it stand")
  func malformedEvents() throws {
    let good = Samples.runnerEvents[0]
    let badID = RunnerEvent(index: 2, actor: ActorID("a.b"), generation: 4, kind: .running)
    let noKind = RunnerEvent(index: 3, actor: Samples.actor, generation: 4, kind: .malformed(reason: ""))
    let payload = codec.encode(RunnerSignal.events(session: Samples.session, [good, badID, noKind, good]))
    let body = try decode(.runner(Samples.pool, Samples.runner, .events), payload).body
    #expect(
      body
        == .runner(
          Samples.runner,
          .events(
            session: Samples.session,
            [
              good, RunnerEvent(index: 2, actor: ActorID(""), generation: 4, kind: .malformed(reason: "malformed_id")),
              RunnerEvent(index: 3, actor: Samples.actor, generation: 4, kind: .malformed(reason: "undecodable")), good,
            ])))
  }

  @Test("metadata is in the order of its keys, and of two entries with one key the last counts")
  func metadata() throws {
    let announced = RunnerInit(
      session: Samples.session, version: 1, totalSlots: 1,
      metadata: [("z", "1"), ("a", "2"), ("z", "3"), ("e", "")].map { MetadataEntry(key: $0.0, value: $0.1) })
    let payload = codec.encode(RunnerSignal.initialize(announced))
    guard
      case .runner(_, .initialize(let read)) = try decode(.runner(Samples.pool, Samples.runner, .initialize), payload)
        .body
    else {
      Issue.record("not an init")
      return
    }
    #expect(read.metadata == [("a", "2"), ("e", ""), ("z", "3")].map { MetadataEntry(key: $0.0, value: $0.1) })
  }

  @Test(
    "a reply subject that is not allowed refuses the signal and is not answered; runners' signals ignore the header")
  func replyTo() throws {
    let wake = SignalSubject.actor(Samples.pool, Samples.actor, .wake)
    #expect(try decode(wake, [], replyTo: "_INBOX.x").replyTo == "_INBOX.x")
    let refused = try decode(wake, [], replyTo: "roost.command.default.gpu.r1.stop")
    #expect(refused.replyTo == nil)
    guard case .actor(_, .refused("bad_reply_to", _)) = refused.body else {
      Issue.record("\(refused.body)")
      return
    }
    let stopping = try decode(.runner(Samples.pool, Samples.runner, .stopping), [], replyTo: "_INBOX.x")
    #expect(stopping.replyTo == nil)
    #expect(stopping.body == .runner(Samples.runner, .stopping(session: nil, lastCommandIndex: nil)))
  }

  @Test("fields that only a newer client knows do not disturb a signal")
  func newerFields() throws {
    let wake = SignalSubject.actor(Samples.pool, Samples.actor, .wake)
    let payload = codec.encode(.wake(Wake(override: .dontSleep(pendingTimeoutMs: 5)))) + [0x98, 0x06, 0x01]
    #expect(
      try decode(wake, payload).body == .actor(Samples.actor, .wake(Wake(override: .dontSleep(pendingTimeoutMs: 5)))))
  }
}
