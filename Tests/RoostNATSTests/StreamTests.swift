import RoostTestKit
import Testing

@testable import RoostNATS

private struct StreamBench {
  let broker: Broker
  let connection: NATSConnection
  let jetStream: JetStream

  init(_ version: Broker.Version, extra: String = "") throws {
    broker = try Broker.start(version, extra: extra)
    connection = try NATSConnection.connect(NATSSettings(url: broker.url, name: "test"))
    jetStream = JetStream(connection)
  }
}

@Suite struct StreamTests {
  @Test("set-up makes the streams as asked, a second time finds them", arguments: Broker.Version.allCases)
  func setUp(_ version: Broker.Version) throws {
    let bench = try StreamBench(version)
    let streams = RoostStreams()
    try bench.jetStream.ensure(streams)
    try bench.jetStream.ensure(streams)
    #expect(streams.all.map(\.name) == ["ROOST_SIGNALS", "ROOST_DEAD", "KV_ROOST_META"])
    let signals = try bench.jetStream.info("ROOST_SIGNALS")
    #expect(signals.messages == 0 && signals.lastSequence == 0 && signals.lastStoredAtNs == nil)
    #expect(signals.configuration["discard"] == .string("new"))
    #expect(signals.configuration["max_bytes"] == .int(4 << 30))
    #expect(signals.configuration["deny_delete"] == .bool(true))
    #expect(signals.configuration["duplicate_window"] == .int(120_000_000_000))
    let dead = try bench.jetStream.info("ROOST_DEAD")
    #expect(dead.configuration["max_age"] == .int(2_592_000_000_000_000))
    #expect(dead.configuration["discard"] == .string("old"))
  }

  @Test("a difference is named by stream, field, wanted and got", arguments: Broker.Version.allCases)
  func difference(_ version: Broker.Version) throws {
    let bench = try StreamBench(version)
    try bench.jetStream.ensure(RoostStreams(signalsMaxBytes: 1 << 20))
    let error = #expect(throws: NATSError.self) { try bench.jetStream.ensure(RoostStreams(signalsMaxBytes: 2 << 20)) }
    #expect(error?.code == .configurationDiffers)
    #expect(error?.message.hasPrefix("stream ROOST_SIGNALS: max_bytes is 1048576, wanted 2097152; ") == true)
    _ = try bench.jetStream.update(RoostStreams(signalsMaxBytes: 2 << 20).signals)
    try bench.jetStream.ensure(RoostStreams(signalsMaxBytes: 2 << 20))
  }

