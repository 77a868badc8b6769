import RoostTestKit
import Testing

@testable import RoostNATS

/// A broker with the streams, a connection, and a reader's events.
final class ReaderBench: Sendable {
  let broker: Broker
  let connection: NATSConnection
  let jetStream: JetStream
  let streams = RoostStreams(signalsMaxBytes: 64 << 20)
  let events = Collector<SignalSourceEvent>()

  init(_ version: Broker.Version, extra: String = "") throws {
    broker = try Broker.start(version, extra: extra)
    connection = try NATSConnection.connect(NATSSettings(url: broker.url, name: "test"))
    jetStream = JetStream(connection)
    try jetStream.ensure(streams)
  }

  deinit { connection.close() }

  func publish(_ numbers: ClosedRange<Int>) throws {
    for number in numbers { _ = try publish(number) }
  }

  func publish(_ number: Int, headers: [NATSHeader] = []) throws -> PubAck {
    try jetStream.publish("roost.signal.ns.pool.actor.a.wake", headers: headers, payload: Array(String(number).utf8))
  }

  /// Starts a reader that takes back every message at once.
  func reader(
    at start: SignalStart = .afterSequence(0), consuming: Bool = true,
    _ change: (inout SignalReaderSettings) -> Void = { _ in }
  ) -> SignalReader {
    var settings = SignalReaderSettings(stream: streams.signalsName)
    settings.heartbeatMs = 500
    settings.pullExpiresMs = 2_000
    change(&settings)
    let reader = SignalReader(connection: connection, settings: settings)
    reader.start(at: start) { [events, weak reader] event in
      events.add(event)
      if consuming, case .message(let message) = event { reader?.consumed(messages: 1, bytes: message.sizeBytes) }
    }
    return reader
  }

  var sequences: [UInt64] { signals.map(\.sequence) }

  var signals: [SignalMessage] {
    events.all.compactMap { if case .message(let message) = $0 { message } else { nil } }
  }

  func waitFor(_ numbers: ClosedRange<UInt64>, seconds: Double = 30) -> Bool {
    eventually(seconds: seconds) { signals.last?.sequence == numbers.upperBound } && sequences == Array(numbers)
  }
}

