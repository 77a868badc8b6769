import RoostTestKit
import Testing

@testable import RoostNATS

/// Figures to look at; nothing here is asserted but that everything arrives.
@Suite(.serialized) struct SpeedTests {
  @Test("50,000 signals are read, each once", arguments: Broker.Version.allCases)
  func reader(_ version: Broker.Version) throws {
    let bench = try ReaderBench(version)
    let total = 50_000
    let outbox = try Outbox.connect(NATSSettings(url: bench.broker.url, name: "load")) { _ in }
    for number in 0..<total {
      try outbox.publish("roost.signal.ns.pool.actor.a\(number).wake", payload: [UInt8](repeating: 1, count: 50))
    }
    outbox.stop(timeoutMs: 20_000)
    #expect(try eventually { try bench.jetStream.info("ROOST_SIGNALS").messages == UInt64(total) })
    let begin = ContinuousClock.now
    let count = Collector<UInt64>()
    let reader = SignalReader(connection: bench.connection, settings: SignalReaderSettings(stream: "ROOST_SIGNALS"))
    reader.start(at: .afterSequence(0)) { [weak reader] event in
      guard case .message(let message) = event else { return }
      reader?.consumed(messages: 1, bytes: message.sizeBytes)
      count.add(message.sequence)
    }
    defer { reader.stop() }
    #expect(count.wait(count: total, seconds: 60))
    let took = ContinuousClock.now - begin
    #expect(count.all == Array(1...UInt64(total)))
    print("reader \(version): \(total) signals in \(took), \(Int(Double(total) / took.seconds)) a second")
  }

  @Test("batches of 1 and of 500 leave at once", arguments: Broker.Version.allCases)
  func outbox(_ version: Broker.Version) throws {
    let bench = try OutboxBench(version)
    for size in [1, 500] {
      var arrived: [Duration] = []
      var held: [Duration] = []
      for batch in 0..<200 {
        let before = bench.received.count
        let begin = ContinuousClock.now
        for _ in 0..<size { try bench.outbox.publish("c.start", payload: [UInt8](repeating: 1, count: 120)) }
        bench.outbox.commit(batch: UInt64(size * 1_000 + batch))
        held.append(ContinuousClock.now - begin)
        #expect(bench.received.wait(count: before + size))
        arrived.append(ContinuousClock.now - begin)
      }
      arrived.sort()
      held.sort()
      print(
        "outbox \(version), batch of \(size): caller \(held[100]) (p50), arrived \(arrived[100]) p50 \(arrived[198]) p99"
      )
    }
  }
}

extension Duration {
  fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
