import Synchronization

/// What became of a batch. Each number that was committed is told once; after a break of the link the doubt is told
/// before any later batch is handed over.
package enum OutboxEvent: Sendable, Equatable {
  /// The broker has taken everything that was published in this batch: a message sent behind it came back.
  case handedOver(batch: UInt64)
  /// The link broke before that was known, or a message was refused because it was down: publish again what was in
  /// this batch.
  case doubtful(batch: UInt64)
}

/// A connection for commands, events and answers: what is published between two commits leaves together, at once, in
/// order, in one system call, and the broker's taking it over is reported.
///
/// `publish` and `commit` belong to one thread, the worker's loop; neither waits for the broker. After a publish, also
/// one that failed, a commit must follow soon: until then everything on this connection waits for it.
package final class Outbox: Sendable {
  /// For what needs an answer, a tick or a dead letter for example; such a publish leaves by itself.
  package let connection: NATSConnection
  private let loop: OutboxLoop
  private let inbox: String
  private let onEvent: @Sendable (OutboxEvent) -> Void
  private let state: Mutex<State>

  private struct State {
    /// Committed, with the mark under way; `reconnects` as it was when the batch began.
    var open: [(batch: UInt64, reconnects: UInt64)] = []
    /// Breaks of the link before the batch that is being gathered.
    var reconnects: UInt64
    /// Breaks of the link that the owner knows of.
    var knownBreaks: UInt64
    /// Something of the batch was refused.
    var isIncomplete = false
    /// The broker takes so little that nothing more is taken from the owner.
    var isBlocked = false
    var gatheredBytes = 0
    var subscription: NATSSubscription?
    var isStopped = false
  }

  /// Connects. `onEvent` is called on a thread of the library or of the committer and must not block.
  package static func connect(
    _ settings: NATSSettings, onConnectionEvent: (@Sendable (NATSConnectionEvent) -> Void)? = nil,
    onEvent: @escaping @Sendable (OutboxEvent) -> Void
  ) throws(NATSError) -> Outbox {
    let loop = OutboxLoop()
    loop.start()
    do {
      let connection = try NATSConnection.connect(settings, loop: loop, onEvent: onConnectionEvent)
      let outbox = Outbox(connection, loop, try connection.reconnectCount(), onEvent)
      try outbox.listen()
      return outbox
    } catch {
      loop.stop()
      throw error
    }
  }

  private init(
    _ connection: NATSConnection, _ loop: OutboxLoop, _ reconnects: UInt64,
    _ onEvent: @escaping @Sendable (OutboxEvent) -> Void
  ) {
    self.connection = connection
    self.loop = loop
    self.onEvent = onEvent
    inbox = Inbox.name(prefix: connection.settings.access.inboxPrefix)
    state = Mutex(State(reconnects: reconnects, knownBreaks: loop.breakCount))
  }

  deinit { stop() }

  private func listen() throws(NATSError) {
    let subscription = try connection.subscribe("\(inbox).*", pendingLimit: nil) { [weak self] in self?.marked($0) }
    state.withLock { $0.subscription = subscription }
    connection.observe { [weak self] event in
      switch event {
      case .disconnected, .closed: self?.doubtAll()
      case .reconnected, .slowConsumer, .trouble: break
      }
    }
    try connection.flush(timeoutMs: connection.settings.connectTimeoutMs)
  }

  /// How often the link broke: two equal values enclose a time without a break.
  package var breakCount: UInt64 { loop.breakCount }

  /// After a break of the link everything is refused until the owner says that it knows of it: else what it publishes
  /// next would be seen before what was lost with the old link and has to be published again. `breaks`: the
  /// ``breakCount`` that the owner knows; if there are more by now, it will hear of those too.
  package func resume(afterBreaks breaks: UInt64) { state.withLock { $0.knownBreaks = breaks } }

  /// Adds a message to the batch. Errors: `disconnected`: it was not sent and will not be; also when the broker takes
  /// so little that too much has gathered. `badSubject`, `tooLarge`, `closed`.
  package func publish(
    _ subject: String, reply: String? = nil, headers: [NATSHeader] = [], payload: [UInt8] = []
  ) throws(NATSError) {
    try payload.span.withUnsafeBytes { bytes throws(NATSError) in
      try publish(subject, reply: reply, headers: headers, bytes: bytes)
    }
  }

  /// As above, for a payload that lies in somebody else's memory; it is copied before the call returns.
  package func publish(
    _ subject: String, reply: String? = nil, headers: [NATSHeader] = [], bytes: UnsafeRawBufferPointer
  ) throws(NATSError) {
    do {
      try requireLinkAndRoom()
      loop.gather()
      try connection.publish(subject, reply: reply, headers: headers, bytes: bytes)
    } catch {
      if error.code == .disconnected || error.code == .closed { state.withLock { $0.isIncomplete = true } }
      throw error
    }
    // A long batch leaves in parts, so that the broker works while we go on.
    let isFull = state.withLock { state in
      state.gatheredBytes += subject.utf8.count + bytes.count
      if state.gatheredBytes < NATSLimits.outboxPushBytes { return false }
      state.gatheredBytes = 0
      return true
    }
    if isFull {
      loop.push(isLast: false)
      if connection.bufferedBytes > NATSLimits.outboxBufferBytes { state.withLock { $0.isBlocked = true } }
    }
  }

  private func requireLinkAndRoom() throws(NATSError) {
    let (knownBreaks, isBlocked) = state.withLock { ($0.knownBreaks, $0.isBlocked) }
    if !loop.hasSocket || knownBreaks != loop.breakCount {
      throw NATSError(.disconnected, "publishing: the link to the NATS server broke; publish again after resume")
    }
    if !isBlocked { return }
    let buffered = connection.bufferedBytes
    if buffered > NATSLimits.outboxBufferBytes {
      throw NATSError(
        .disconnected, "publishing: the broker takes nothing, \(buffered) bytes wait for it; publish again once it does"
      )
    }
    state.withLock { $0.isBlocked = false }
  }

  /// Sends the batch; ``OutboxEvent`` tells once for each number what became of it. Numbers grow.
  package func commit(batch: UInt64) {
    let isSound = mark(batch)
    loop.push(isLast: true)
    if !isSound { onEvent(.doubtful(batch: batch)) }
  }

  /// Puts a message to ourselves behind the batch. False: the batch is not whole or the link is down, and nobody else
  /// tells.
  private func mark(_ batch: UInt64) -> Bool {
    let reconnects: UInt64
    do { reconnects = try connection.reconnectCount() } catch { return false }
    let isSound = state.withLock { state in
      let isSound = state.reconnects == reconnects && !state.isIncomplete && !state.isStopped
      state.gatheredBytes = 0
      state.isIncomplete = false
      state.reconnects = reconnects
      // Before it is published: it may be back before the call returns.
      if isSound { state.open.append((batch, reconnects)) }
      return isSound
    }
    if !isSound { return false }
    do {
      try connection.publish("\(inbox).\(batch)")
      return true
    } catch {
      return close(batch) == nil
    }
  }

  /// Whoever closes a batch tells what became of it; nil: somebody else has.
  private func close(_ batch: UInt64) -> (batch: UInt64, reconnects: UInt64)? {
    state.withLock { state in
      state.open.firstIndex { $0.batch == batch }.map { state.open.remove(at: $0) }
    }
  }

  /// A mark came back. Only if the link has not been made anew since the batch began did it travel behind the batch.
  private func marked(_ message: NATSMessage) {
    guard let batch = UInt64(message.subject.dropFirst(inbox.utf8.count + 1)), let closed = close(batch) else { return }
    let isSameLink: Bool
    do { isSameLink = try connection.reconnectCount() == closed.reconnects } catch { isSameLink = false }
    onEvent(isSameLink ? .handedOver(batch: batch) : .doubtful(batch: batch))
  }

  private func doubtAll() {
    let lost = state.withLock { state in
      defer { state.open = [] }
      return state.open
    }
    for one in lost { onEvent(.doubtful(batch: one.batch)) }
  }

  /// Sends what has gathered, waits until the broker has it or `timeoutMs` is over, then closes the connection.
  /// Batches whose taking over was not reported by then are never reported.
  package func stop(timeoutMs: Int64 = 0) {
    let wasStopped = state.withLock { state in
      defer { state.isStopped = true }
      return state.isStopped
    }
    if wasStopped { return }
    loop.push(isLast: true)
    if timeoutMs > 0 {
      do {
        try connection.flush(timeoutMs: timeoutMs)
      } catch {
        // The link is down or slow: what was not reported as handed over is the next owner's to send again.
      }
    }
    loop.stop()
    state.withLock { state in
      state.open = []
      state.subscription = nil
    }
    connection.close()
  }
}
