/// Where signals come from: the broker, or a simulation of it.
///
/// Signals come in stream order, each at most once per `start`, and only as many as the owner has taken back with
/// ``consumed(messages:bytes:)`` plus a fixed number. Gaps are closed by the source itself.
package protocol SignalSource: AnyObject, Sendable {
  /// Begins to read. `sink` is called with one event at a time, in order, never again once `stop()` has returned, and
  /// must not block. Call it once.
  func start(at start: SignalStart, sink: @escaping @Sendable (SignalSourceEvent) -> Void)

  /// The owner is done with this many messages of this many bytes (``SignalMessage/sizeBytes``): as many more may come.
  func consumed(messages: Int, bytes: Int)

  /// Ends reading. Must not be called from the sink.
  func stop()
}

/// Where reading begins.
package enum SignalStart: Sendable, Equatable {
  /// The first message whose sequence is larger; 0 = the stream's first.
  case afterSequence(UInt64)
  /// The first message stored at this time or later, in ns since the epoch.
  case storedAt(Int64)
}

/// What a source tells its owner.
package enum SignalSourceEvent: Sendable {
  case message(SignalMessage)
  /// Reading has begun, or begun again: `pending` messages are stored and not yet delivered. 0 = at the stream's end.
  case opened(pending: UInt64)
  /// Reading stopped and begins again by itself; until `opened` nothing comes.
  case interrupted(SignalInterruption)
}

/// Why a source has to begin again.
package enum SignalInterruption: Sendable, Equatable {
  /// The link to the broker broke.
  case linkLost
  /// Messages were lost between broker and us; they are read again.
  case gap(expected: UInt64, found: UInt64)
  /// The broker dropped the consumer or ended the reading, in its own words.
  case ended(String)
  /// Neither a message nor a heartbeat came in time.
  case silent
  /// The stream does not hold any more, under its sequence, what was delivered last: the broker has lost acknowledged
  /// messages, and may have used their numbers again. Nothing more is delivered; the owner begins anew.
  case lost(sequence: UInt64)
  /// The consumer could not be made; it is tried again. `notFound`: the stream does not exist.
  case refused(NATSError)
}

/// One signal as it was stored.
package struct SignalMessage: Sendable {
  package let subject: String
  /// Place in the stream, from 1.
  package let sequence: UInt64
  /// When the broker stored it, in ns since the epoch by the broker's clock.
  package let storedAtNs: Int64
  /// How many more were stored when this one was delivered.
  package let pending: UInt64
  package let replyTo: String?
  package let traceparent: String?
  package let tracestate: String?
  /// It was sent to see its way and is no signal.
  package let isTraceOnly: Bool
  package let payload: SignalPayload

  /// What the message counts in a source's limit of bytes.
  package var sizeBytes: Int { subject.utf8.count + payload.count }

  package init(
    subject: String, sequence: UInt64, storedAtNs: Int64, pending: UInt64 = 0, replyTo: String? = nil,
    traceparent: String? = nil, tracestate: String? = nil, isTraceOnly: Bool = false,
    payload: SignalPayload
  ) {
    self.subject = subject
    self.sequence = sequence
    self.storedAtNs = storedAtNs
    self.pending = pending
    self.replyTo = replyTo
    self.traceparent = traceparent
    self.tracestate = tracestate
    self.isTraceOnly = isTraceOnly
    self.payload = payload
  }
}

extension SignalMessage {
  /// One that was looked up in the stream instead of being delivered.
  package init(_ stored: StoredMessage, pending: UInt64) {
    let trace = stored.traceHeaders
    self.init(
      subject: stored.subject, sequence: stored.sequence, storedAtNs: stored.storedAtNs, pending: pending,
      replyTo: stored.header("Roost-Reply-To"), traceparent: trace?.parent, tracestate: trace?.state,
      isTraceOnly: NATSHeader.saysTraceOnly(stored.header("Nats-Trace-Only")), payload: .bytes(stored.payload))
  }
}

/// A payload where it lies: in the client library's memory, or in an array of a simulation.
package enum SignalPayload: Sendable {
  case message(NATSMessage)
  case bytes([UInt8])

  package var count: Int {
    switch self {
    case .message(let message): message.payloadBytes
    case .bytes(let bytes): bytes.count
    }
  }

  package var isEmpty: Bool { count == 0 }

  /// The bytes where they lie; the buffer must not leave `body`.
  package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    switch self {
    case .message(let message): try message.withPayload(body)
    case .bytes(let bytes): try bytes.span.withUnsafeBytes(body)
    }
  }

  /// A copy of the bytes.
  package var copied: [UInt8] { withBytes { Array($0) } }
}
