import RoostCore
import RoostWire
import Testing

@testable import RoostCLI

@Suite("A trace, line by line")
struct TraceOutputTests {
  private static let subjects = Subjects()
  private static let pool = PoolID(namespace: "default", name: "gpu")
  private static let (a1, r1) = (ActorID("a1"), RunnerID("r1"))
  private static let start = Instant(ms: 1_795_468_106_000)

  /// Messages as they come, a tenth of a second after each other.
  private struct Story {
    var messages: [(subject: String, payload: [UInt8], headers: [String: String])] = []
    let codec = WireCodec()

    mutating func say(_ subject: String, _ payload: [UInt8] = [], _ headers: [String: String] = [:]) {
      messages.append((subject, payload, headers))
    }

    mutating func signal(_ actor: ActorID, _ signal: ActorSignal) {
      guard let verb = signal.verb else { return }
      say(subjects.signal(pool, actor, verb), codec.encode(signal))
    }

    mutating func event(_ event: ActorEvent) {
      say(subjects.event(pool, event.actor, event.kind), codec.encode(event: event))
    }

    mutating func report(_ events: RunnerEvent...) {
      say(subjects.signal(pool, r1, .events), codec.encode(.events(session: SessionID("s1"), events)))
    }

    mutating func command(_ body: OutgoingCommand.Body) {
      let command = OutgoingCommand(runner: r1, session: SessionID("s1"), body: body)
      say(subjects.command(pool, r1, body.verb), codec.encode(command))
    }

    func text(_ target: String..., isJSON: Bool = false) throws -> String {
      let target = try TraceTarget(target)
      let reader = TraceReader(target, subjects)
      var output = TraceOutput(target, isJSON: isJSON)
      var text = output.title
      for (place, message) in messages.enumerated() {
        let at = start.adding(Milliseconds(Int64(place) * 100))
        for row in reader.rows(of: message.subject, message.payload, header: { message.headers[$0] }, at: at) {
          text += output.text(of: row)
        }
      }
      return text
    }
  }

  private func event(
    _ kind: ActorEvent.Kind, _ actor: ActorID = a1, generation: Generation = 0, cause: StreamSequence = 0,
    record: RecordIndex, reason: String = "", message: String = "", runner: RunnerID? = nil, ticket: Ticket = 0
  ) -> ActorEvent {
    ActorEvent(
      kind: kind, actor: actor, generation: generation, runner: runner, at: Self.start, cause: Cause(sequence: cause),
      record: record, reason: reason, message: message, ticket: ticket, queuePosition: ticket == 0 ? 0 : 1)
  }

  /// One of each kind of message, with others' between them.
  private var story: Story {
    var it = Story()
    let (a1, r1) = (Self.a1, Self.r1)
    let issued = { (kind: Command.Kind, generation: Generation) in
      Command(index: 1, kind: kind, actor: a1, generation: generation, cause: Cause(sequence: 3), record: 12)
    }
    let facts = ActorFacts(name: "n", key: nil, crashPolicy: .sleep, input: [1, 2], createdAt: Self.start)
    it.say(
      Self.subjects.signal(Self.pool, r1, .initialize),
      it.codec.encode(
        .initialize(
          RunnerInit(session: SessionID("s1"), version: 2, totalSlots: 4))))
    it.command(
      .welcome(
        lastEventIndex: 0, lostThreshold: Milliseconds(15000), pingInterval: Milliseconds(3000), stopAfter: .zero))
    it.signal(a1, .create(Create(name: "n", input: [1, 2])))
    it.signal(ActorID("a2"), .sleep)
    it.event(event(.created, cause: 2, record: 11))
    it.event(event(.sleeping, ActorID("a2"), cause: 2, record: 11, reason: "asked"))
    it.signal(a1, .wake(Wake(override: .dontSleep(pendingTimeoutMs: 2_500))))
    it.event(event(.pending, cause: 3, record: 12, reason: "newest_full", ticket: 7))
    it.command(.start(issued(.start, 1), facts))
    it.report(
      RunnerEvent(index: 1, actor: a1, generation: 1, kind: .running),
      RunnerEvent(index: 2, actor: ActorID("a2"), generation: 9, kind: .stopped(error: "out of memory\u{1b}[2J")),
      RunnerEvent(index: 3, actor: a1, generation: 1, kind: .setAlarm(Self.start.adding(Milliseconds(60000)))))
    it.event(event(.ready, generation: 1, cause: 3, record: 13, runner: r1))
    it.command(.stop(issued(.stop(.sleep), 1), .sleep))
    it.report(RunnerEvent(index: 4, actor: a1, generation: 1, kind: .stopped(error: nil)))
    it.event(event(.pendingTimeout, record: 20, reason: "no_runner", message: "2500"))
    it.event(event(.lost, generation: 1, record: 21, reason: "runner_lost", runner: r1))
    it.event(event(.backoff, generation: 1, record: 21, message: "4100"))
    it.say(Self.subjects.signal(Self.pool, .tick), it.codec.encode(.tick, worker: "w"))
    it.command(.close(reason: "drained"))
    // What nobody understands.
    it.say(Self.subjects.signal(Self.pool, a1, .wake), [0xff])
    it.say(Self.subjects.signal(Self.pool, r1, .events), [0x0a, 0x05, 1])
    it.say(Self.subjects.command(Self.pool, r1, .start), [0xff])
    it.say(Self.subjects.event(Self.pool, a1, .ready), [0xff])
    it.say("roost.event.default.gpu.a1.dancing")
    it.say("roost.event.default.gpu")
    it.say(
      Self.subjects.dead(Self.pool), [0xff],
      [
        "Roost-Dead-Subject": "roost.signal.default.gpu.actor.a1.wake", "Roost-Dead-Reason": "undecodable",
        "Roost-Dead-Sequence": "9",
      ])
    it.say(Self.subjects.dead(Self.pool), [0xff])
    it.say("elsewhere.signal.default.gpu.actor.a1.wake")
    return it
  }

