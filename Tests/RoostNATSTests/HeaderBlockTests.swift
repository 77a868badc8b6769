import RoostTestKit
import Testing

@testable import RoostNATS

@Suite("The headers of a message")
struct HeaderBlockTests {
  private func block(_ text: String) -> HeaderBlock<[UInt8]> { HeaderBlock(Array(text.utf8)) }

  @Test("an empty value is one, and hides nothing behind it")
  func emptyValues() {
    let headers = block("NATS/1.0\r\nA:\r\nB: \r\nRoost-Reply-To: _INBOX.x\r\nC:   \r\n\r\n")
    let empty = ["A", "B"].map { NATSHeader($0, "") }
    #expect(headers.all == empty + [NATSHeader("Roost-Reply-To", "_INBOX.x"), NATSHeader("C", "")])
    #expect(headers.value(of: "Roost-Reply-To") == "_INBOX.x")
    #expect(headers.value(of: "A") == "" && headers.value(of: "D") == nil)
  }

  @Test("a line that is no header says nothing, and keeps no other from being read")
  func strangeLines() {
    let headers = block("NATS/1.0\r\nno colon\r\n: no name\r\n\r\nA: 1\r\n B: folded?\r\nA: a:b \t\r\nend: of it")
    #expect(headers.values(of: "A") == ["1", "a:b"])
    #expect(headers.value(of: " B") == "folded?" && headers.value(of: "end") == "of it")
    #expect(block("NATS/1.0\r\nA: x\0y\ny\rz\r\n\r\n").value(of: "A") == "x\0y\ny\rz")
    for text in ["", "NATS/1.", "HTTP/1.1\r\nA: 1\r\n", "A: 1\r\n"] {
      #expect(block(text).all == [] && block(text).status == nil, "\(text)")
    }
  }

  @Test("of names in any case of letters the first by its bytes, and the first of those asked for that there is")
  func spellings() {
    let headers = block("NATS/1.0\r\ntraceParent: 1\r\nTraceparent: 2\r\nTRACESTATE: 3\r\n\r\n")
    #expect(headers.spelling(of: ["traceparent"]) == "Traceparent")
    #expect(headers.spelling(of: ["xraceparent", "tracestate"]) == "TRACESTATE")
    #expect(headers.spelling(of: ["trace"]) == nil)
  }

  @Test("the status is that of the first line, not of a header that somebody calls so")
  func status() throws {
    let full = try #require(block("NATS/1.0 408 Request  Timeout\r\nNats-Pending-Bytes: 0\r\n\r\n").status)
    #expect(full.code == 408 && full.text == "Request  Timeout")
    let bare = try #require(block("NATS/1.0 503\r\n\r\n").status)
    #expect(bare.code == 503 && bare.text == "")
    #expect(block("NATS/1.0\r\nStatus: 503\r\n\r\n").status == nil)
  }

  @Test(
    "what came over the wire is read as it was sent, empty values, order and all; a message without headers has none")
  func overTheWire() throws {
    let broker = try Broker.start()
    let connection = try NATSConnection.connect(NATSSettings(url: broker.url, name: "headers"))
    defer { connection.close() }
    let received = Collector<NATSMessage>()
    let subscription = try connection.subscribe("a.>") { received.add($0) }
    let sent = [NATSHeader("Only-Empty", "")]
    try connection.publish("a.1", headers: sent, payload: [])
    try connection.publish(
      "a.2", reply: "to.me", headers: sent + [NATSHeader("Roost-Reply-To", "_INBOX.x")], payload: [1, 2])
    try connection.publish("a.3", reply: "to.me", payload: Array("NATS/1.0\r\nA: 1\r\n".utf8))
    try connection.publish("a.4", payload: [])
    try #require(received.wait(count: 4))
    let messages = received.all
    #expect(messages[0].headers() == sent)
    #expect(messages[1].header("Roost-Reply-To") == "_INBOX.x" && messages[1].header("Only-Empty") == "")
    #expect(messages[1].payload == [1, 2] && messages[1].reply == "to.me")
    #expect(messages[2].headers() == [] && messages[3].headers() == [])
    #expect(messages[1].sizeBytes > messages[1].payloadBytes + "a.2".utf8.count + "Roost-Reply-To: _INBOX.x".utf8.count)
    #expect(messages[3].sizeBytes == 3)
    withExtendedLifetime(subscription) {}
  }
}
