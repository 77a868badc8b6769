import Glibc

extension SignalReader {
  /// The library's delivery thread brings signals and the server's own status messages here, in order.
  func handle(_ message: NATSMessage) {
    // Only what the server answers to a pull has no reply subject.
    if message.withReply({ $0 == nil }) { return handleStatus(message) }
    var interruption: SignalInterruption?
    let subject = message.subject
    let signal: SignalMessage? = state.withLock { state in
      guard state.phase == .reading, let delivery = message.withReply({ $0.flatMap { parse($0, state.consumer) } })
      else { return nil }
      let expected = state.lastConsumerSequence + 1
      if delivery.consumerSequence != expected || !isAhead(delivery, of: state.next) {
        interruption = .gap(expected: expected, found: delivery.consumerSequence)
        interrupt(&state)
        return nil
      }
      let signal = makeSignal(subject, message, delivery)
      state.lastConsumerSequence = expected
      state.next = .afterSequence(delivery.streamSequence)
      state.delivered = (delivery.streamSequence, delivery.storedAtNs)
      state.lastHeardNs = Monotonic.nowNs()
      state.failures = 0
      let replyBytes = message.withReply { $0.map { strlen($0) } ?? 0 }
      state.window.received(wireBytes: signal.sizeBytes + replyBytes, sizeBytes: signal.sizeBytes)
      pullIfDue(&state)
      return signal
    }
    if let signal { tell(.message(signal)) }
    if let interruption { interrupted(interruption) }
  }

  private func parse(_ reply: UnsafePointer<CChar>, _ consumer: [UInt8]) -> DeliverySubject? {
    DeliverySubject(reply, consumer: consumer)
  }

  private func isAhead(_ delivery: DeliverySubject, of start: SignalStart) -> Bool {
    switch start {
    case .afterSequence(let sequence): delivery.streamSequence > sequence
    case .storedAt: true
    }
  }

  private func makeSignal(_ subject: String, _ message: NATSMessage, _ delivery: DeliverySubject) -> SignalMessage {
    let trace = message.traceHeaders
    return SignalMessage(
      subject: subject, sequence: delivery.streamSequence, storedAtNs: delivery.storedAtNs, pending: delivery.pending,
      replyTo: message.header("Roost-Reply-To"), traceparent: trace?.parent, tracestate: trace?.state,
      isTraceOnly: message.isTraceOnly, payload: .message(message))
  }

  private func handleStatus(_ message: NATSMessage) {
    guard let status = message.status,
      let generation = message.subject.split(separator: ".").last.flatMap({ UInt64($0) })
    else { return }
    let left = (
      messages: message.header("Nats-Pending-Messages").flatMap { Int($0) },
      bytes: message.header("Nats-Pending-Bytes").flatMap { Int($0) }
    )
    let lastDelivered = message.header("Nats-Last-Consumer").flatMap { UInt64($0) }
    let interruption: SignalInterruption? = state.withLock { state in
      guard state.phase == .reading, state.generation == generation else { return nil }
      state.lastHeardNs = Monotonic.nowNs()
      switch (status.code, left.messages) {
      case (100, _):
        guard let lastDelivered, lastDelivered > state.lastConsumerSequence else {
          state.failures = 0
          return nil
        }
        interrupt(&state)
        return .gap(expected: state.lastConsumerSequence + 1, found: lastDelivered + 1)
      case (_, let messages?) where Self.endsOneRequest(status):
        let isTooSmall = status.text.hasPrefix("Message Size Exceeds")
        state.window.returned(messages: messages, bytes: left.bytes ?? 0, isTooSmall: isTooSmall)
        pullIfDue(&state)
        return nil
      default:
        interrupt(&state)
        return .ended("\(status.code) \(status.text)")
      }
    }
    if let interruption { interrupted(interruption) }
  }

  /// 408: nothing came in time. 409: the bytes asked for were used up, or (server 2.12) the batch was; every other 409
  /// means that the consumer or its leader is gone. Those that end one request say what is left of it.
  private static func endsOneRequest(_ status: (code: Int, text: String)) -> Bool {
    switch status.code {
    case 408: true
    case 409: status.text == "Batch Completed" || status.text.hasPrefix("Message Size Exceeds")
    default: false
    }
  }

  private func interrupted(_ interruption: SignalInterruption) {
    tell(.interrupted(interruption))
    state.update { _ in }  // the control thread makes the next consumer
  }

  /// Asks for more when enough of the window is free. A pull that cannot be sent means that the link is down.
  func pullIfDue(_ state: inout State) {
    guard state.phase == .reading else { return }
    while let request = state.window.nextRequest() {
      let limit = request.bytes.map { ",\"max_bytes\":\($0)" } ?? ""
      let body =
        "{\"batch\":\(request.messages)\(limit),\"expires\":\(settings.pullExpiresMs * 1_000_000),"
        + "\"idle_heartbeat\":\(settings.heartbeatMs * 1_000_000)}"
      let consumer = String(decoding: state.consumer, as: UTF8.self)
      do {
        try connection.publish(
          "\(JetStream.apiPrefix).CONSUMER.MSG.NEXT.\(settings.stream).\(consumer)",
          reply: "\(inbox).\(state.generation)", payload: Array(body.utf8))
        state.lastHeardNs = Monotonic.nowNs()
      } catch {
        // Noticed as a break of the link, or at the latest as silence.
        return
      }
    }
  }
}
