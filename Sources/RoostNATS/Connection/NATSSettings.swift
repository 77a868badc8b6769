/// How a connection is made. Everything but the address has a default that suits a worker.
package struct NATSSettings: Sendable {
  /// One URL, or several separated by commas. `nats://user:password@host:port` carries credentials.
  package var url: String
  /// Shown in the server's list of connections.
  package var name: String
  /// `_INBOX`, or the prefix that the user of this connection is permitted (wire, permissions).
  package var inboxPrefix = "_INBOX"
  package var connectTimeoutMs = NATSLimits.connectTimeoutMs
  package var pingIntervalMs = NATSLimits.pingIntervalMs
  package var maxPingsOut = NATSLimits.maxPingsOut

  package init(url: String, name: String) {
    self.url = url
    self.name = name
  }
}

/// What happened to a connection, in the order in which it happened.
package enum NATSConnectionEvent: Sendable, Equatable {
  /// The link broke. Publishes are refused until `reconnected`; what was published just before may be lost.
  case disconnected
  /// The link is back and the subscriptions are in place again.
  case reconnected
  /// The last event. Without a call of `close()` it means that the server refuses us.
  case closed(reason: String)
  /// A subscription's handler is too slow; messages on its subject were dropped.
  case slowConsumer(subject: String)
  /// Anything else that the server or the library complains about, a permission for example.
  case trouble(NATSError)
}