@Suite struct SignalReaderTests {
  @Test("reads from a position on, in order, each message once", arguments: Broker.Version.allCases)
  func fromPosition(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    try bench.publish(1...5)
    let headers = [
      NATSHeader("Roost-Reply-To", "_INBOX.x"), NATSHeader("traceparent", "00-aa-bb-01"),
      NATSHeader("tracestate", "k=v"),
    ]
    _ = try bench.publish(6, headers: headers)
    let reader = bench.reader(at: .afterSequence(2))
    defer { reader.stop() }
    #expect(bench.waitFor(3...6))
    try bench.publish(7...8)
    #expect(bench.waitFor(3...8))
    let signals = bench.signals
    #expect(signals.map { String(decoding: $0.payload.copied, as: UTF8.self) } == ["3", "4", "5", "6", "7", "8"])
    #expect(signals[0].replyTo == nil && signals[0].traceparent == nil)
    #expect(
      signals[3].replyTo == "_INBOX.x" && signals[3].traceparent == "00-aa-bb-01" && signals[3].tracestate == "k=v")
    #expect(signals[0].subject == "roost.signal.ns.pool.actor.a.wake")
    let stored = try bench.jetStream.message(bench.streams.signalsName, sequence: 4)
    #expect(stored?.storedAtNs == signals[1].storedAtNs)
    #expect(signals[3].pending == 0)
    guard case .opened(let pending) = bench.events.all.first else {
      Issue.record("the first event is not opened")
      return
    }
    #expect(pending == 4)
  }

  @Test("a trace is found in any case of letters, delivered or looked up", arguments: Broker.Version.allCases)
  func traceSpellings(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    let carried: [(headers: [NATSHeader], parent: String?, state: String?)] = [
      ([], nil, nil),
      ([NATSHeader("Other", "o"), NATSHeader("tracestate", "s")], nil, nil),
      ([NATSHeader("Traceparent", "p"), NATSHeader("Tracestate", "s")], "p", "s"),
      ([NATSHeader("TRACEPARENT", "p"), NATSHeader("tracestate", "s")], "p", "s"),
      ([NATSHeader("Traceparent", "no"), NATSHeader("traceparent", "p"), NATSHeader("TraceState", "s")], "p", "s"),
      ([NATSHeader("Xraceparent", "no"), NATSHeader("TraceParent", "p")], "p", nil),
      ([NATSHeader("Xraceparent", "p"), NATSHeader("Traceparents", "no")], "p", nil),
      ([NATSHeader("traceParent", "2"), NATSHeader("TraceParent", "1")], "1", nil),
      (
        [NATSHeader("traceparent", "p"), NATSHeader("tracestate", "a=1"), NATSHeader("tracestate", "b=2")], "p",
        "a=1,b=2"
      ),
      (
        [NATSHeader("Traceparent", "p"), NATSHeader("Tracestate", "b=2"), NATSHeader("Tracestate", "a=1")], "p",
        "b=2,a=1"
      ),
    ]
    for (number, one) in carried.enumerated() { _ = try bench.publish(number + 1, headers: one.headers) }
    let reader = bench.reader()
    defer { reader.stop() }
    #expect(bench.waitFor(1...UInt64(carried.count)))
    for (signal, wanted) in zip(bench.signals, carried) {
      #expect(signal.traceparent == wanted.parent && signal.tracestate == wanted.state, "\(wanted.headers)")
      let stored = try #require(try bench.jetStream.message(bench.streams.signalsName, sequence: signal.sequence))
      let found = SignalMessage(stored, pending: 0)
      #expect(found.traceparent == wanted.parent && found.tracestate == wanted.state, "\(wanted.headers)")
    }
  }

  @Test("reads from a stored-at time on", arguments: Broker.Version.allCases)
  func fromTime(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    try bench.publish(1...3)
    let third = try #require(try bench.jetStream.message(bench.streams.signalsName, sequence: 3))
    let reader = bench.reader(at: .storedAt(third.storedAtNs))
    defer { reader.stop() }
    try bench.publish(4...4)
    #expect(bench.waitFor(3...4))
  }

  @Test("goes on by itself after its consumer was deleted", arguments: Broker.Version.allCases)
  func consumerDeleted(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    try bench.publish(1...3)
    let reader = bench.reader()
    defer { reader.stop() }
    #expect(bench.waitFor(1...3))
    let name = reader.state.withLock { String(decoding: $0.consumer, as: UTF8.self) }
    _ = try bench.jetStream.call("CONSUMER.DELETE.\(bench.streams.signalsName).\(name)")
    try bench.publish(4...6)
    #expect(bench.waitFor(1...6))
    #expect(bench.events.all.contains { if case .interrupted(.ended) = $0 { true } else { false } })
  }

  @Test("goes on after the broker was killed and started again", arguments: Broker.Version.allCases)
  func brokerRestart(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    try bench.publish(1...3)
    let reader = bench.reader()
    defer { reader.stop() }
    #expect(bench.waitFor(1...3))
    bench.broker.kill()
    try bench.broker.restart()
    #expect(eventually { bench.connection.isConnected })
    try bench.publish(4...6)
    #expect(bench.waitFor(1...6))
  }

  @Test("does not ask for more than its window while the owner holds what came", arguments: Broker.Version.allCases)
  func backPressure(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    try bench.publish(1...30)
    let reader = bench.reader(consuming: false) { $0.windowMessages = 10 }
    defer { reader.stop() }
    #expect(bench.waitFor(1...10))
    let sizes = bench.signals.map(\.sizeBytes)
    reader.consumed(messages: 10, bytes: sizes.reduce(0, +))
    #expect(bench.waitFor(1...20))
    #expect(reader.state.withLock { $0.window.heldMessages } == 10)
  }
}
