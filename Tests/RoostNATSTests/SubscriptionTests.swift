import RoostTestKit
import Testing

@testable import RoostNATS

@Suite struct SubscriptionTests {
  @Test("a subscription may end while its messages arrive")
  func endsUnderFire() throws {
    let broker = try Broker.start(.debian)
    let sender = try NATSConnection.connect(NATSSettings(url: broker.url, name: "sender"))
    let receiver = try NATSConnection.connect(NATSSettings(url: broker.url, name: "receiver"))
    defer {
      sender.close()
      receiver.close()
    }
    for _ in 0..<3_000 {
      let subscription = try receiver.subscribe("fire", pendingLimit: nil) { _ in }
      try receiver.flush(timeoutMs: 5_000)
      for _ in 0..<40 { try sender.publish("fire", payload: [1, 2, 3]) }
      withExtendedLifetime(subscription) {}
    }
    // Each is freed once the reader has begun with a later message.
    #expect(receiver.subscriptions.endedCount < 10)
  }
}
