/// How a connection is made. Everything but the address has a default that suits a worker.
package struct NATSSettings: Sendable {
  package var access: NATSAccess
  /// Shown in the server's list of connections.
  package var name: String
  package var connectTimeoutMs = NATSLimits.connectTimeoutMs
  package var pingIntervalMs = NATSLimits.pingIntervalMs
  package var maxPingsOut = NATSLimits.maxPingsOut
  /// Handlers of all subscriptions are called in the order in which messages arrived, on one thread; otherwise each
  /// subscription has a thread of its own, and keeps the order of its own messages only.
  package var keepsArrivalOrder = false

  package init(_ access: NATSAccess, name: String) {
    self.access = access
    self.name = name
  }

  package init(url: String, name: String) { self.init(NATSAccess(url), name: name) }
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
