import RoostTestKit
import Testing

@testable import RoostNATS

/// A broker, an outbox on it, and a subscriber on a connection of its own.
final class OutboxBench: Sendable {
  let broker: Broker
  let listener: NATSConnection
  let outbox: Outbox
  let events: Collector<OutboxEvent>
  let links: Collector<NATSConnectionEvent>
  let received: Collector<NATSMessage>
  private let subscription: NATSSubscription

  init(_ version: Broker.Version = .debian) throws {
    let events = Collector<OutboxEvent>()
    let links = Collector<NATSConnectionEvent>()
    let received = Collector<NATSMessage>()
    broker = try Broker.start(version)
    listener = try NATSConnection.connect(NATSSettings(url: broker.url, name: "listener"))
    subscription = try listener.subscribe("c.>", pendingLimit: nil) { received.add($0) }
    try listener.flush(timeoutMs: 5_000)
    outbox = try Outbox.connect(
      NATSSettings(url: broker.url, name: "outbox"), onConnectionEvent: { links.add($0) }, onEvent: { events.add($0) })
    self.events = events
    self.links = links
    self.received = received
  }

  deinit {
    outbox.stop()
    listener.close()
  }
}

@Suite struct OutboxTests {
  @Test("a batch arrives in order and is reported as handed over", arguments: Broker.Version.allCases)
  func inOrder(_ version: Broker.Version) throws {
    let bench = try OutboxBench(version)
    var expected: [String] = []
    for batch in UInt64(1)...20 {
      for number in 0..<100 {
        expected.append("c.\(number % 7).\(batch).\(number)")
        try bench.outbox.publish(expected[expected.count - 1], payload: [UInt8](repeating: 1, count: 100))
      }
      bench.outbox.commit(batch: batch)
    }
    #expect(bench.received.wait(count: expected.count))
    #expect(bench.received.all.map(\.subject) == expected)
    #expect(bench.events.wait(count: 20))
    #expect(bench.events.all == (UInt64(1)...20).map { .handedOver(batch: $0) })
  }

  @Test("nothing leaves before its commit, except a batch that is too long to be kept")
  func gathers() throws {
    let bench = try OutboxBench()
    try bench.outbox.publish("c.first")
    try bench.listener.flush(timeoutMs: 5_000)
    #expect(bench.outbox.connection.bufferedBytes > 0)
    #expect(bench.received.count == 0)
    for _ in 0..<40 { try bench.outbox.publish("c.long", payload: [UInt8](repeating: 1, count: 10_000)) }
    #expect(bench.received.wait { $0.count > 30 })
    bench.outbox.commit(batch: 1)
    #expect(bench.received.wait(count: 41))
    #expect(bench.events.wait { $0 == [.handedOver(batch: 1)] })
  }

  @Test("more than the sockets hold arrives whole", arguments: Broker.Version.allCases)
  func large(_ version: Broker.Version) throws {
    let bench = try OutboxBench(version)
    try bench.broker.freeze()
    for number in 0..<300 {
      try bench.outbox.publish("c.\(number)", payload: [UInt8](repeating: UInt8(number % 256), count: 50_000))
    }
    bench.outbox.commit(batch: 1)
    #expect(bench.outbox.connection.bufferedBytes > 0)
    bench.broker.thaw()
    #expect(bench.received.wait(count: 300))
    #expect(bench.received.all.map(\.subject) == (0..<300).map { "c.\($0)" })
    #expect(bench.events.wait { $0 == [.handedOver(batch: 1)] })
  }

