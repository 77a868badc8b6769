import RoostTestKit
import Testing

extension Outside {
  @Suite("Bad input: told, kept, and the next signal is handled", .timeLimit(.minutes(1)))
  struct BadInputTests {
    /// A message that no worker can apply.
    struct Bad: Sendable, CustomTestStringConvertible {
      let name: String
      let subject: String
      var payload: [String: Int] = ["fill": 3]
      let reason: String
      var dead = "roost.dead.default.gpu"
      var testDescription: String { name }
    }

    static let bad = [
      Bad(name: "no protobuf", subject: Subject.actor("a1", "wake"), reason: "undecodable"),
      Bad(name: "an unknown verb", subject: Subject.actor("a1", "dance"), reason: "unknown_verb"),
      Bad(name: "a character no id has", subject: Subject.actor("a%1", "wake"), reason: "malformed_id"),
      Bad(
        name: "an id of 65 bytes", subject: Subject.actor(String(repeating: "a", count: 65), "wake"),
        reason: "malformed_id"),
      Bad(
        name: "a pool in capitals", subject: "roost.signal.default.GPU.actor.a1.wake", reason: "malformed_pool",
        dead: "roost.dead._._"),
      Bad(
        name: "a pool of 33 bytes", subject: "roost.signal.default.\(String(repeating: "p", count: 33)).actor.a1.wake",
        reason: "malformed_pool", dead: "roost.dead._._"),
      Bad(name: "no verb", subject: "roost.signal.default.gpu.actor.a1", reason: "unknown_verb"),
      Bad(name: "an unknown kind", subject: "roost.signal.default.gpu.planet.a1.wake", reason: "malformed_subject"),
      Bad(name: "events that are none", subject: Subject.runner("r1", "events"), reason: "undecodable"),
    ]

    /// The dead letters that the broker has stored of a signal.
    private func deadLetters(of signal: Observer.Facts, _ world: World) throws -> [Observer.Facts] {
      let sequence = signal["seq"] ?? ""
      try world.observer.wait(for: ["t": "dead", "headers.Roost-Dead-Sequence": sequence])
      return try world.observer.read("ROOST_DEAD").filter { $0["headers.Roost-Dead-Sequence"] == sequence }
    }

    /// The next signal is handled.
    private func expectServing(_ world: World, _ actor: String) throws {
      let replyTo = "roost.reply.next.\(actor)"
      try world.observer.publish(Subject.actor(actor, "create"), replyTo: replyTo)
      #expect(try world.observer.final(at: replyTo)["body.outcome"] == "OUTCOME_ACCEPTED")
    }

    @Test("what cannot be read goes to the dead letters with its reason, once")
    func deadLettered() throws {
      let world = try World()
      let worker = try world.worker()
      for (number, bad) in Self.bad.enumerated() {
        let signal = try world.observer.publish(bad.subject, payload: bad.payload, headers: ["Mine": "kept"])
        let letters = try deadLetters(of: signal, world)
        #expect(letters.count == 1, "\(bad.name)")
        let letter = letters.first ?? [:]
        #expect(letter["subject"] == bad.dead, "\(bad.name)")
        #expect(letter["headers.Roost-Dead-Reason"] == bad.reason, "\(bad.name)")
        #expect(letter["headers.Roost-Dead-Subject"] == bad.subject, "\(bad.name)")
        // A part of a millisecond counts as a whole one to the worker.
        #expect((0...1).contains(letter.number("headers.Roost-Dead-Time") - signal.number("ts")), "\(bad.name)")
        #expect(letter["headers.Nats-Msg-Id"] == "dead/ROOST_SIGNALS/\(signal["seq"] ?? "")", "\(bad.name)")
        #expect(letter["headers.Mine"] == "kept", "\(bad.name)")
        #expect(letter["hex"] == "ffffff", "\(bad.name)")
        try expectServing(world, "ok\(number)")
      }
      #expect(try worker.stop() == 0, "\(worker.log)")
      // A restart tells nobody again.
      let again = try world.worker()
      try expectServing(world, "last")
      #expect(try world.observer.read("ROOST_DEAD").count == Self.bad.count)
      #expect(try again.stop() == 0, "\(again.log)")
      let judged = try world.judge()
      #expect(judged.status == 0, "\(judged.output)")
    }

