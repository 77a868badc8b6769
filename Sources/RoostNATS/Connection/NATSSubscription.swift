import CNats

/// Interest in a subject. It ends with `unsubscribe()`, with the connection, or with this object.
package final class NATSSubscription: Sendable {
  /// The library's own lock makes every call on the handle safe from any thread; it is freed after `deinit`.
  nonisolated(unsafe) private let handle: OpaquePointer
  private let subscriptions: Subscriptions

  fileprivate init(taking handle: OpaquePointer, _ subject: String, _ subscriptions: Subscriptions) {
    self.handle = handle
    self.subscriptions = subscriptions
    subscriptions.add(handle, subject)
  }

  deinit { subscriptions.end(handle) }

  /// Ends it now; what has arrived and was not handled is dropped.
  package func unsubscribe() throws(NATSError) {
    let status = natsSubscription_Unsubscribe(handle)
    if status == NATS_INVALID_SUBSCRIPTION || status == NATS_CONNECTION_CLOSED { return }  // it has ended already
    try check(status, "unsubscribing")
  }

  /// Messages that have arrived and were not handled yet.
  package func pendingMessages() throws(NATSError) -> Int {
    var messages: Int32 = 0
    try check(natsSubscription_GetPending(handle, &messages, nil), "reading a subscription's counters")
    return Int(messages)
  }

  /// Messages dropped because the handler was too slow.
  package func droppedMessages() throws(NATSError) -> Int64 {
    var dropped: Int64 = 0
    try check(natsSubscription_GetDropped(handle, &dropped), "reading a subscription's counters")
    return dropped
  }
}

/// Keeps a handler alive until the library has made its last call.
private final class HandlerBox: Sendable {
  let handle: @Sendable (NATSMessage) -> Void
  init(_ handle: @escaping @Sendable (NATSMessage) -> Void) { self.handle = handle }
}

extension NATSConnection {
  /// Calls `handler` with every message on `subject`, one at a time and in order, on a thread of the library.
  ///
  /// - Parameters:
  ///   - queue: of all subscribers with this name one gets each message.
  ///   - pendingLimit: messages that may wait for the handler before some are dropped and `slowConsumer` is told;
  ///     nil = no limit, for subjects whose traffic we bound ourselves.
  package func subscribe(
    _ subject: String, queue: String? = nil, pendingLimit: Int32? = 65_536,
    handler: @escaping @Sendable (NATSMessage) -> Void
  ) throws(NATSError) -> NATSSubscription {
    try Self.requireSubject(subject)
    let box = Unmanaged.passRetained(HandlerBox(handler))
    let callback: natsMsgHandler = { @Sendable _, _, message, context in
      guard let message, let context else { return }
      Unmanaged<HandlerBox>.fromOpaque(context).takeUnretainedValue().handle(NATSMessage(taking: message))
    }
    var handle: OpaquePointer?
    let status =
      if let queue {
        natsConnection_QueueSubscribe(&handle, self.handle, subject, queue, callback, box.toOpaque())
      } else {
        natsConnection_Subscribe(&handle, self.handle, subject, callback, box.toOpaque())
      }
    guard status == NATS_OK, let handle else {
      box.release()
      throw libraryError(status, "subscribing to \(subject)")
    }
    let subscription = NATSSubscription(taking: handle, subject, subscriptions)
    // Refused only if the connection was closed meanwhile; then the box stays, as its last call is not known.
    try check(
      natsSubscription_SetOnCompleteCB(
        handle, { @Sendable context in context.map { Unmanaged<HandlerBox>.fromOpaque($0).release() } },
        box.toOpaque()),
      "subscribing to \(subject)")
    try check(natsSubscription_SetPendingLimits(handle, pendingLimit ?? -1, -1), "subscribing to \(subject)")
    return subscription
  }
}