  @Test("a batch that was under way when the link broke is doubtful, the next one is not")
  func doubt() throws {
    let bench = try OutboxBench()
    try bench.broker.freeze()
    try bench.outbox.publish("c.1")
    bench.outbox.commit(batch: 1)
    bench.broker.kill()
    #expect(bench.events.wait { $0 == [.doubtful(batch: 1)] })
    try bench.broker.restart()
    #expect(
      try eventually { try bench.outbox.connection.reconnectCount() == 1 && bench.listener.reconnectCount() == 1 })
    #expect(bench.links.wait { $0.contains(.reconnected) })
    try bench.listener.flush(timeoutMs: 5_000)
    // The break itself makes the first batch after it doubtful: it may have begun before.
    bench.outbox.commit(batch: 2)
    bench.outbox.resume(afterBreaks: bench.outbox.breakCount)
    try bench.outbox.publish("c.3")
    bench.outbox.commit(batch: 3)
    #expect(bench.events.wait(count: 3))
    #expect(bench.events.all == [.doubtful(batch: 1), .doubtful(batch: 2), .handedOver(batch: 3)])
    #expect(bench.received.wait { $0.last?.subject == "c.3" })
  }

  @Test("when the broker takes nothing at all, publishing is refused before memory runs out")
  func blocked() throws {
    let bench = try OutboxBench()
    try bench.broker.freeze()
    defer { bench.broker.thaw() }
    let payload = [UInt8](repeating: 1, count: 1_000_000)
    var sent = 0
    let refused = code {
      for number in 0..<200 {
        try bench.outbox.publish("c.\(number)", payload: payload)
        sent += 1
      }
    }
    #expect(refused == .disconnected)
    bench.outbox.commit(batch: 1)
    #expect(bench.events.all == [.doubtful(batch: 1)])
    bench.broker.thaw()
    #expect(bench.received.wait(count: sent))
    #expect(eventually { bench.outbox.connection.bufferedBytes == 0 })
    try bench.outbox.publish("c.again")
    bench.outbox.commit(batch: 2)
    #expect(bench.events.wait { $0.last == .handedOver(batch: 2) })
    #expect(bench.received.wait { $0.last?.subject == "c.again" })
  }

  @Test("with the link down publishing is refused and a commit is doubtful")
  func refused() throws {
    let bench = try OutboxBench()
    bench.broker.kill()
    #expect(bench.links.wait { $0.contains(.disconnected) })
    let codes = (0..<2).map { _ in code { try bench.outbox.publish("c.1") } }
    #expect(codes == [.disconnected, .disconnected])
    bench.outbox.commit(batch: 1)
    #expect(bench.events.wait { $0 == [.doubtful(batch: 1)] })
  }

  @Test(
    "after a break nothing leaves, on a new link either, before the owner knows of it: nothing overtakes what is lost")
  func nothingOvertakes() throws {
    let bench = try OutboxBench()
    let breaks = bench.outbox.breakCount
    bench.broker.kill()
    #expect(bench.links.wait { $0.contains(.disconnected) })
    // While it is down: the library would keep one message and send it first of all.
    #expect(code { try bench.outbox.publish("c.early") } == .disconnected)
    bench.outbox.commit(batch: 1)
    try bench.broker.restart()
    #expect(
      try eventually { try bench.outbox.connection.reconnectCount() == 1 && bench.listener.reconnectCount() == 1 })
    #expect(bench.links.wait { $0.contains(.reconnected) })
    try bench.listener.flush(timeoutMs: 5_000)
    #expect(code { try bench.outbox.publish("c.unaware") } == .disconnected)
    bench.outbox.commit(batch: 2)
    // The owner does not know of the break yet.
    bench.outbox.resume(afterBreaks: breaks)
    #expect(code { try bench.outbox.publish("c.late") } == .disconnected)
    bench.outbox.commit(batch: 3)
    bench.outbox.resume(afterBreaks: bench.outbox.breakCount)
    try bench.outbox.publish("c.again")
    bench.outbox.commit(batch: 4)
    #expect(bench.events.wait { $0.last == .handedOver(batch: 4) })
    #expect(bench.received.wait(count: 1))
    #expect(bench.received.all.map(\.subject) == ["c.again"])
  }

  @Test("a request on an outbox's connection leaves by itself, also while a batch is gathered")
  func requests() throws {
    let bench = try OutboxBench()
    let streams = RoostStreams(signalsMaxBytes: 1 << 20)
    try JetStream(bench.listener).ensure(streams)
    let jetStream = JetStream(bench.outbox.connection)
    #expect(try jetStream.publish("roost.signal.a.b.pool.tick").sequence == 1)
    let acks = Collector<UInt64>()
    try bench.outbox.publish("c.1")
    try jetStream.publish("roost.signal.a.b.pool.tick") { result in
      switch result {
      case .success(let ack): acks.add(ack.sequence)
      case .failure(let error): Issue.record(error)
      }
    }
    bench.outbox.commit(batch: 1)
    #expect(acks.wait { $0 == [2] })
  }

  @Test("an idle outbox answers the broker's pings and stays connected")
  func keepsAlive() throws {
    let bench = try OutboxBench()
    #expect(try bench.outbox.connection.roundTripNs() > 0)
    try bench.outbox.connection.flush(timeoutMs: 5_000)
    #expect(bench.links.all.isEmpty)
  }

  @Test("stopping waits for what was published")
  func stopFlushes() throws {
    let bench = try OutboxBench()
    for number in 0..<1_000 { try bench.outbox.publish("c.\(number)") }
    bench.outbox.stop(timeoutMs: 5_000)
    #expect(bench.received.wait(count: 1_000))
  }
}
