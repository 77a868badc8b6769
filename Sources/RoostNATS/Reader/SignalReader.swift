import Synchronization

/// Reads a stream in order, from a position that its owner keeps.
///
/// One consumer without acknowledgement, made anew at every start, after every gap and every break of the link, always
/// from the last delivered sequence + 1 (architecture, reading signals), after a look whether the stream still holds what
/// was delivered last: behind lost messages new ones may have taken their numbers. One inbox for the reader's life, so that one
/// thread of the library delivers and the order holds across consumers; the last token of a pull's reply subject and
/// the consumer's name in a delivery say to which consumer a message belongs.
package final class SignalReader: SignalSource {
  let connection: NATSConnection
  let settings: SignalReaderSettings
  let inbox: String
  let state: Monitor<State>
  private let sink = Mutex(Sink())

  /// A struct around the closure: one that lies bare in a generic lock is wrapped anew at every access (Swift 6.3), and
  /// after some ten thousand the call overflows the stack.
  private struct Sink {
    var call: (@Sendable (SignalSourceEvent) -> Void)?
  }

  struct State {
    enum Phase: Equatable {
      case idle
      /// The control thread has to make a consumer.
      case mustOpen
      case opening
      case reading
      /// The stream is not the one that was read: nothing more comes.
      case halted
      case stopped
    }

    var phase = Phase.idle
    var next: SignalStart = .afterSequence(0)
    /// What was delivered last: reading goes on behind it only while the stream still has it.
    var delivered: (sequence: UInt64, storedAtNs: Int64)?
    /// Counts consumers; part of inbox and name, so that what belongs to an older one is recognised.
    var generation: UInt64 = 0
    var consumer: [UInt8] = []
    var lastConsumerSequence: UInt64 = 0
    var window: PullWindow
    var lastHeardNs: Int64 = 0
    /// Breaks of the link: a consumer made across one is not trusted.
    var linkBreaks = 0
    /// Failures in a row; the pause before the next attempt grows with it.
    var failures = 0
    var openNotBeforeNs: Int64 = 0
    var subscription: NATSSubscription?
    var control: ServiceThread?
  }

  package init(connection: NATSConnection, settings: SignalReaderSettings) {
    self.connection = connection
    self.settings = settings
    inbox = Inbox.name(prefix: connection.settings.access.inboxPrefix)
    // A single message of the largest size must fit into half a window, or it would be asked for alone each time.
    let bytes = max(settings.windowBytes, 4 * connection.maxPayloadBytes)
    state = Monitor(State(window: PullWindow(limitMessages: settings.windowMessages, limitBytes: bytes)))
  }

  package func start(at start: SignalStart, sink: @escaping @Sendable (SignalSourceEvent) -> Void) {
    self.sink.withLock { $0.call = sink }
    connection.observe { [weak self] event in self?.connectionChanged(event) }
    state.update { state in
      precondition(state.phase == .idle, "a reader is started once")
      state.next = start
      state.phase = .mustOpen
      state.control = ServiceThread { [self] in control() }
    }
  }

  package func consumed(messages: Int, bytes: Int) {
    state.withLock { state in
      state.window.consumed(messages: messages, bytes: bytes)
      pullIfDue(&state)
    }
  }

  package func stop() {
    let (control, consumer) = state.update { state in
      let consumer = state.phase == .reading ? state.consumer : []
      state.phase = .stopped
      state.subscription = nil
      defer { state.control = nil }
      return (state.control, consumer)
    }
    control?.join()
    sink.withLock { $0.call = nil }
    if !consumer.isEmpty { deleteConsumer(consumer) }
  }

  /// Called by the library's delivery thread (messages) and by the control thread while nothing is delivered.
  func tell(_ event: SignalSourceEvent) {
    sink.withLock { $0.call?(event) }
  }

  /// Gives up the present consumer, in the phases `opening` and `reading`. The first failure is answered at once, more
  /// in a row with growing pauses.
  func interrupt(_ state: inout State, atOnce: Bool = false) {
    state.phase = .mustOpen
    state.window.forgetAsked()
    if !atOnce { state.failures += 1 }
    let doublings = min(state.failures - 2, 10)
    let delayMs = doublings < 0 ? 0 : min(NATSLimits.remakeDelayMs << doublings, NATSLimits.remakeDelayCapMs)
    state.openNotBeforeNs = Monotonic.ns(afterMs: Int64(delayMs))
  }

  private func connectionChanged(_ event: NATSConnectionEvent) {
    switch event {
    case .disconnected:
      let wasReading = state.update { state in
        state.linkBreaks += 1
        guard state.phase == .reading else { return false }
        interrupt(&state, atOnce: true)
        return true
      }
      if wasReading { tell(.interrupted(.linkLost)) }
    case .reconnected:
      state.update { $0.openNotBeforeNs = 0 }
    case .closed, .slowConsumer, .trouble:
      break
    }
  }
}

/// What is read and how much of it at a time.
package struct SignalReaderSettings: Sendable {
  package var stream: String
  /// Limits of what may lie between broker and owner.
  package var windowMessages = NATSLimits.readerMessages
  package var windowBytes = NATSLimits.readerBytes
  package var pullExpiresMs = NATSLimits.pullExpiresMs
  package var heartbeatMs = NATSLimits.pullHeartbeatMs

  package init(stream: String) { self.stream = stream }
}
