import RoostCore
import RoostNATS
import RoostWire

/// Publishes signals and hears the answers, on one connection, for one command.
final class SignalClient {
  private let connection: NATSConnection
  private let subjects: Subjects
  private let codec = WireCodec()

  /// Errors: `unavailable` when the broker does not answer.
  init(_ command: ParsedCommand, environment: [String: String]) throws(CLIError) {
    subjects = try command.subjects()
    let settings = NATSSettings(
      try command.access(environment), name: "roost \(command.path.joined(separator: " "))")
    do {
      connection = try NATSConnection.connect(settings)
    } catch {
      throw CLIError(error)
    }
  }

  deinit { connection.close() }

  /// Publishes and waits until the broker has stored it.
  ///
  /// - Parameters:
  ///   - replyTo: where answers go; nil = none are wanted.
  ///   - messageID: the same one within the broker's duplicate window is stored once.
  func publish(
    _ signal: ActorSignal, to actor: ActorID, of pool: PoolID, replyTo: String?, messageID: String?
  ) throws(CLIError) -> PubAck {
    guard let verb = signal.verb else { preconditionFailure("a client publishes no refused signal") }
    return try publish(subjects.signal(pool, actor, verb), codec.encode(signal), replyTo, messageID)
  }

  /// The same of a signal to a pool.
  func publish(
    _ signal: PoolSignal, to pool: PoolID, replyTo: String?, messageID: String?
  ) throws(CLIError) -> PubAck {
    guard let verb = signal.verb else { preconditionFailure("a client publishes no refused signal") }
    return try publish(subjects.signal(pool, verb), codec.encode(signal), replyTo, messageID)
  }

  private func publish(
    _ subject: String, _ payload: [UInt8], _ replyTo: String?, _ messageID: String?
  ) throws(CLIError) -> PubAck {
    var headers: [NATSHeader] = []
    if let replyTo { headers.append(NATSHeader("Roost-Reply-To", replyTo)) }
    if let messageID { headers.append(NATSHeader("Nats-Msg-Id", messageID)) }
    do {
      return try JetStream(connection).publish(subject, headers: headers, payload: payload)
    } catch  where error.code == .noResponders {
      throw CLIError(
        .unavailable, code: error.code.rawValue,
        "no stream takes signals yet; start a worker or run `roost setup` (the server needs JetStream: -js)")
    } catch {
      throw CLIError(error)
    }
  }

  /// Listens for answers before anything is published. They come while the result is kept.
  func listen() throws(CLIError) -> Answers {
    do {
      return try Answers(on: connection)
    } catch {
      throw CLIError(error)
    }
  }

  /// Asks the worker. Errors: `unavailable` when none answers, `refused` with the worker's own code.
  func ask(_ request: APIRequest, of pool: PoolID, timeoutMs: Int64) throws(CLIError) -> APIReply {
    let message: NATSMessage
    do throws(NATSError) {
      message = try connection.request(
        subjects.api(pool, request.verb), payload: codec.encode(request), timeoutMs: timeoutMs)
    } catch {
      throw error.code == .noResponders ? Self.nobody(serves: pool) : CLIError(error)
    }
    return try reply(message, to: request).get()
  }

  /// The same of several pools at once: what is said of each, in their order, within `timeoutMs` for all of them together.
  func ask(
    _ request: APIRequest, ofEach pools: [PoolID], timeoutMs: Int64
  ) throws(CLIError) -> [Result<APIReply, CLIError>] {
    let silent = CLIError(NATSError(.timeout, "no answer within \(timeoutMs) ms"))
    var replies = [Result<APIReply, CLIError>](repeating: .failure(silent), count: pools.count)
    let arrived = Mailbox<NATSMessage>()
    do throws(NATSError) {
      let inbox = connection.newInbox()
      let bound = Mailbox<NATSMessage>.Bound(values: pools.count, bytes: Self.waitingBytes)
      let subscription = try connection.subscribe("\(inbox).*") { message in
        _ = arrived.put(message, bytes: message.sizeBytes, within: bound)
      }
      for (number, pool) in pools.enumerated() {
        try connection.publish(
          subjects.api(pool, request.verb), reply: "\(inbox).\(number)", payload: codec.encode(request))
      }
      var missing = Set(pools.indices)
      let deadline = ContinuousClock.now + .milliseconds(timeoutMs)
      while !missing.isEmpty, let message = arrived.take(until: deadline) {
        guard let number = message.subject.split(separator: ".").last.flatMap({ Int($0) }),
          missing.remove(number) != nil
        else { continue }
        let pool = pools[number]
        replies[number] =
          message.saysNoResponders ? .failure(Self.nobody(serves: pool)) : reply(message, to: request)
      }
      withExtendedLifetime(subscription) {}
    } catch {
      throw CLIError(error)
    }
    return replies
  }