    @Test("whoever asked hears that a signal that cannot be read is rejected")
    func deadLetterIsAnswered() throws {
      let world = try World()
      let worker = try world.worker()
      try world.observer.publish(Subject.actor("a1", "wake"), payload: ["hex": "ff"], "roost.reply.bad")
      let final = try world.observer.final(at: "roost.reply.bad")
      #expect(final["body.outcome"] == "OUTCOME_REJECTED")
      #expect(final["body.reason"] == "undecodable")
      #expect(try worker.stop() == 0, "\(worker.log)")
    }

    @Test("a runner's list with one bad event: that one is kept as a dead letter, the others count")
    func oneBadEvent() throws {
      let world = try World()
      let worker = try world.worker()
      // A runner of the observer's: it never pings, so it must be quick.
      try world.observer.publish(
        Subject.runner("r1", "init"), ["session": "s1", "version": 1, "total_slots": 1, "protocol": 1])
      try world.observer.publish(Subject.actor("a1", "create"))
      try world.observer.wait(for: ["t": "command", "body.actor_id": "a1", "body.generation": "1"])
      let good: [String: Any] = ["index": 2, "actor_id": "a1", "generation": 1, "running": [:]]
      let bad: [String: Any] = ["index": 1, "actor_id": "no id", "generation": 1, "running": [:]]
      let signal = try world.observer.publish(
        Subject.runner("r1", "events"), ["session": "s1", "events": [bad, good]])
      try world.observer.event("ready", of: "a1")
      let letter = try #require(try deadLetters(of: signal, world).first)
      #expect(letter["headers.Roost-Dead-Events"] == "0")
      // Both indexes are taken.
      try world.observer.wait(for: ["t": "command", "subject": "roost.command.default.gpu.r1.ack"])
      #expect(
        world.observer.lines(with: ["t": "command", "subject": "roost.command.default.gpu.r1.ack"]).last?[
          "body.last_event_index"] == "2")
      #expect(try worker.stop() == 0, "\(worker.log)")
    }

    @Test("garbage as large as the broker takes: what our headers leave room for is kept, and a header says so")
    func largestMessage() throws {
      let world = try World()
      let worker = try world.worker()
      let signal = try world.observer.publish(Subject.actor("a1", "wake"), payload: ["fill": 1 << 20])
      let letter = try #require(try deadLetters(of: signal, world).first)
      #expect(letter["headers.Roost-Dead-Reason"] == "undecodable")
      #expect(letter["headers.Roost-Dead-Truncated"] == String(1 << 20))
      #expect(letter.number("bytes") > 512 << 10)
      try expectServing(world, "next")
      // The broker counts headers too: there is room for the sender's, not for ours beside them.
      let second = try world.observer.publish(
        Subject.actor("a1", "wake"), payload: ["fill": (1 << 20) - 4_100],
        headers: ["Long": String(repeating: "x", count: 4_000)])
      let kept = try #require(try deadLetters(of: second, world).first)
      #expect(kept["headers.Roost-Dead-Subject"] == Subject.actor("a1", "wake"))
      #expect(kept["headers.Roost-Dead-Truncated"] == String((1 << 20) - 4_100))
      #expect(kept["headers.Long"]?.count == 4_000)
      try expectServing(world, "later")
      #expect(try worker.stop() == 0, "\(worker.log)")
      let again = try world.worker()
      #expect(try again.stop() == 0, "\(again.log)")
    }

    @Test(
      "garbage larger than a record of the journal, where the broker takes it: kept in part, and the worker goes on")
    func largerThanARecord() throws {
      let world = try World(extra: "max_payload: \(32 << 20)")
      let worker = try world.worker()
      let signal = try world.observer.publish(Subject.actor("a1", "wake"), payload: ["fill": 20 << 20])
      let letter = try #require(try deadLetters(of: signal, world).first)
      #expect(letter["headers.Roost-Dead-Truncated"] == String(20 << 20))
      #expect(letter.number("bytes") == 8 << 20)
      try expectServing(world, "next")
      #expect(try worker.stop() == 0, "\(worker.log)")
      let again = try world.worker()
      #expect(try again.stop() == 0, "\(again.log)")
    }

