import RoostCore
import Testing

@testable import RoostWire

/// A generator that gives the same numbers for the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Valid messages with some bytes changed, cut, doubled or inserted, through every decoder. None may crash, read past
/// the end (run it under the address sanitizer), or take more memory than its cap.
@Suite("Hostile bytes")
struct FuzzTests {
  static let rounds = 10_000

  static func mutate(_ bytes: [UInt8], with random: inout Seeded) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let at = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where at < bytes.count: bytes[at] = .random(in: 0...255, using: &random)
      case 1 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.removeLast(bytes.count - at)
      case 3: bytes.insert([0, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0, at: at)
      case 4: bytes.insert(contentsOf: bytes[..<at], at: at)
      default: bytes.insert(contentsOf: (0..<8).map { _ in .random(in: 0...255, using: &random) }, at: at)
      }
    }
    return bytes
  }

  /// Sends mutations of `seeds` through `decode`. Some must be refused and some taken, or nothing was tried.
  func fuzz(_ seeds: [[UInt8]], seed: UInt64, _ decode: ([UInt8]) throws(WireError) -> Void) {
    var random = Seeded(state: seed)
    var (taken, refused) = (0, 0)
    for _ in 0..<Self.rounds {
      guard let valid = seeds.randomElement(using: &random) else { return }
      do throws(WireError) {
        try decode(Self.mutate(valid, with: &random))
        taken += 1
      } catch {
        refused += 1
      }
    }
    #expect(
      taken > Self.rounds / 100 && refused > Self.rounds / 100, "seed \(seed): \(taken) taken, \(refused) refused")
  }

  @Test("signals: what is taken is taken again after it was written again")
  func signals() {
    let codec = WireCodec()
    for (index, verb) in ActorVerb.allCases.enumerated() where ![.sleep, .reschedule, .destroy].contains(verb) {
      let seeds = Samples.actorSignals.filter { $0.verb == verb }.map { codec.encode($0) }
      let message = Samples.message(.actor(Samples.pool, Samples.actor, verb))
      fuzz(seeds, seed: UInt64(100 + index)) { bytes throws(WireError) in
        let signal = try codec.decodeSignal(message, payload: bytes)
        guard case .actor(_, let body) = signal.body, body.verb != nil else { return }
        #expect(try codec.decodeSignal(message, payload: codec.encode(body)) == signal)
      }
    }
    for (index, verb) in RunnerVerb.allCases.enumerated() {
      let seeds = Samples.runnerSignals.filter { $0.verb == verb }.map { codec.encode($0) }
      let message = Samples.message(.runner(Samples.pool, Samples.runner, verb))
      fuzz(seeds, seed: UInt64(200 + index)) { bytes throws(WireError) in
        _ = try codec.decodeSignal(message, payload: bytes)
      }
    }
    for (index, verb) in PoolVerb.allCases.enumerated() {
      let seeds = Samples.poolSignals.filter { $0.verb == verb }.map { codec.encode($0, worker: "w1") }
      let message = Samples.message(.pool(Samples.pool, verb))
      fuzz(seeds, seed: UInt64(300 + index)) { bytes throws(WireError) in
        _ = try codec.decodeSignal(message, payload: bytes)
      }
    }
  }

  @Test("pings, commands, events, outcomes and the API")
  func others() {
    let codec = WireCodec()
    let ping = codec.encode(ping: Ping(ts: Instant(ms: 9), session: Samples.session, lastCommandIndex: 3))
    fuzz([ping], seed: 1) { bytes throws(WireError) in _ = try codec.decodePing(bytes) }
    let pong = Pong(ts: Instant(ms: 9), lostThreshold: Milliseconds(15_000), status: .closed, reason: "lost")
    fuzz([codec.encode(pong: pong)], seed: 2) { bytes throws(WireError) in _ = try codec.decodePong(bytes) }
    fuzz([codec.encode(event: Samples.event)], seed: 3) { bytes throws(WireError) in _ = try codec.decodeEvent(bytes) }
    fuzz([codec.encode(answer: Samples.answer)], seed: 4) { bytes throws(WireError) in
      _ = try codec.decodeAnswer(bytes)
    }
    for (index, command) in Samples.outgoingCommands.enumerated() {
      fuzz([codec.encode(command)], seed: UInt64(10 + index)) { bytes throws(WireError) in
        _ = try codec.decodeCommand(command.body.verb, bytes)
      }
    }
    for (index, verb) in APIVerb.allCases.enumerated() {
      let requests = APISamples.requests.filter { $0.verb == verb }.map { codec.encode($0) }
      fuzz(requests, seed: UInt64(20 + index)) { bytes throws(WireError) in _ = try codec.decodeRequest(verb, bytes) }
      let replies = APISamples.replies.filter { $0.0 == verb }.map { codec.encode($0.1) }
      fuzz(replies, seed: UInt64(30 + index)) { bytes throws(WireError) in _ = try codec.decodeReply(verb, bytes) }
    }
  }

  @Test("journal records")
  func journal() {
    let codec = WireCodec()
    let seeds = JournalSamples.changes.map {
      codec.encode(JournalBatch(sections: [PoolSection(pool: Samples.pool, changes: [$0])]), record: 40)
    }
    fuzz(seeds, seed: 5) { bytes throws(WireError) in _ = try codec.decodeJournalBatch(bytes, record: 40) }
    let told = PoolSection(
      pool: Samples.pool, events: JournalSamples.events, answers: [JournalSamples.answers[0]])
    let letters = JournalBatch(sections: [told], deadLetters: JournalSamples.batch.deadLetters)
    fuzz([codec.encode(letters, record: 40)], seed: 6) { bytes throws(WireError) in
      _ = try codec.decodeJournalBatch(bytes, record: 40)
    }
    #expect(codec.readingJournal.usedBytes <= WireLimits.journalDecodeBytes)
  }

  @Test("subjects")
  func subjects() {
    let (parser, subjects) = (SubjectParser(Subjects()), Subjects())
    let seeds = [
      subjects.signal(Samples.pool, Samples.actor, .wake), subjects.signal(Samples.pool, Samples.runner, .events),
      subjects.signal(Samples.pool, .tick),
    ].map { Array($0.utf8) }
    var random = Seeded(state: 7)
    var (taken, refused) = (0, 0)
    for _ in 0..<Self.rounds {
      let bytes = Self.mutate(seeds.randomElement(using: &random) ?? [], with: &random)
      let text = String(decoding: bytes, as: UTF8.self)
      do throws(WireError) {
        let subject = try parser.signal(text)
        #expect(subjects.signal(subject) == text)
        taken += 1
      } catch {
        refused += 1
      }
    }
    #expect(taken > 10 && refused > 10)
  }
}
