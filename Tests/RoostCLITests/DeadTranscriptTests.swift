import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import Testing

@testable import RoostCLI

@Suite("Dead letters by the command line, on a real broker")
struct DeadTranscriptTests {
  /// A broker with the streams of Roost; the letters are written as a worker writes them.
  private final class Post {
    let broker: Broker
    let connection: NATSConnection
    let jetStream: JetStream
    var transcript: Transcript
    static let gpu = PoolID(namespace: "default", name: "gpu")

    init() throws {
      broker = try Broker.start()
      transcript = Transcript(environment: ["NATS_URL": broker.url], replacements: [(broker.url, "nats://broker")])
      connection = try NATSConnection.connect(NATSSettings(NATSAccess(broker.url), name: "post"))
      jetStream = JetStream(connection)
    }

    deinit { connection.close() }

    func setUp() throws { try jetStream.ensure(RoostStreams()) }

    /// - Parameter stored: how often a worker that died in between has stored the same letter.
    func letter(
      _ sequence: Int, _ reason: String, _ subject: String, _ payload: [UInt8] = [], pool: PoolID? = gpu,
      headers: [NATSHeader] = [], stored: Int = 1
    ) throws {
      for time in 1...stored {
        _ = try jetStream.publish(
          Subjects().dead(pool),
          headers: headers + [
            NATSHeader("Roost-Dead-Reason", reason), NATSHeader("Roost-Dead-Subject", subject),
            NATSHeader("Roost-Dead-Sequence", String(sequence)),
            NATSHeader("Roost-Dead-Time", String(1_767_225_600_000 + sequence * 1_000)),
            NATSHeader("Nats-Msg-Id", "dead/ROOST_SIGNALS/\(sequence)-\(time)"),
          ], payload: payload)
      }
    }

    /// One of each kind: what people meet.
    func story() throws {
      let codec = WireCodec()
      let actor = "roost.signal.default.gpu.actor"
      let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      try letter(
        11, "quarantined", "\(actor).a1.create",
        codec.encode(ActorSignal.create(Create(name: "render", key: "k1", input: [1, 2, 3]))),
        headers: [NATSHeader("traceparent", trace), NATSHeader("Roost-Reply-To", "_INBOX.asked.then")])
      try letter(
        12, "quarantined", "\(actor).a1.wake",
        codec.encode(ActorSignal.wake(Wake(override: .dontSleep(pendingTimeoutMs: 5_000)))))
      try letter(13, "undecodable", "\(actor).a2.wake", [0xff, 0xff, 0xff])
      try letter(14, "unknown_verb", "\(actor).a2.dance", [UInt8](repeating: 0xab, count: 100))
      try letter(15, "malformed_pool", "roost.signal.default.GPU.actor.a1.wake", pool: nil)
      try letter(16, "quarantined", "roost.signal.default.gpu.runner.r1.stopping")
      try letter(
        17, "undecodable", "\(actor).a3.create", [1, 2],
        headers: [NATSHeader("Roost-Dead-Truncated", "1048576")])
      // Written by somebody else than a worker.
      _ = try jetStream.publish("roost.dead.default.gpu", payload: [1])
      try letter(19, "quarantined", "elsewhere.entirely")
    }

    /// Leaves no room for one signal more.
    func fill() throws {
      var sizeBytes = 256 << 10
      while sizeBytes > 0 {
        do throws(NATSError) {
          _ = try jetStream.publish(
            "roost.signal.default.gpu.pool.tick", payload: [UInt8](repeating: 0, count: sizeBytes))
        } catch {
          guard error.code == .streamFull else { throw error }
          sizeBytes /= 2
        }
      }
    }

    func count(_ stream: String) throws -> Int { Int(try jetStream.info(stream).messages) }
  }

  @Test("list and show, as text and JSON, and every failure told apart")
  func look() throws {
    let post = try Post()
    post.transcript.roost("dead", "list")
    try post.setUp()
    post.transcript.roost("dead", "list")
    post.transcript.roost("dead", "list", "--output", "json")
    try post.story()
    post.transcript.roost("dead", "list")
    post.transcript.roost("dead", "list", "--pool", "default/gpu", "--reason", "quarantined", "--limit", "2")
    post.transcript.roost(
      "dead", "list", "--pool", "default/gpu", "--reason", "quarantined", "--from", "6", "--output", "jsonl")
    post.transcript.roost("dead", "list", "--pool", "default/cpu")
    for letter in [1, 3, 4, 7, 8] { post.transcript.roost("dead", "show", String(letter)) }
    post.transcript.roost("dead", "show", "1", "--output", "json")
    post.transcript.roost("dead", "show", "4", "--output", "json")
    post.transcript.roost("dead", "show", "10")
    post.transcript.roost("dead", "show", "last")
    post.transcript.roost("dead", "list", "--limit", "0")
    post.transcript.roost("dead", "redrive")
    post.transcript.roost("dead", "redrive", "1", "--pool", "default/gpu")
    post.transcript.roost("dead", "drop")
    post.broker.stop()
    post.transcript.roost("dead", "list")
    try Golden.expect(post.transcript.text, is: "dead-look")
  }

