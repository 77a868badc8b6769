import RoostCore
import RoostNATS
import RoostWire

/// Every decoder of the wire, with valid messages to begin from.
package enum WireFuzz {
  package static func targets(_ codec: WireCodec = WireCodec()) -> [FuzzTarget] {
    signals(codec) + [
      FuzzTarget("ping", [codec.encode(ping: ping)], codec.decodePing),
      FuzzTarget("pong", [codec.encode(pong: pong)], codec.decodePong),
      FuzzTarget("event", [codec.encode(event: Samples.event)], codec.decodeEvent),
      FuzzTarget("outcome", [codec.encode(answer: Samples.answer)], codec.decodeAnswer),
      FuzzTarget("span export reply", [spanExportReply], codec.decodeSpanExportReply),
    ] + commands(codec) + api(codec) + [journal(codec)] + subjects() + text() + json()
  }

  private static let ping = Ping(ts: Instant(ms: 9), session: Samples.session, lastCommandIndex: 3)
  private static let pong = Pong(
    ts: Instant(ms: 9), lostThreshold: Milliseconds(15_000), status: .closed, reason: "lost")

  /// One of two spans was not taken: "no".
  private static let spanExportReply: [UInt8] = [0x0A, 0x06, 0x08, 0x01, 0x12, 0x02, 0x6E, 0x6F]

  private static func signals(_ codec: WireCodec) -> [FuzzTarget] {
    let actors = ActorVerb.allCases.map { verb in
      let message = Samples.message(.actor(Samples.pool, Samples.actor, verb))
      // A signal without fields is read too, whatever its payload has.
      let own = Samples.actorSignals.filter { $0.verb == verb }.map { codec.encode($0) }
      return FuzzTarget("actor \(verb)", own + [codec.encode(.wake(Wake(override: .none)))]) {
        bytes throws(WireError) in
        try codec.decodeSignal(message, payload: bytes)
      } check: { signal in
        guard case .actor(_, let body) = signal.body, body.verb != nil else { return nil }
        return again(signal) { bytes throws(WireError) in
          try codec.decodeSignal(message, payload: bytes)
        } encode: {
          codec.encode(body)
        }
      }
    }
    let runners = RunnerVerb.allCases.map { verb in
      let message = Samples.message(.runner(Samples.pool, Samples.runner, verb))
      let seeds = Samples.runnerSignals.filter { $0.verb == verb }.map { codec.encode($0) }
      return FuzzTarget("runner \(verb)", seeds) { bytes throws(WireError) in
        try codec.decodeSignal(message, payload: bytes)
      }
    }
    let pools = PoolVerb.allCases.map { verb in
      let message = Samples.message(.pool(Samples.pool, verb))
      let seeds = Samples.poolSignals.filter { $0.verb == verb }.map { codec.encode($0, worker: "w1") }
      return FuzzTarget("pool \(verb)", seeds) { bytes throws(WireError) in
        try codec.decodeSignal(message, payload: bytes)
      }
    }
    return actors + runners + pools
  }

  /// What was taken is taken again after it was written again, as the same.
  private static func again(
    _ signal: Signal, _ decode: ([UInt8]) throws(WireError) -> Signal, encode: () -> [UInt8]
  ) -> String? {
    do throws(WireError) {
      let second = try decode(encode())
      return second == signal ? nil : "\(signal) comes back as \(second)"
    } catch {
      return "\(signal) is refused when it comes back: \(error.message)"
    }
  }

  private static func commands(_ codec: WireCodec) -> [FuzzTarget] {
    Samples.outgoingCommands.map { command in
      FuzzTarget("command \(command.body.verb)", [codec.encode(command)]) { bytes throws(WireError) in
        try codec.decodeCommand(command.body.verb, bytes)
      }
    }
  }

  private static func api(_ codec: WireCodec) -> [FuzzTarget] {
    APIVerb.allCases.flatMap { verb in
      let requests = APISamples.requests.filter { $0.verb == verb }.map { codec.encode($0) }
      let replies = APISamples.replies.filter { $0.0 == verb }.map { codec.encode($0.1) }
      return [
        FuzzTarget("request \(verb)", requests) { bytes throws(WireError) in try codec.decodeRequest(verb, bytes) },
        FuzzTarget("reply \(verb)", replies) { bytes throws(WireError) in try codec.decodeReply(verb, bytes) },
      ]
    }
  }

  private static func journal(_ codec: WireCodec) -> FuzzTarget {
    let changes = JournalSamples.changes.map {
      JournalBatch(sections: [PoolSection(pool: Samples.pool, changes: [$0])])
    }
    let told = PoolSection(pool: Samples.pool, events: JournalSamples.events, answers: [JournalSamples.answers[0]])
    let letters = JournalBatch(sections: [told], deadLetters: JournalSamples.batch.deadLetters)
    let seeds = (changes + [letters]).map { codec.encode($0, record: 40) }
    return FuzzTarget("journal record", seeds) { bytes throws(WireError) in
      try codec.decodeJournalBatch(bytes, record: 40)
    }
  }

  private static func subjects() -> [FuzzTarget] {
    let (parser, subjects) = (SubjectParser(Subjects()), Subjects())
    func target<Named>(
      _ name: String, _ seeds: [String], _ parse: @escaping (String) throws(WireError) -> Named,
      _ written: @escaping (Named) -> String
    ) -> FuzzTarget {
      FuzzTarget("subject of \(name)", seeds: seeds.map { Array($0.utf8) }) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(WireError) {
          let back = written(try parse(text))
          return back == text ? .taken : .wrong("'\(text)' comes back as '\(back)'")
        } catch {
          return .refused
        }
      }
    }
    return [
      target(
        "a signal",
        [
          subjects.signal(Samples.pool, Samples.actor, .wake), subjects.signal(Samples.pool, Samples.runner, .events),
          subjects.signal(Samples.pool, .tick),
        ], parser.signal, subjects.signal),
      target("a ping", [subjects.ping(Samples.pool, Samples.runner)], parser.ping) { subjects.ping($0.0, $0.1) },
      target("a command", [subjects.command(Samples.pool, Samples.runner, .start)], parser.command) {
        subjects.command($0.0, $0.1, $0.2)
      },
      target("an event", [subjects.event(Samples.pool, Samples.actor, .ready)], parser.event) {
        subjects.event($0.0, $0.1, $0.2)
      },
      target("a request", [subjects.api(Samples.pool, .get)], parser.api) { subjects.api($0.0, $0.1) },
    ]
  }

  /// Headers, and the JSON of brokers and context files.
  private static func text() -> [FuzzTarget] {
    return [
      FuzzTarget("reply subject", seeds: ["_INBOX.abc.1", "roost.reply.x"].map { Array($0.utf8) }) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        guard ReplySubject.isAccepted(text) else { return .refused }
        let isSafe = text.utf8.count <= Limits.replySubjectBytes && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isSafe && !text.contains("*") && !text.contains(">") ? .taken : .wrong("'\(text)' is accepted")
      },
      FuzzTarget("traceparent", seeds: [Array(Samples.parent.utf8)]) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        return TraceHeaders.trace(parent: text, state: text) == nil ? .refused : .taken
      },
    ]
  }
}