    @Test("an input that the broker takes in a create and not in a start: that actor fails alone, its runner goes on")
    func inputTooLargeToStart() throws {
      let world = try World(extra: "max_payload: 65536")
      let worker = try world.worker("--set", "actor_start_threshold_ms=1000")
      let runner = try world.runner(slots: 4)
      // Create.input is field 4, and its length takes three bytes.
      let length = 65_500
      let varint = [UInt8(length & 0x7f | 0x80), UInt8(length >> 7 & 0x7f | 0x80), UInt8(length >> 14)]
      let prefix = "22" + varint.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      try world.observer.publish(
        Subject.actor("huge", "create"), payload: ["hex": prefix + String(repeating: "00", count: length)])
      try world.observer.publish(Subject.actor("small", "create"))
      try runner.wait(for: ["saw": "start", "actor_id": "small"])
      try world.observer.event("ready", of: "small")
      #expect(worker.log.contains("huge") || world.observer.events("rejected", of: "huge").count == 1, "\(worker.log)")
      #expect(try worker.stop() == 0, "\(worker.log)")
    }

    @Test("a reply subject that is not allowed: rejected in an event, answered nowhere, and nothing is woken")
    func badReplyTo() throws {
      let world = try World()
      let worker = try world.worker()
      let runner = try world.runner()
      try world.observer.publish(Subject.actor("a1", "create"))
      try world.observer.event("ready", of: "a1")
      try runner.order("sleep a1")
      try world.observer.event("sleeping", of: "a1")
      let bad = [
        "roost.command.default.gpu.r1.start", "somewhere.else", "_INBOX.>", "roost.reply.a b", "roost.reply.*",
        "roost.reply." + String(repeating: "x", count: 200),
      ]
      for (number, replyTo) in bad.enumerated() {
        let signal = try world.observer.publish(Subject.actor("a1", "wake"), replyTo: replyTo)
        let event = try world.observer.wait(
          for: ["t": "event", "body.kind": "rejected", "body.cause_sequence": signal["seq"] ?? ""])
        #expect(event["body.reason"] == "bad_reply_to", "\(number)")
      }
      #expect(world.observer.lines(with: ["t": "outcome"]).isEmpty)
      #expect(world.observer.lines(with: ["t": "command", "body.actor_id": "a1", "body.generation": "2"]).isEmpty)
      // The runner heard nothing that it did not understand, and the next wake counts.
      try world.observer.publish(Subject.actor("a1", "wake"), replyTo: "roost.reply.good")
      #expect(try world.observer.final(at: "roost.reply.good")["body.outcome"] == "OUTCOME_READY")
      #expect(try worker.stop() == 0, "\(worker.log)")
    }

    @Test("a create whose input is over the limit is rejected, naming the field, in the answer and the event")
    func inputOverLimit() throws {
      let world = try World()
      let worker = try world.worker("--set", "max_input_bytes=1000")
      let subject = Subject.actor("a1", "create")
      // Create.input is field 4: tag, length 1001 as a varint, then the bytes.
      let tooLong = "22e907" + String(repeating: "00", count: 1_001)
      let signal = try world.observer.publish(subject, payload: ["hex": tooLong], "roost.reply.long")
      let final = try world.observer.final(at: "roost.reply.long")
      #expect(final["body.outcome"] == "OUTCOME_REJECTED")
      #expect(final["body.reason"] == "limit:input")
      let event = try world.observer.event("rejected", of: "a1")
      #expect(event["body.cause_sequence"] == signal["seq"])
      #expect(event["body.reason"] == "limit:input")
      // As long as it may be.
      let longest = "22e807" + String(repeating: "00", count: 1_000)
      try world.observer.publish(subject, payload: ["hex": longest], "roost.reply.fits")
      #expect(try world.observer.final(at: "roost.reply.fits")["body.outcome"] == "OUTCOME_ACCEPTED")
      #expect(try world.observer.read("ROOST_DEAD").isEmpty)
      #expect(try worker.stop() == 0, "\(worker.log)")
    }
  }
}