  @Test("redrive stores a signal once, deletes its letter then, and keeps what must not come again; drop deletes")
  func change() throws {
    let post = try Post()
    try post.setUp()
    try post.story()
    post.transcript.roost("dead", "drop", "3", "3", "12", "--dry-run")
    post.transcript.roost("dead", "redrive", "--pool", "default/gpu", "--dry-run", "--output", "json")
    #expect(try post.count("ROOST_DEAD") == 9)
    #expect(try post.count("ROOST_SIGNALS") == 0)

    post.transcript.roost("dead", "drop", "3", "12", "4")
    post.transcript.roost("dead", "redrive", "2", "1")
    post.transcript.roost("dead", "redrive", "2", "1")
    post.transcript.roost("dead", "redrive", "--reason", "quarantined")
    // The same signal in a second letter, from a worker that died before it knew of the first one.
    try post.letter(12, "quarantined", "roost.signal.default.gpu.actor.a1.wake", stored: 2)
    post.transcript.roost("dead", "redrive", "--pool", "default/gpu", "--reason", "quarantined", "--output", "jsonl")
    post.transcript.roost("dead", "redrive", "--reason", "undecodable")
    post.transcript.roost("dead", "redrive", "--reason", "malformed_pool")
    post.transcript.roost("dead", "list")
    try Golden.expect(post.transcript.text, is: "dead-change")

    // Two of the story, the pool in capitals; the second letters of one of them added nothing.
    #expect(try post.count("ROOST_SIGNALS") == 3)
    let create = try #require(try post.jetStream.message("ROOST_SIGNALS", sequence: 1))
    #expect(create.subject == "roost.signal.default.gpu.actor.a1.create")
    // The trace is that of the signal; nobody waits for the answer any more.
    #expect(create.headers().map(\.name).sorted() == ["Nats-Msg-Id", "traceparent"])
    #expect(create.header("Nats-Msg-Id") == "redrive/ROOST_SIGNALS/11")
  }

  @Test("a letter whose signal cannot be stored stays, and so do those behind it")
  func refused() throws {
    let post = try Post()
    try post.jetStream.ensure(RoostStreams(signalsMaxBytes: 1 << 20))
    try post.letter(1, "quarantined", "roost.signal.default.gpu.actor.a1.wake")
    try post.letter(2, "quarantined", "roost.signal.default.gpu.actor.a2.wake")
    try post.fill()
    let code = post.transcript.roost("dead", "redrive", "--pool", "default/gpu")
    #expect(code == .unavailable)
    #expect(post.transcript.text.contains("letter 1 was not re-driven"), "\(post.transcript.text)")
    #expect(try post.count("ROOST_DEAD") == 2)
  }

  @Test(
    "a letter whose subject nobody can publish is kept, and those behind it go on", arguments: ["a b", "a\u{7f}", ""])
  func unpublishable(actor: String) throws {
    let post = try Post()
    try post.setUp()
    try post.letter(1, "malformed_id", "roost.signal.default.gpu.actor.\(actor).wake")
    try post.letter(2, "quarantined", "roost.signal.default.gpu.actor.a2.wake")
    #expect(post.transcript.roost("dead", "redrive", "--pool", "default/gpu", "--dry-run") == .refused)
    #expect(post.transcript.roost("dead", "redrive", "--pool", "default/gpu") == .refused)
    let text = post.transcript.text
    #expect(text.ranges(of: "kept letter=1 ").count == 2 && text.contains("its subject cannot be published"), "\(text)")
    #expect(text.contains("would_redrive letter=2 ") && text.contains("redriven letter=2 "), "\(text)")
    #expect(try post.count("ROOST_DEAD") == 1)
    #expect(try post.count("ROOST_SIGNALS") == 1)
  }

  @Test("answers are asked for again only when that is said")
  func keepReplyTo() throws {
    let post = try Post()
    try post.setUp()
    try post.story()
    post.transcript.roost("dead", "redrive", "1", "--keep-reply-to")
    let create = try #require(try post.jetStream.message("ROOST_SIGNALS", sequence: 1))
    #expect(create.header("Roost-Reply-To") == "_INBOX.asked.then")
  }
}
