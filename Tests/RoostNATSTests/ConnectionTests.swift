import RoostTestKit
import Testing

@testable import RoostNATS

private func connect(_ broker: Broker, onEvent: (@Sendable (NATSConnectionEvent) -> Void)? = nil) throws
  -> NATSConnection
{
  try NATSConnection.connect(NATSSettings(url: broker.url, name: "test"), onEvent: onEvent)
}

@Suite struct ConnectionTests {
  @Test("what is published arrives with subject, reply, headers and payload", arguments: Broker.Version.allCases)
  func publishAndSubscribe(_ version: Broker.Version) throws {
    let broker = try Broker.start(version)
    let connection = try connect(broker)
    defer { connection.close() }
    let received = Collector<NATSMessage>()
    let subscription = try connection.subscribe("a.*") { received.add($0) }
    try connection.publish("a.bare")
    try connection.publish(
      "a.full", reply: "back", headers: [NATSHeader("X", "1"), NATSHeader("X", "2")], payload: [0, 1, 0])
    #expect(received.wait(count: 2))
    let messages = received.all
    #expect(messages.map(\.subject) == ["a.bare", "a.full"])
    #expect(messages[0].reply == nil && messages[0].payload.isEmpty && messages[0].headers().isEmpty)
    #expect(messages[1].reply == "back" && messages[1].payload == [0, 1, 0])
    #expect(messages[1].headers() == [NATSHeader("X", "1"), NATSHeader("X", "2")])
    #expect(messages[1].header("X") == "1" && messages[1].header("x") == nil)
    try subscription.unsubscribe()
  }

  @Test("a request is answered, times out, or finds nobody")
  func requests() throws {
    let broker = try Broker.start()
    let connection = try connect(broker)
    defer { connection.close() }
    let echo = try connection.subscribe("echo") { message in
      guard let reply = message.reply else { return }
      #expect(throws: Never.self) { try connection.publish(reply, payload: message.payload) }
    }
    let mute = try connection.subscribe("mute") { _ in }
    #expect(try connection.request("echo", payload: [7], timeoutMs: 5_000).payload == [7])
    #expect(code { _ = try connection.request("mute", timeoutMs: 50) } == .timeout)
    #expect(code { _ = try connection.request("nobody", timeoutMs: 5_000) } == .noResponders)
    #expect(connection.requests.state.withLock { $0.open.isEmpty })
    withExtendedLifetime((echo, mute)) {}
  }

  @Test("a wrong address is said at once and without the password")
  func unreachable() throws {
    #expect {
      try NATSConnection.connect(NATSSettings(url: "nats://me:secret@127.0.0.1:1", name: "test"))
    } throws: { error in
      guard let error = error as? NATSError else { return false }
      return error.code == .unreachable && error.message.contains("127.0.0.1:1") && !error.message.contains("secret")
    }
  }

  @Test(
    "an address where somebody accepts and hangs up, as a proxy without its server does, is one where no server answers"
  )
  func hungUp() throws {
    let program = """
      import socket
      listener = socket.create_server(("127.0.0.1", 0))
      print(listener.getsockname()[1], flush=True)
      while True: listener.accept()[0].close()
      """
    let proxy = try TestProcess("exec python3 -c '\(program)'")
    #expect(eventually { proxy.output.contains("\n") })
    let port = try #require(UInt16(proxy.output.prefix { $0 != "\n" }))
    #expect(
      code { _ = try NATSConnection.connect(NATSSettings(url: "nats://127.0.0.1:\(port)", name: "test")) }
        == .unreachable)
  }

  @Test("a subject that would break the protocol is refused", arguments: ["", "a b", "a\r\nPUB x 0", "a\0"])
  func badSubject(_ subject: String) throws {
    let broker = try Broker.start()
    let connection = try connect(broker)
    defer { connection.close() }
    #expect(code { try connection.publish(subject) } == .badSubject)
    #expect(code { try connection.publish("fine", reply: subject) } == .badSubject)
  }

  @Test("after a restart of the broker the link is back, subscriptions included; in between publishing is refused")
  func reconnect() throws {
    let broker = try Broker.start()
    let events = Collector<NATSConnectionEvent>()
    let connection = try connect(broker) { events.add($0) }
    let received = Collector<NATSMessage>()
    let subscription = try connection.subscribe("s") { received.add($0) }
    let reconnectsBefore = try connection.reconnectCount()
    broker.kill()
    #expect(events.wait { $0.contains(.disconnected) })
    #expect(!connection.isConnected)
    // The library keeps one publish (Limits), no second one.
    let refusals = (0..<2).map { _ in code { try connection.publish("s") } }
    #expect(refusals.last == .disconnected)
    #expect(code { try connection.flush(timeoutMs: 1_000) } == .disconnected)
    try broker.restart()
    #expect(events.wait { $0.contains(.reconnected) })
    #expect(try connection.reconnectCount() == reconnectsBefore + 1)
    try connection.publish("s", payload: [1])
    #expect(received.wait { $0.contains { $0.payload == [1] } })
    try connection.flush(timeoutMs: 5_000)
    #expect(try connection.roundTripNs() > 0)
    connection.close()
    #expect(events.wait { $0.last == .closed(reason: "") || $0.count == 4 })
    #expect(code { try connection.publish("s") } == .closed)
    withExtendedLifetime(subscription) {}
  }

  @Test("a request under way fails when the link breaks")
  func requestAcrossBreak() throws {
    let broker = try Broker.start()
    let connection = try connect(broker)
    defer { connection.close() }
    let mute = try connection.subscribe("mute") { _ in }
    let results = Collector<NATSError.Code?>()
    try connection.request("mute", timeoutMs: 60_000) { result in
      results.add(code { _ = try result.get() })
    }
    broker.kill()
    #expect(results.wait(count: 1))
    #expect(results.all == [.disconnected])
    withExtendedLifetime(mute) {}
  }

  @Test("a subscriber that is too slow is told, with its subject")
  func slowConsumer() throws {
    let broker = try Broker.start()
    let events = Collector<NATSConnectionEvent>()
    let connection = try connect(broker) { events.add($0) }
    defer { connection.close() }
    let gate = Collector<Bool>()
    let subscription = try connection.subscribe("slow", pendingLimit: 2) { _ in _ = gate.wait(count: 1) }
    for _ in 0..<10 { try connection.publish("slow") }
    #expect(events.wait { $0.contains(.slowConsumer(subject: "slow")) })
    gate.add(true)
    #expect(try subscription.droppedMessages() > 0)
  }
}

/// The code of the error that `body` ends with, nil when it ends well.
func code(_ body: () throws -> Void) -> NATSError.Code? {
  do {
    try body()
    return nil
  } catch let error as NATSError {
    return error.code
  } catch {
    Issue.record("an error of another kind: \(error)")
    return nil
  }
}
