import RoostTestKit
import Testing

@testable import RoostNATS

extension ReaderBench {
  var interruptions: [SignalInterruption] {
    events.all.compactMap { if case .interrupted(let interruption) = $0 { interruption } else { nil } }
  }

  func consumerName(_ reader: SignalReader) -> String {
    reader.state.withLock { String(decoding: $0.consumer, as: UTF8.self) }
  }
}

@Suite struct SignalReaderFaultTests {
  @Test("a gap is read again by a new consumer, nothing is lost or doubled", arguments: Broker.Version.allCases)
  func gap(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    try bench.publish(1...3)
    let reader = bench.reader()
    defer { reader.stop() }
    #expect(bench.waitFor(1...3))
    // As if the fourth had been lost on the way.
    reader.state.withLock { $0.lastConsumerSequence = 4 }
    try bench.publish(4...6)
    #expect(bench.waitFor(1...6))
    #expect(bench.interruptions == [.gap(expected: 5, found: 4)])
  }

  @Test("a heartbeat that knows of more than came is a gap")
  func lostTail() throws {
    let bench = try ReaderBench(.debian)
    try bench.publish(1...3)
    let reader = bench.reader { $0.heartbeatMs = 100 }
    defer { reader.stop() }
    #expect(bench.waitFor(1...3))
    reader.state.withLock { state in
      state.lastConsumerSequence = 2
      state.next = .afterSequence(2)
    }
    #expect(eventually { bench.signals.last?.sequence == 3 && bench.sequences == [1, 2, 3, 3] })
    #expect(bench.interruptions == [.gap(expected: 3, found: 4)])
  }

  @Test("a message at or below the position is not delivered")
  func backwards() throws {
    let bench = try ReaderBench(.debian)
    try bench.publish(1...3)
    let reader = bench.reader()
    defer { reader.stop() }
    #expect(bench.waitFor(1...3))
    reader.state.withLock { $0.next = .afterSequence(4) }
    try bench.publish(4...6)
    #expect(eventually { bench.sequences == [1, 2, 3, 5, 6] })
    #expect(bench.interruptions.count == 1)
  }

  @Test("what belongs to another consumer is passed over")
  func otherConsumer() throws {
    let bench = try ReaderBench(.debian)
    try bench.publish(1...3)
    let reader = bench.reader { $0.heartbeatMs = 100 }
    defer { reader.stop() }
    #expect(bench.waitFor(1...3))
    reader.state.withLock { $0.consumer = Array("another-1".utf8) }
    try bench.publish(4...5)
    // The heartbeats give it away.
    #expect(bench.waitFor(1...5))
    #expect(bench.interruptions == [.gap(expected: 4, found: 6)])
  }

  @Test("a broker that holds still is noticed by missing heartbeats, and read on when it goes on")
  func silent() throws {
    let bench = try ReaderBench(.debian)
    try bench.publish(1...3)
    let reader = bench.reader { $0.heartbeatMs = 100 }
    defer { reader.stop() }
    #expect(bench.waitFor(1...3))
    try bench.broker.freeze()
    #expect(eventually { bench.interruptions.contains(.silent) })
    bench.broker.thaw()
    try bench.publish(4...6)
    #expect(bench.waitFor(1...6))
  }

  @Test("pulls that nobody answered run out and are made again", arguments: Broker.Version.allCases)
  func expiry(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    let pulls = Collector<NATSMessage>()
    let spy = try bench.connection.subscribe("$JS.API.CONSUMER.MSG.NEXT.ROOST_SIGNALS.>") { pulls.add($0) }
    let reader = bench.reader {
      $0.heartbeatMs = 100
      $0.pullExpiresMs = 200
      $0.windowMessages = 4
    }
    defer { reader.stop() }
    #expect(pulls.wait(count: 4))
    try bench.publish(1...9)
    #expect(bench.waitFor(1...9))
    #expect(bench.interruptions.isEmpty)
    withExtendedLifetime(spy) {}
  }

