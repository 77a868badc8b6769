extension SignalReader {
  private enum Step {
    case stop
    case open(
      generation: UInt64, start: SignalStart, delivered: (sequence: UInt64, storedAtNs: Int64)?, linkBreaks: Int)
    case silent
  }

  /// The body of the control thread: makes consumers, and notices when one falls silent.
  func control() {
    while true {
      switch state.wait(deadline: wakeUpNs, nextStep) {
      case .stop: return
      case .open(let generation, let start, let delivered, let linkBreaks):
        open(generation, start, delivered, linkBreaks)
      case .silent: tell(.interrupted(.silent))
      case nil: break  // a deadline has passed: look again
      }
    }
  }

  private func nextStep(_ state: inout State) -> Step? {
    let nowNs = Monotonic.nowNs()
    switch state.phase {
    case .stopped: return .stop
    case .mustOpen where nowNs >= state.openNotBeforeNs:
      state.phase = .opening
      state.generation += 1
      return .open(
        generation: state.generation, start: state.next, delivered: state.delivered, linkBreaks: state.linkBreaks)
    case .reading where state.window.askedMessages > 0 && nowNs >= state.lastHeardNs + 2 * heartbeatNs:
      interrupt(&state)
      return .silent
    case .idle, .mustOpen, .opening, .reading, .halted: return nil
    }
  }

  private func wakeUpNs(_ state: State) -> Int64? {
    switch state.phase {
    case .mustOpen: state.openNotBeforeNs
    // With nothing asked for, no heartbeat is due; the next pull begins the count.
    case .reading: max(state.lastHeardNs, state.window.askedMessages > 0 ? 0 : Monotonic.nowNs()) + 2 * heartbeatNs
    case .idle, .opening, .halted, .stopped: nil
    }
  }

  private var heartbeatNs: Int64 { settings.heartbeatMs * 1_000_000 }

  private func open(
    _ generation: UInt64, _ start: SignalStart, _ delivered: (sequence: UInt64, storedAtNs: Int64)?, _ linkBreaks: Int
  ) {
    do {
      try subscribeOnce()
      if let delivered, try !isStill(delivered.sequence, delivered.storedAtNs) {
        let isOurs = state.update { state in
          if state.phase != .opening { return false }
          guard state.linkBreaks == linkBreaks else {
            interrupt(&state, atOnce: true)
            return false
          }
          state.phase = .halted
          return true
        }
        if isOurs { tell(.interrupted(.lost(sequence: delivered.sequence))) }
        return
      }
      let name = "\(inbox.split(separator: ".").last ?? "")-\(generation)"
      let pending = try makeConsumer(name, start)
      tell(.opened(pending: pending))
      state.update { state in
        if state.phase != .opening { return }
        guard state.linkBreaks == linkBreaks else { return interrupt(&state, atOnce: true) }
        state.phase = .reading
        state.consumer = Array(name.utf8)
        state.lastConsumerSequence = 0
        state.lastHeardNs = Monotonic.nowNs()
        pullIfDue(&state)
      }
    } catch {
      let isStopped = state.update { state in
        if state.phase != .opening { return true }
        interrupt(&state)
        // Not at once even the first time: the server was asked a moment ago.
        state.openNotBeforeNs = max(state.openNotBeforeNs, Monotonic.ns(afterMs: NATSLimits.remakeDelayMs))
        return false
      }
      if !isStopped { tell(.interrupted(.refused(error))) }
    }
  }

  /// The stream holds the message that was delivered last, or has trimmed it.
  private func isStill(_ sequence: UInt64, _ storedAtNs: Int64) throws(NATSError) -> Bool {
    let jetStream = JetStream(connection)
    if let found = try jetStream.message(settings.stream, sequence: sequence) { return found.storedAtNs == storedAtNs }
    return try jetStream.info(settings.stream).lastSequence >= sequence
  }

  private func subscribeOnce() throws(NATSError) {
    if state.withLock({ $0.subscription != nil }) { return }
    // What may arrive is bounded by the window; the library's own limit would drop messages instead.
    let subscription = try connection.subscribe("\(inbox).*", pendingLimit: nil) { [self] in handle($0) }
    state.withLock { $0.subscription = $0.phase == .stopped ? nil : subscription }
  }

  /// Makes an ephemeral consumer; returns how many messages it has before it.
  private func makeConsumer(_ name: String, _ start: SignalStart) throws(NATSError) -> UInt64 {
    var wanted: [String: JSONValue] = [
      "name": .string(name),
      "ack_policy": .string("none"),
      "replay_policy": .string("instant"),
      "mem_storage": .bool(true),
      "num_replicas": .int(1),
      "inactive_threshold": .int(NATSLimits.consumerInactiveMs * 1_000_000),
    ]
    switch start {
    case .afterSequence(let sequence):
      wanted["deliver_policy"] = .string("by_start_sequence")
      wanted["opt_start_seq"] = .int(Int64(clamping: sequence == .max ? .max : sequence + 1))
    case .storedAt(let nanoseconds):
      wanted["deliver_policy"] = .string("by_start_time")
      wanted["opt_start_time"] = .string(Timestamp.text(nanoseconds: nanoseconds))
    }
    let answer = try JetStream(connection).call(
      "CONSUMER.CREATE.\(settings.stream).\(name)",
      .object(["stream_name": .string(settings.stream), "config": .object(wanted)]))
    for (field, value) in wanted.sorted(by: { $0.key < $1.key }) where field != "opt_start_time" {
      let echoed = answer["config"]?[field]
      if echoed != value {
        throw NATSError(
          .configurationDiffers,
          "consumer on \(settings.stream): \(field) is \(echoed?.text ?? "absent"), wanted \(value.text); "
            + "this server is too old or not a NATS server")
      }
    }
    return answer["num_pending"]?.unsigned ?? 0
  }

  /// Best effort: what is not deleted goes by its inactive_threshold.
  func deleteConsumer(_ name: [UInt8]) {
    let subject = "\(JetStream.apiPrefix).CONSUMER.DELETE.\(settings.stream).\(String(decoding: name, as: UTF8.self))"
    do {
      try connection.request(subject, timeoutMs: NATSLimits.apiTimeoutMs) { _ in }
    } catch {
      // The link is down, and with it the interest that keeps the consumer alive.
    }
  }
}