  private func reply(_ message: NATSMessage, to request: APIRequest) -> Result<APIReply, CLIError> {
    Result { () throws(CLIError) in
      let reply = try decode(message.payload, request.verb)
      if case .failed(let error) = reply { throw CLIError(.refused, code: error.code, error.message) }
      return reply
    }
  }

  private static func nobody(serves pool: PoolID) -> CLIError {
    CLIError(
      .unavailable, code: NATSError.Code.noResponders.rawValue,
      "no worker serves \(pool); start one, or check --server and --prefix")
  }

  /// Hands over what every worker answers that is there, within `timeoutMs`: who has not answered `gatherMs` after the last
  /// one is not. Errors: `unavailable` when none answers.
  func gather(_ subject: String, timeoutMs: Int64, take: ([UInt8]) -> Void) throws(CLIError) {
    let arrived = Mailbox<NATSMessage>()
    var taken = 0
    do throws(NATSError) {
      let inbox = connection.newInbox()
      let bound = Mailbox<NATSMessage>.Bound(values: Self.greatestAnswers, bytes: Self.waitingBytes)
      let subscription = try connection.subscribe(inbox) { message in
        _ = arrived.put(message, bytes: message.sizeBytes, within: bound)
      }
      try connection.publish(subject, reply: inbox)
      let end = ContinuousClock.now + .milliseconds(timeoutMs)
      var deadline = end
      while taken < Self.greatestAnswers, let answer = arrived.take(until: deadline) {
        // The broker says so that nobody is there. Anybody else can: whoever is there answers all the same.
        if !answer.saysNoResponders {
          take(answer.payload)
          taken += 1
        }
        deadline = min(end, .now + .milliseconds(Self.gatherMs))
      }
      withExtendedLifetime(subscription) {}
    } catch {
      throw CLIError(error)
    }
    if taken == 0 { throw CLIError(.unavailable, "no worker answers on \(subject); start one, or check --server") }
  }

  /// As tools for NATS services do.
  private static let gatherMs = 300
  /// More workers than anybody has on one broker.
  private static let greatestAnswers = 1_000
  /// Of answers that wait to be read: beyond it those that come are lost.
  private static let waitingBytes = 64 << 20

  /// The next signal to the actor in the stream, from this sequence on; nil: there is none (any more).
  func storedSignal(
    of pool: PoolID, _ actor: ActorID, from sequence: StreamSequence
  ) throws(NATSError) -> StoredMessage? {
    try JetStream(connection).nextMessage(
      streams.signalsName, from: sequence, matching: subjects.signals(pool, actor))
  }

  /// As above, of a runner.
  func storedSignal(
    of pool: PoolID, _ runner: RunnerID, _ verb: RunnerVerb, from sequence: StreamSequence
  ) throws(NATSError) -> StoredMessage? {
    try JetStream(connection).nextMessage(
      streams.signalsName, from: sequence, matching: subjects.signal(pool, runner, verb))
  }

  /// The sequences at which the signals lie that were stored at `since` or later; nil: there is none of them (any more).
  func storedSignals(since: Instant) throws(NATSError) -> ClosedRange<StreamSequence>? {
    let jetStream = JetStream(connection)
    let stream = try jetStream.info(streams.signalsName)
    guard let lastNs = stream.lastStoredAtNs, lastNs / 1_000_000 >= since.ms else { return nil }
    // The broker finds by sequence; their times rise with them. The one that is looked for is never above `high`.
    var (low, high) = (max(stream.firstSequence, 1), stream.lastSequence)
    while low < high {
      let middle = low + (high - low) / 2
      let found = try jetStream.nextMessage(streams.signalsName, from: middle, matching: subjects.allSignals)
      if let found, found.storedAtNs / 1_000_000 < since.ms {
        low = min(found.sequence + 1, high)
      } else {
        high = middle
      }
    }
    return low...stream.lastSequence
  }

  /// The signal with this sequence; nil: the broker does not keep it any more.
  func storedSignal(_ sequence: StreamSequence) throws(NATSError) -> StoredMessage? {
    try JetStream(connection).message(streams.signalsName, sequence: sequence)
  }

  private var streams: RoostStreams { RoostStreams(prefix: subjects.prefix) }

  private func decode(_ payload: [UInt8], _ verb: APIVerb) throws(CLIError) -> APIReply {
    do {
      return try codec.decodeReply(verb, payload)
    } catch {
      throw CLIError(
        .unavailable, "the worker's reply cannot be read (\(error)); is this `roost` as new as the worker?")
    }
  }
}
