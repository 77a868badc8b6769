import Glibc
import RoostCore
import RoostWire

/// What a wake costs on the wire: reading it, and writing the command, the event and the journal's share of both.
struct WireBench {
  let codec = WireCodec()
  let subjects = Subjects()
  let pool = PoolID(namespace: "default", name: "bench")
  let at = Instant(ms: 1_700_000_000_000)
  let count = 200_000

  func run() {
    let parser = SubjectParser(subjects)
    let wake = codec.encode(.wake(Wake(override: .dontSleep(pendingTimeoutMs: 60_000))))
    let incoming = (0..<1_000).map { subjects.signal(pool, actor($0), .wake) }
    let parsed = incoming.compactMap { try! parser.signal($0) }
    measure("subject of a wake") { _ = try! parser.signal(incoming[$0 % 1_000]) }
    measure("wake") { n in
      let message = SignalMessage(
        subject: parsed[n % 1_000], sequence: UInt64(n), storedAt: at, replyTo: "_INBOX.abcdef.12345")
      _ = try! codec.decodeSignal(message, payload: wake)
    }
    let start = command(7)
    measure("start command") { _ in _ = codec.encode(start) }
    measure("subject of a start") { _ in _ = subjects.command(pool, start.runner, .start) }
    let ready = event(7)
    measure("event") { _ in _ = codec.encode(event: ready) }
    measure("subject of an event") { _ in _ = subjects.event(pool, ready.actor, ready.kind) }
    let batch = JournalBatch(sections: [section(500)])
    let bytes = codec.encode(batch, record: 40)
    measure("journal of a wake, \(bytes.count / 500) bytes", each: 500) { _ in _ = codec.encode(batch, record: 40) }
    measure("journal of a wake, read", each: 500) { _ in _ = try! codec.decodeJournalBatch(bytes, record: 40) }
  }

  /// Processor time, so that a busy machine does not count.
  private func measure(_ name: String, each: Int = 1, _ body: (Int) -> Void) {
    let start = clock()
    for n in 0..<(count / each) { body(n) }
    let nanoseconds = Int(clock() - start) * 1_000 / count
    print("wire: \(name): \(nanoseconds) ns")
  }

  private func actor(_ number: Int) -> ActorID { ActorID("actor-\(10_000_000 + number)") }

  private func issued(_ number: Int) -> Command {
    Command(
      index: UInt64(1 + number), kind: .start, actor: actor(number), generation: 12,
      cause: Cause(sequence: 1_000_000 + UInt64(number)), record: 40)
  }

  private func command(_ number: Int) -> OutgoingCommand {
    let facts = ActorFacts(
      name: "worker", key: nil, crashPolicy: .sleep, input: [UInt8](repeating: 7, count: 100), createdAt: at)
    return OutgoingCommand(
      runner: RunnerID("runner-0001"), session: SessionID("session-abcdef"), body: .start(issued(number), facts))
  }

  private func event(_ number: Int) -> ActorEvent {
    ActorEvent(
      kind: .ready, actor: actor(number), generation: 12, runner: RunnerID("runner-0001"), at: at,
      cause: Cause(sequence: 1_000_000), record: 40)
  }

  /// What `count` wakes decide: the actor's record, the start, an event.
  private func section(_ count: Int) -> PoolSection {
    var section = PoolSection(pool: pool)
    for number in 0..<count {
      let demand = Demand(override: .dontSleep(until: at), cause: Cause(sequence: 1_000_000 + UInt64(number)))
      let record = ActorRecord(
        state: .starting(Placement(runner: RunnerID("runner-0001")), deadline: at, demand), generation: 12)
      section.changes.append(.actor(actor(number), record))
      section.changes.append(.command(RunnerID("runner-0001"), issued(number)))
      section.events.append(event(number))
    }
    return section
  }
}
