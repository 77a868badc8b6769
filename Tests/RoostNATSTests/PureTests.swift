import Testing

@testable import RoostNATS

@Suite struct DeliverySubjectTests {
  @Test(
    "both forms of a delivery subject say the same",
    arguments: [
      "$JS.ACK.S.c-1.1.42.7.1700000000123456789.5",
      "$JS.ACK._.acc.S.c-1.1.42.7.1700000000123456789.5",
      "$JS.ACK.hub.acc.S.c-1.1.42.7.1700000000123456789.5.x7",
    ])
  func forms(_ text: String) throws {
    let delivery = try #require(DeliverySubject(text, consumer: Array("c-1".utf8)))
    #expect(delivery.streamSequence == 42 && delivery.consumerSequence == 7 && delivery.pending == 5)
    #expect(delivery.storedAtNs == 1_700_000_000_123_456_789)
  }

  @Test(
    "anything else is none",
    arguments: [
      "", "$JS.ACK.", "_INBOX.a.b", "$JS.ACK.S.c-1.1.42.7.17", "$JS.ACK.S.c-2.1.42.7.1700000000123456789.5",
      "$JS.ACK.S.c-1.1.4x.7.1700000000123456789.5", "$JS.ACK.S.c-1.1..7.1700000000123456789.5",
      "$JS.ACK.S.c-1.1.42.7.1700000000123456789.5.6",
      "$JS.ACK.S.c-1.1.99999999999999999999.7.1700000000123456789.5",
      "$JS.ACK.S.c-1.1.42.7.18446744073709551615.5", "$JS.ACK." + String(repeating: "a.", count: 40) + "1",
    ])
  func others(_ text: String) {
    #expect(DeliverySubject(text, consumer: Array("c-1".utf8)) == nil)
  }
}

@Suite struct PullWindowTests {
  @Test("asks for all at first, then again when half is free")
  func refill() {
    var window = PullWindow(limitMessages: 10, limitBytes: 1_000)
    #expect(window.nextRequest() == PullWindow.Request(messages: 10, bytes: 1_000))
    #expect(window.nextRequest() == nil)
    for _ in 0..<4 {
      window.received(wireBytes: 20, sizeBytes: 20)
      window.consumed(messages: 1, bytes: 20)
    }
    #expect(window.nextRequest() == nil)
    window.received(wireBytes: 420, sizeBytes: 420)
    window.consumed(messages: 1, bytes: 420)
    #expect(window.nextRequest() == PullWindow.Request(messages: 5, bytes: 500))
  }

  @Test("never more than its limits lies with the owner, whatever is consumed when")
  func bounded() {
    var random = SystemRandomNumberGenerator()
    var window = PullWindow(limitMessages: 16, limitBytes: 10_000)
    var asked = 0
    var held = 0
    for _ in 0..<20_000 {
      while let request = window.nextRequest() { asked += request.messages }
      #expect(asked + held <= 16)
      if asked > 0, Bool.random(using: &random) {
        window.received(wireBytes: 130, sizeBytes: 100)
        asked -= 1
        held += 1
      } else if held > 0 {
        window.consumed(messages: 1, bytes: 100)
        held -= 1
      }
    }
    #expect(window.heldMessages == held && window.askedMessages == asked)
  }

  @Test("headers that are not counted do not stop it for good")
  func uncountedBytes() {
    var window = PullWindow(limitMessages: 100, limitBytes: 1_000)
    var served = 0
    while served < 10_000 {
      guard let request = window.nextRequest(), let bytes = request.bytes else { break }
      // The server counts 100 bytes a message, we see 10 of them; it ends the request when its bytes are used up.
      let fits = min(request.messages, bytes / 100)
      for _ in 0..<fits {
        window.received(wireBytes: 10, sizeBytes: 10)
        window.consumed(messages: 1, bytes: 10)
      }
      window.returned(messages: request.messages - fits, bytes: bytes - fits * 100, isTooSmall: true)
      served += fits
    }
    #expect(served >= 10_000)
  }

  @Test("a message that fits into no request is asked for alone")
  func oversize() {
    var window = PullWindow(limitMessages: 10, limitBytes: 1_000)
    #expect(window.nextRequest()?.messages == 10)
    window.returned(messages: 10, bytes: 1_000, isTooSmall: true)
    #expect(window.nextRequest() == PullWindow.Request(messages: 1, bytes: nil))
    #expect(window.nextRequest() == nil)
    window.received(wireBytes: 5_000, sizeBytes: 5_000)
    #expect(window.nextRequest() == nil)
    window.consumed(messages: 1, bytes: 5_000)
    #expect(window.nextRequest() == PullWindow.Request(messages: 10, bytes: 1_000))
  }

  @Test("a new consumer is asked for what the owner does not hold")
  func remade() {
    var window = PullWindow(limitMessages: 10, limitBytes: 1_000)
    _ = window.nextRequest()
    for _ in 0..<3 { window.received(wireBytes: 10, sizeBytes: 10) }
    window.forgetAsked()
    #expect(window.nextRequest() == PullWindow.Request(messages: 7, bytes: 970))
  }
}

@Suite struct TimestampTests {
  @Test(
    "times are read to the nanosecond",
    arguments: [
      ("1970-01-01T00:00:00Z", Int64(0)), ("2026-11-23T20:44:21.123456789Z", 1_795_466_661_123_456_789),
      ("2026-11-23T20:44:21.1Z", 1_795_466_661_100_000_000), ("2024-02-29T23:59:59.999Z", 1_709_251_199_999_000_000),
      ("1969-12-31T23:59:59.5Z", -500_000_000),
    ])
  func parsed(_ text: String, _ expected: Int64) {
    #expect(Timestamp.nanoseconds(text) == expected)
    #expect(Timestamp.nanoseconds(Timestamp.text(nanoseconds: expected)) == expected)
  }

  @Test(
    "what is no time is none",
    arguments: [
      "", "2026-11-23", "2026-11-23T20:44:21", "2026-13-23T20:44:21Z", "2026-11-23T20:44:21+01:00",
      "2026-11-23T20:44:21.Z", "2026-11-23T20:44:21.1234567890Z", "9999-11-23T20:44:21Z", "2026-11-23T20:44:2xZ",
    ])
  func refused(_ text: String) { #expect(Timestamp.nanoseconds(text) == nil) }

  @Test("every time survives being written and read")
  func roundTrip() {
    for _ in 0..<20_000 {
      let time = Int64.random(in: -9_000_000_000_000_000_000...9_000_000_000_000_000_000)
      #expect(Timestamp.nanoseconds(Timestamp.text(nanoseconds: time)) == time)
    }
  }
}

@Suite struct ConnectionTextTests {
  @Test("no password is shown")
  func redacted() {
    let settings = NATSSettings(url: "nats://a:secret@h1:4222,nats://h2:4222,tok@h3:1", name: "n")
    #expect(settings.access.redactedURL == "nats://h1:4222,nats://h2:4222,h3:1")
  }

  @Test("pauses between attempts grow up to their cap")
  func delays() {
    #expect((38...50).contains(reconnectDelayMs(1)))
    #expect((75...100).contains(reconnectDelayMs(2)))
    #expect((1_500...2_000).contains(reconnectDelayMs(1_000_000)))
    #expect((38...50).contains(reconnectDelayMs(0)))
  }
}
