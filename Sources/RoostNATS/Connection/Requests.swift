/// The requests of one connection that wait for an answer: one inbox for all, a token each.
///
/// Not the library's own request call: that one holds a thread per request.
final class Requests: Sendable {
  typealias Completion = @Sendable (Result<NATSMessage, NATSError>) -> Void

  struct State {
    var open: [UInt64: (completion: Completion, deadlineNs: Int64, doing: String)] = [:]
    var lastToken: UInt64 = 0
    var earliestNs: Int64?
    var subscription: NATSSubscription?
    var clock: ServiceThread?
    var isStopped = false
  }

  let inbox: String
  let state = Monitor(State())

  init(inbox: String) { self.inbox = inbox }

  /// Registers a request; returns the subject its answer goes to. `completion` is called exactly once, on another
  /// thread.
  func open(
    on connection: NATSConnection, doing: String, timeoutMs: Int64, completion: @escaping Completion
  ) throws(NATSError) -> (token: UInt64, reply: String) {
    try prepare(connection)
    let deadlineNs = Monotonic.ns(afterMs: timeoutMs)
    let token = try state.withLock { state throws(NATSError) in
      if state.isStopped { throw NATSError(.closed, "\(doing): the connection is closed; open a new one") }
      if state.open.count >= NATSLimits.maxOpenRequests {
        throw NATSError(.tooManyRequests, "\(doing): \(state.open.count) requests wait for an answer; try again later")
      }
      state.lastToken += 1
      state.open[state.lastToken] = (completion, deadlineNs, doing)
      return state.lastToken
    }
    state.wakeClock(ifBefore: deadlineNs)
    return (token, "\(inbox).\(token)")
  }

  /// Takes a request back that could not be sent; its completion is not called. False: it was called already.
  func cancel(_ token: UInt64) -> Bool {
    state.withLock { $0.open.removeValue(forKey: token) != nil }
  }

  private func prepare(_ connection: NATSConnection) throws(NATSError) {
    try state.withLock { state throws(NATSError) in
      if state.subscription != nil || state.isStopped { return }
      state.subscription = try connection.subscribe("\(inbox).*", pendingLimit: nil) { [weak self] message in
        self?.answered(message)
      }
      state.clock = ServiceThread { [monitor = self.state] in monitor.expireUntilStopped() }
    }
  }

  private func answered(_ message: NATSMessage) {
    guard let token = UInt64(message.subject.dropFirst(inbox.count + 1)) else { return }
    guard let request = state.withLock({ $0.open.removeValue(forKey: token) }) else { return }
    if message.saysNoResponders {
      request.completion(
        .failure(
          NATSError(.noResponders, "\(request.doing): nobody listens; for JetStream: enable it in the server (-js)")))
    } else {
      request.completion(.success(message))
    }
  }

  /// A break of the link takes the answers under way with it.
  func connectionChanged(_ event: NATSConnectionEvent) {
    switch event {
    case .disconnected: failAll(.disconnected, "the link to the NATS server broke; ask again once it is back")
    case .closed: stop()
    case .reconnected, .slowConsumer, .trouble: break
    }
  }

  private func failAll(_ code: NATSError.Code, _ reason: String) {
    let all = state.update { state in
      let all = state.open
      state.open = [:]
      return all
    }
    for (_, request) in all.sorted(by: { $0.key < $1.key }) {
      request.completion(.failure(NATSError(code, "\(request.doing): \(reason)")))
    }
  }

  func stop() {
    let clock = state.update { state in
      state.isStopped = true
      state.subscription = nil
      defer { state.clock = nil }
      return state.clock
    }
    clock?.join()
    failAll(.closed, "the connection is closed; open a new one")
  }
}

extension Monitor<Requests.State> {
  fileprivate func wakeClock(ifBefore deadlineNs: Int64) {
    let isEarlier = withLock { state in
      if let earliest = state.earliestNs, earliest <= deadlineNs { return false }
      state.earliestNs = deadlineNs
      return true
    }
    if isEarlier { update { _ in } }
  }

  /// The body of the clock thread: fails what is overdue, until `isStopped`.
  fileprivate func expireUntilStopped() {
    while true {
      let isStopped = wait(deadline: { $0.earliestNs }) { $0.isStopped ? true : nil }
      if isStopped == true { return }
      let now = Monotonic.nowNs()
      let overdue = withLock { state in
        let overdue = state.open.filter { $0.value.deadlineNs <= now }.sorted { $0.key < $1.key }
        for (token, _) in overdue { state.open.removeValue(forKey: token) }
        state.earliestNs = state.open.values.map(\.deadlineNs).min()
        return overdue.map(\.value)
      }
      for request in overdue {
        request.completion(
          .failure(NATSError(.timeout, "\(request.doing): no answer in time; it may have happened or not, ask again")))
      }
    }
  }
}
