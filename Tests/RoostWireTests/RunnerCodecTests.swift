import RoostCore
import RoostTestKit
import Testing

@testable import RoostWire

@Suite("Commands, pings, events and outcomes on the wire")
struct RunnerCodecTests {
  let codec = WireCodec()

  @Test("a runner reads the commands that a worker writes")
  func commands() throws {
    let read = try Samples.outgoingCommands.map { try codec.decodeCommand($0.body.verb, codec.encode($0)) }
    #expect(read.allSatisfy { $0.session == Samples.session })
    #expect(
      read.map(\.body) == [
        .start(
          StartOrder(
            index: 5, actor: Samples.actor, generation: 3, name: "größe", key: "k/1",
            createdAt: Samples.facts.createdAt, input: [0, 255, 7], journalSequence: 900, causeSequence: 77)),
        .stop(
          StopOrder(
            index: 5, actor: Samples.actor, generation: 3, reason: .stale, journalSequence: 900, causeSequence: 77)),
        .welcome(
          Welcome(
            lastEventIndex: 6, lostThreshold: Milliseconds(15_000), pingInterval: Milliseconds(3_000),
            stopAfter: Milliseconds(9_000))),
        .close(reason: "superseded"),
      ])
    let ack = EventAcknowledgement(runner: Samples.runner, session: Samples.session, lastEventIndex: 500, urgent: true)
    #expect(
      try codec.decodeCommand(.ack, codec.encode(ack))
        == ReceivedCommand(session: Samples.session, body: .acknowledged(through: 500)))
  }

  @Test("an absent key and an empty key are two things")
  func presence() throws {
    for key in [nil, ""] {
      let facts = ActorFacts(name: "n", key: key, crashPolicy: .sleep, input: [], createdAt: Instant(ms: 0))
      let command = OutgoingCommand(
        runner: Samples.runner, session: Samples.session, body: .start(Samples.command, facts))
      guard case .start(let order) = try codec.decodeCommand(.start, codec.encode(command)).body else {
        Issue.record("not a start")
        return
      }
      #expect(order.key == key)
    }
  }

  @Test("a command without a session, and a start without its configuration, are undecodable")
  func incompleteCommands() {
    for verb in CommandVerb.allCases {
      #expect(Errors.thrown { () throws(WireError) in try codec.decodeCommand(verb, []) }?.reason == .undecodable)
    }
    let sessionOnly: [UInt8] = [0x2A, 1, 0x73]
    let error = Errors.thrown { () throws(WireError) in try codec.decodeCommand(.start, sessionOnly) }
    #expect(error?.message.hasPrefix("CommandStartActor.config") == true)
  }

  @Test("pings and pongs come back as they were")
  func pings() throws {
    let ping = Ping(ts: Instant(ms: -5), session: Samples.session, lastCommandIndex: .max)
    #expect(try codec.decodePing(codec.encode(ping: ping)) == ping)
    for status: Pong.Status in [.known, .unknown, .closed] {
      let pong = Pong(
        ts: Instant(ms: 9), lostThreshold: Milliseconds(15_000), status: status, stopAfter: Milliseconds(1),
        reason: status == .closed ? "lost" : "")
      #expect(try codec.decodePong(codec.encode(pong: pong)) == pong)
    }
    #expect(try codec.decodePing([]) == Ping(ts: Instant(ms: 0), session: SessionID(""), lastCommandIndex: 0))
    #expect(Errors.thrown { () throws(WireError) in try codec.decodePing([0xff]) }?.reason == .undecodable)
  }

  @Test("every kind of event and every outcome comes back as it was")
  func eventsAndOutcomes() throws {
    var event = Samples.event
    for kind in ActorEvent.Kind.allCases {
      event.kind = kind
      #expect(try codec.decodeEvent(codec.encode(event: event)) == event)
    }
    event.runner = nil
    #expect(try codec.decodeEvent(codec.encode(event: event)) == event)
    var answer = Samples.answer
    for number in 1...8 as ClosedRange<UInt8> {
      answer.outcome = try #require(Answer.Outcome(rawValue: number))
      #expect(try codec.decodeAnswer(codec.encode(answer: answer)) == answer)
    }
    answer.actor = nil
    answer.isFinal = false
    #expect(try codec.decodeAnswer(codec.encode(answer: answer)) == answer)
    #expect(Errors.thrown { () throws(WireError) in try codec.decodeAnswer([0x08, 9]) }?.reason == .unknownValue)
  }
}
