import CNats

/// One connection to the broker. It reconnects for ever by itself, with growing pauses; the first connect is tried
/// once, so that a wrong address is said at once: the caller decides whether to try again.
///
/// Safe to use from any thread. Close it when done: handlers and observers are kept until then.
package final class NATSConnection: Sendable {
  /// The library's own locks make every call on the handle safe from any thread; it is freed in `deinit` only.
  nonisolated(unsafe) let handle: OpaquePointer
  package let settings: NATSSettings
  private let observers: ConnectionObservers
  let requests: Requests
  var subscriptions: Subscriptions { observers.subscriptions }
  /// The library holds a plain pointer to it as long as the connection lives.
  private let loop: OutboxLoop?

  /// Connects. Errors: `unreachable`, `notPermitted`, `timeout`, `library`.
  package static func connect(
    _ settings: NATSSettings, onEvent: (@Sendable (NATSConnectionEvent) -> Void)? = nil
  ) throws(NATSError) -> NATSConnection {
    try connect(settings, loop: nil, onEvent: onEvent)
  }

  /// `loop`: reads and writes in place of the library's threads.
  ///
  /// A refusal of somebody who signs is asked for again, with another nonce of the server: the library (3.4.1) takes a
  /// signature whose first byte is zero, one of 256, for an empty text, and leaves it out.
  static func connect(
    _ settings: NATSSettings, loop: OutboxLoop?, onEvent: (@Sendable (NATSConnectionEvent) -> Void)?
  ) throws(NATSError) -> NATSConnection {
    var attempts = settings.access.identity.isSigned ? NATSLimits.signedConnects : 1
    while true {
      attempts -= 1
      do throws(NATSError) {
        return try connectOnce(settings, loop: loop, onEvent: onEvent)
      } catch {
        guard error.code == .notPermitted, attempts > 0 else { throw error }
      }
    }
  }

  private static func connectOnce(
    _ settings: NATSSettings, loop: OutboxLoop?, onEvent: (@Sendable (NATSConnectionEvent) -> Void)?
  ) throws(NATSError) -> NATSConnection {
    let observers = ConnectionObservers(onEvent)
    let options = try ConnectionOptions(settings)
    // Given back by the closed callback, which is the library's last call with it.
    let context = Unmanaged.passRetained(observers)
    var handle: OpaquePointer?
    do {
      try options.setCallbacks(context.toOpaque())
      try loop?.install(into: options.handle)
      var status = natsConnection_Connect(&handle, options.handle)
      // Whoever accepted hung up before a word, as a proxy without its server does, or a refusal that came late.
      if status == NATS_CONNECTION_CLOSED { status = NATS_NO_SERVER }
      try check(status, "connecting to \(settings.access.redactedURL)")
    } catch {
      context.release()
      throw error
    }
    guard let handle else { throw NATSError(.library, "the NATS client library gave no connection") }
    return NATSConnection(handle: handle, settings: settings, observers: observers, loop: loop)
  }

  private init(
    handle: OpaquePointer, settings: NATSSettings, observers: ConnectionObservers, loop: OutboxLoop?
  ) {
    self.loop = loop
    self.handle = handle
    self.settings = settings
    self.observers = observers
    observers.subscriptions.connected(handle)
    requests = Requests(inbox: Inbox.name(prefix: settings.access.inboxPrefix))
    let requests = self.requests
    observers.add { event in requests.connectionChanged(event) }
  }

  deinit {
    close()
    subscriptions.close()
    natsConnection_Destroy(handle)
  }

  /// Calls `observer` with every later event, on a thread of the library. It must not block.
  package func observe(_ observer: @escaping @Sendable (NATSConnectionEvent) -> Void) {
    observers.add(observer)
  }

  /// True while the link is up, as far as the library knows.
  package var isConnected: Bool { natsConnection_Status(handle) == NATS_CONN_STATUS_CONNECTED }

  /// What the server complained of last, in its own words. It is up to date after a flush: complaints about what was sent
  /// before it came before its end. (Events come later, and two of them may both have the words of the second.)
  package var lastComplaint: String { lastErrorText(handle) }

  /// Largest message the server takes, in bytes.
  package var maxPayloadBytes: Int { Int(natsConnection_GetMaxPayload(handle)) }

  /// How often the link was made again since the first connect: two equal values enclose a time without a break.
  package func reconnectCount() throws(NATSError) -> UInt64 {
    var statistics: OpaquePointer?
    try check(natsStatistics_Create(&statistics), "reading the connection's counters")
    defer { natsStatistics_Destroy(statistics) }
    try check(natsConnection_GetStats(handle, statistics), "reading the connection's counters")
    var reconnects: UInt64 = 0
    try check(
      natsStatistics_GetCounts(statistics, nil, nil, nil, nil, &reconnects), "reading the connection's counters")
    return reconnects
  }

  /// Bytes that were published and not yet given to the system.
  var bufferedBytes: Int { Int(natsConnection_Buffered(handle)) }

  /// Address of the server in use, without credentials.
  package func connectedURL() throws(NATSError) -> String {
    var buffer = [CChar](repeating: 0, count: 512)
    try check(natsConnection_GetConnectedUrl(handle, &buffer, buffer.count), "asking for the server's address")
    return NATSSettings.redact(String(cString: &buffer))
  }

  /// The server's own id: another one after a reconnect means another or a restarted server.
  package func serverID() throws(NATSError) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    try check(natsConnection_GetConnectedServerId(handle, &buffer, buffer.count), "asking for the server's id")
    return String(cString: &buffer)
  }

  /// Sends what is buffered and waits until the server has answered a ping sent after it. Errors: `timeout`,
  /// `disconnected`, `closed`.
  package func flush(timeoutMs: Int64) throws(NATSError) {
    try requireLink("flushing")
    try check(natsConnection_FlushTimeout(handle, timeoutMs), "flushing")
  }

  /// Time of one ping and its answer, in nanoseconds.
  package func roundTripNs() throws(NATSError) -> Int64 {
    var nanoseconds: Int64 = 0
    try check(natsConnection_GetRTT(handle, &nanoseconds), "measuring the round trip")
    return nanoseconds
  }

  /// Lets the handlers finish what has arrived, sends what is buffered, then closes. Does not wait for it: the
  /// `closed` event tells.
  package func drain(timeoutMs: Int64) throws(NATSError) {
    try check(natsConnection_DrainTimeout(handle, timeoutMs), "draining the connection")
  }

  /// Closes for good. Handlers that are running may still end after this returns; no new one starts.
  package func close() {
    requests.stop()
    natsConnection_Close(handle)
  }

  /// While the link is down the library would keep a ping for later and let its caller wait in vain.
  func requireLink(_ doing: String) throws(NATSError) {
    if natsConnection_IsReconnecting(handle) { throw libraryError(NATS_CONNECTION_DISCONNECTED, doing) }
  }
}