  @Test("the window of bytes holds, headers and large messages included", arguments: Broker.Version.allCases)
  func bytes(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version, extra: "max_payload: 64KB")
    let headers = [NATSHeader("Padding", String(repeating: "x", count: 20_000))]
    for number in 0..<60 {
      _ = try bench.jetStream.publish(
        "roost.signal.ns.pool.actor.a.wake", headers: number % 3 == 0 ? headers : [],
        payload: [UInt8](repeating: 1, count: number % 3 == 1 ? 40_000 : 10))
    }
    let reader = bench.reader { $0.windowBytes = 1 }
    defer { reader.stop() }
    #expect(bench.waitFor(1...60))
    #expect(bench.interruptions.isEmpty)
  }

  @Test("a stream that does not exist is said to, and read once it is made", arguments: Broker.Version.allCases)
  func streamMissing(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    try bench.jetStream.delete("ROOST_SIGNALS")
    let reader = bench.reader()
    defer { reader.stop() }
    #expect(
      eventually {
        bench.interruptions.contains { if case .refused(let error) = $0 { error.code == .notFound } else { false } }
      })
    try bench.jetStream.ensure(bench.streams)
    try bench.publish(1...3)
    #expect(bench.waitFor(1...3))
  }

  @Test("a stream that is deleted under the reader is noticed at once", arguments: Broker.Version.allCases)
  func streamDeleted(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    try bench.publish(1...3)
    let reader = bench.reader()
    defer { reader.stop() }
    #expect(bench.waitFor(1...3))
    try bench.jetStream.delete("ROOST_SIGNALS")
    #expect(eventually { bench.interruptions.contains { if case .refused = $0 { true } else { false } } })
  }

  @Test("trimmed messages are passed over without an interruption", arguments: Broker.Version.allCases)
  func trimmed(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    try bench.publish(1...10)
    _ = try bench.jetStream.purge("ROOST_SIGNALS", through: 6)
    let reader = bench.reader(at: .afterSequence(3))
    defer { reader.stop() }
    #expect(bench.waitFor(7...10))
    #expect(bench.interruptions.isEmpty)
  }

  @Test("a position beyond the stream's end waits for it", arguments: Broker.Version.allCases)
  func beyondEnd(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    try bench.publish(1...3)
    let reader = bench.reader(at: .afterSequence(5))
    defer { reader.stop() }
    #expect(eventually { bench.events.count == 1 })
    try bench.publish(4...7)
    #expect(bench.waitFor(6...7))
  }

  @Test(
    "where what was read last is gone, nothing is read on: new messages may have its number",
    arguments: Broker.Version.allCases, [2, 5])
  func rolledBack(_ version: Broker.Version, stored: Int) throws {
    let bench = try ReaderBench(version)
    try bench.publish(1...3)
    let reader = bench.reader()
    defer { reader.stop() }
    #expect(bench.waitFor(1...3))
    try bench.jetStream.delete("ROOST_SIGNALS")
    try bench.jetStream.ensure(bench.streams)
    try bench.publish(1...stored)
    #expect(eventually { bench.interruptions.contains(.lost(sequence: 3)) })
    #expect(bench.waitFor(1...3))
  }

  @Test("after stop nothing comes and the consumer is gone", arguments: Broker.Version.allCases)
  func stopped(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    try bench.publish(1...3)
    let reader = bench.reader()
    #expect(bench.waitFor(1...3))
    reader.stop()
    let before = bench.events.count
    try bench.publish(4...6)
    #expect(
      try eventually {
        try bench.jetStream.call("CONSUMER.NAMES.ROOST_SIGNALS")["total"] == .int(0)
      })
    #expect(bench.events.count == before)
  }

  @Test("many breaks of the link under load lose and double nothing", arguments: Broker.Version.allCases)
  func manyBreaks(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    let reader = bench.reader { $0.windowMessages = 20 }
    defer { reader.stop() }
    for round in 0..<5 {
      try bench.publish((round * 100 + 1)...(round * 100 + 100))
      let breaks = try bench.connection.reconnectCount()
      bench.broker.kill()
      try bench.broker.restart()
      #expect(try eventually { try bench.connection.reconnectCount() > breaks && bench.connection.isConnected })
    }
    #expect(bench.waitFor(1...500))
  }
}