  @Test("what a server does beyond what was asked is a difference, what an operator may choose is not")
  func beyond() throws {
    let wanted = RoostStreams().signals
    guard case .object(let echo) = wanted.json else { return }
    func differs(_ field: String, _ value: JSONValue) -> NATSError.Code? {
      wanted.firstDifference(from: .object(echo.merging([field: value]) { _, new in new }))?.code
    }
    #expect(wanted.firstDifference(from: .object(echo)) == nil)
    for field in ["allow_msg_ttl", "allow_atomic", "allow_msg_schedules", "sealed", "no_ack", "something_new"] {
      #expect(differs(field, .bool(true)) == .configurationDiffers)
      #expect(differs(field, .bool(false)) == nil)
    }
    #expect(differs("sources", .array([.object(["name": .string("X")])])) == .configurationDiffers)
    #expect(differs("first_seq", .int(7)) == .configurationDiffers)
    #expect(differs("compression", .string("s2")) == nil)
    #expect(differs("metadata", .object(["_nats.ver": .string("2.12.8")])) == nil)
    #expect(
      wanted.firstDifference(from: .object(echo.filter { $0.key != "deny_delete" }))?.code == .configurationDiffers)
  }

  @Test("the dry run shows every stream, another prefix other names")
  func dryRun() throws {
    let shown = try JSONValue.parse(Array(RoostStreams(prefix: "nest", replicas: 3).dryRunText.utf8), from: "dry run")
    guard case .array(let all) = shown else { return #expect(Bool(false), "not a list") }
    #expect(all.map { $0["name"] } == ["NEST_SIGNALS", "NEST_DEAD", "KV_NEST_META"].map { .string($0) })
    #expect(all[0]["subjects"] == .array([.string("nest.signal.>")]))
    #expect(all.allSatisfy { $0["num_replicas"] == .int(3) })
  }

  @Test("a full stream refuses the publisher and takes more once it is trimmed", arguments: Broker.Version.allCases)
  func full(_ version: Broker.Version) throws {
    let bench = try StreamBench(version)
    try bench.jetStream.ensure(RoostStreams(signalsMaxBytes: 64 << 10))
    let subject = "roost.signal.a.b.pool.tick"
    var last: UInt64 = 0
    let error = #expect(throws: NATSError.self) {
      for _ in 0..<200 {
        last = try bench.jetStream.publish(subject, payload: [UInt8](repeating: 1, count: 1_000)).sequence
      }
    }
    #expect(error?.code == .streamFull, "\(error as Any)")
    #expect(last > 50 && last < 70)
    #expect(try bench.jetStream.purge("ROOST_SIGNALS", through: last - 2) == last - 2)
    let info = try bench.jetStream.info("ROOST_SIGNALS")
    #expect(info.firstSequence == last - 1 && info.lastSequence == last && info.messages == 2)
    #expect(try bench.jetStream.publish(subject).sequence == last + 1)
    #expect(try bench.jetStream.purge("ROOST_SIGNALS", through: 1) == 0)
    #expect(try bench.jetStream.message("ROOST_SIGNALS", sequence: 1) == nil)
  }

  @Test("a stored message is found with subject, time and payload", arguments: Broker.Version.allCases)
  func stored(_ version: Broker.Version) throws {
    let bench = try StreamBench(version)
    try bench.jetStream.ensure(RoostStreams(signalsMaxBytes: 1 << 20))
    let created = try bench.jetStream.info("ROOST_SIGNALS").createdNs
    let id = [NATSHeader("Nats-Msg-Id", "one")]
    let first = try bench.jetStream.publish("roost.signal.a.b.pool.tick", headers: id, payload: [0, 255, 10])
    #expect(first == PubAck(stream: "ROOST_SIGNALS", sequence: 1, isDuplicate: false))
    let again = try bench.jetStream.publish("roost.signal.a.b.pool.tick", headers: id, payload: [0, 255, 10])
    #expect(again == PubAck(stream: "ROOST_SIGNALS", sequence: 1, isDuplicate: true))
    let message = try #require(try bench.jetStream.message("ROOST_SIGNALS", sequence: 1))
    #expect(message.subject == "roost.signal.a.b.pool.tick" && message.payload == [0, 255, 10])
    #expect(message.storedAtNs > created && message.storedAtNs < created + 60_000_000_000)
    #expect(try bench.jetStream.info("ROOST_SIGNALS").lastStoredAtNs == message.storedAtNs)
    #expect(try bench.jetStream.message("ROOST_SIGNALS", sequence: 2) == nil)
  }

  @Test(
    "messages are found one after the other by their subjects, with all headers, and deleted one by one",
    arguments: Broker.Version.allCases)
  func oneByOne(_ version: Broker.Version) throws {
    let bench = try StreamBench(version)
    let stream = bench.jetStream
    try stream.ensure(RoostStreams())
    let headers = [NATSHeader("Mine", "a: b"), NATSHeader("Mine", "c"), NATSHeader("Other", "")]
    for pool in ["a", "b", "a", "b"] {
      _ = try stream.publish("roost.dead.default.\(pool)", headers: headers, payload: [])
    }
    func following(_ first: UInt64, _ filter: String) throws -> [UInt64] {
      var found: [UInt64] = []
      while let message = try stream.nextMessage("ROOST_DEAD", from: (found.last ?? first - 1) + 1, matching: filter) {
        found.append(message.sequence)
        #expect(message.headers() == headers)
      }
      return found
    }
    #expect(try following(1, "roost.dead.>") == [1, 2, 3, 4])
    #expect(try following(2, "roost.dead.default.a") == [3])
    for sequence in [1, 4] as [UInt64] { try stream.deleteMessage("ROOST_DEAD", sequence: sequence) }
    #expect(try following(1, "roost.dead.>") == [2, 3])
    #expect(try following(1, "roost.dead.default.b") == [2])
    #expect(try stream.message("ROOST_DEAD", sequence: 4) == nil)
    #expect(throws: NATSError.self) { try stream.deleteMessage("ROOST_DEAD", sequence: 4) }
  }

  @Test("what is missing is said to be missing", arguments: Broker.Version.allCases)
  func missing(_ version: Broker.Version) throws {
    let bench = try StreamBench(version)
    #expect(code { _ = try bench.jetStream.info("ROOST_SIGNALS") } == .notFound)
    #expect(code { _ = try bench.jetStream.message("ROOST_SIGNALS", sequence: 1) } == .notFound)
    #expect(code { _ = try bench.jetStream.publish("roost.signal.a.b.pool.tick") } == .noResponders)
    try bench.jetStream.ensure(RoostStreams(signalsMaxBytes: 1 << 20))
    let made = try bench.jetStream.info("ROOST_SIGNALS").createdNs
    try bench.jetStream.delete("ROOST_SIGNALS")
    try bench.jetStream.ensure(RoostStreams(signalsMaxBytes: 1 << 20))
    #expect(try bench.jetStream.info("ROOST_SIGNALS").createdNs > made)
  }

  @Test("a server's refusal comes with its own words", arguments: Broker.Version.allCases)
  func refusal(_ version: Broker.Version) throws {
    let bench = try StreamBench(version)
    let error = #expect(throws: NATSError.self) { try bench.jetStream.ensure(RoostStreams(replicas: 3)) }
    #expect(error?.code == .refused && error?.serverCode == 10074, "\(error as Any)")
  }

  @Test("a key is created once and updated only by who knows its revision", arguments: Broker.Version.allCases)
  func keyValue(_ version: Broker.Version) throws {
    let bench = try StreamBench(version)
    let streams = RoostStreams(signalsMaxBytes: 1 << 20)
    try bench.jetStream.ensure(streams)
    let bucket = KeyValue(bench.jetStream, bucket: streams.metaBucket)
    #expect(try bucket.get("journal") == nil)
    let first = try bucket.create("journal", [1])
    #expect(code { _ = try bucket.create("journal", [2]) } == .wrongRevision)
    #expect(try bucket.get("journal")?.value == [1])
    let second = try bucket.update("journal", [3], expectedRevision: first)
    #expect(code { _ = try bucket.update("journal", [4], expectedRevision: first) } == .wrongRevision)
    let entry = try #require(try bucket.get("journal"))
    #expect(entry.value == [3] && entry.revision == second && entry.storedAtNs > 0)
    _ = try bucket.create("journal.a.b", [5])
    #expect(try bucket.get("journal")?.value == [3])
  }

  @Test(
    "keys are listed by pattern, and a deleted one says so until it is written again",
    arguments: Broker.Version.allCases)
  func listedKeys(_ version: Broker.Version) throws {
    let bench = try StreamBench(version)
    let streams = RoostStreams(signalsMaxBytes: 1 << 20)
    try bench.jetStream.ensure(streams)
    let bucket = KeyValue(bench.jetStream, bucket: streams.metaBucket)
    #expect(try bucket.keys(matching: "journal.*.*") == [])
    for key in ["journal", "journal.b.web", "journal.a.gpu", "journal.a", "lease.a.b"] {
      _ = try bucket.create(key, Array(key.utf8))
    }
    #expect(try bucket.keys(matching: "journal.*.*") == ["journal.a.gpu", "journal.b.web"])
    let entry = try #require(try bucket.get("journal.a.gpu"))
    #expect(!entry.isDeleted)
    #expect(code { try bucket.delete("journal.a.gpu", expectedRevision: entry.revision + 1) } == .wrongRevision)
    try bucket.delete("journal.a.gpu", expectedRevision: entry.revision)
    let marker = try #require(try bucket.get("journal.a.gpu"))
    #expect(marker.isDeleted && marker.value.isEmpty && marker.revision > entry.revision)
    #expect(try bucket.keys(matching: "journal.*.*") == ["journal.a.gpu", "journal.b.web"])
    _ = try bucket.update("journal.a.gpu", [7], expectedRevision: marker.revision)
    let again = try #require(try bucket.get("journal.a.gpu"))
    #expect(!again.isDeleted && again.value == [7])
  }

  @Test("the server says who it is", arguments: Broker.Version.allCases)
  func greeting(_ version: Broker.Version) throws {
    let bench = try StreamBench(version)
    let greeting = try bench.connection.greeting()
    #expect(greeting == ServerGreeting(serverName: bench.broker.name, version: version.number, hasJetStream: true))
    #expect(bench.connection.maxPayloadBytes == 1 << 20)
    #expect(try bench.connection.connectedURL() == bench.broker.url)
  }
}