  @Test("of one actor, of all actors, of a pool, and for programs")
  func golden() throws {
    let text = try [
      "== one\n", story.text("default/gpu", "a1"), "== all actors of any pool\n", story.text("*"), "== a pool\n",
      story.text("default/gpu"), "== for programs\n", story.text("default/gpu", "a1", isJSON: true),
    ].joined()
    #expect(!text.contains("\u{1b}"), "nothing acts on the terminal")
    try Golden.expect(text, is: "trace")
  }

  @Test("what a caller wrote is escaped once, and a program gets it as it is")
  func escaping() throws {
    var it = Story()
    it.signal(Self.a1, .create(Create(name: "\u{1b}[31mRED \"x\"")))
    let text = try it.text("default/gpu", "a1")
    #expect(text.contains(#" name="\u{1b}[31mRED \"x\"""#), "\(text)")
    #expect(try it.text("default/gpu", "a1", isJSON: true).contains(#""name":"\u001b[31mRED \"x\"""#))
  }

  @Test("a target is an actor, a pool or one actor of a pool, and any name may be left open")
  func targets() throws {
    #expect(
      try TraceTarget(["default/gpu", "a1"]).filters(Self.subjects) == [
        "roost.signal.default.gpu.actor.a1.*", "roost.signal.default.gpu.runner.*.events",
        "roost.command.default.gpu.*.start", "roost.command.default.gpu.*.stop", "roost.event.default.gpu.a1.*",
        "roost.dead.default.gpu",
      ])
    #expect(
      try TraceTarget(["default/*"]).filters(Self.subjects) == [
        "roost.signal.default.*.>", "roost.command.default.*.*.*", "roost.event.default.*.*.*", "roost.dead.default.*",
      ])
    #expect(try TraceTarget(["a1"]).filters(Self.subjects).contains("roost.event.*.*.a1.*"))
    #expect(try TraceTarget(["a1"]).only == nil)
    #expect(try TraceTarget(["default/gpu", "a1"]).only.map { "\($0.pool) \($0.actor)" } == "default/gpu a1")
    for wrong in [[], ["a.1"], ["a1", "a2"], ["default/gpu", "a1", "a2"], ["default/GPU"], ["default/gpu/a1"], ["/"]] {
      #expect(throws: CLIError.self, "\(wrong)") { try TraceTarget(wrong) }
    }
  }

  @Test("--since is for one actor, and has nothing to do with what is to come")
  func usage() {
    for (words, said) in [
      (["default/gpu", "--since", "1h"], "--since needs one actor"),
      (["a1", "--since", "1h"], "--since needs one actor"),
      (["default/gpu", "a1", "--since", "1h", "--count", "3"], "--count is for what is to come"),
      (["default/gpu", "a1", "--count", "0"], "write a number from 1 on"),
    ] {
      var it = Transcript()
      #expect(it.roost(["trace"] + words) == .usage)
      #expect(it.text.contains(said), "\(it.text)")
    }
  }
}
