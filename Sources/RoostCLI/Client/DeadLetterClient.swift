import RoostCore
import RoostNATS
import RoostWire

/// The stream of dead letters, for one command. Needs no more than the broker's STREAM.INFO and STREAM.MSG.GET of that
/// stream, to re-drive or drop also STREAM.MSG.DELETE.
final class DeadLetterClient {
  let subjects: Subjects
  let streams: RoostStreams
  private let connection: NATSConnection
  private let jetStream: JetStream

  /// Errors: `unavailable` when the broker does not answer.
  init(_ command: ParsedCommand, environment: [String: String]) throws(CLIError) {
    subjects = try command.subjects()
    streams = RoostStreams(prefix: subjects.prefix)
    let settings = NATSSettings(
      try command.access(environment), name: "roost \(command.path.joined(separator: " "))")
    connection = try Self.asking { () throws(NATSError) in try NATSConnection.connect(settings) }
    jetStream = JetStream(connection)
  }

  deinit { connection.close() }

  /// The letter with this sequence; nil when there is none.
  func letter(_ sequence: UInt64) throws(CLIError) -> StoredLetter? {
    try reading { () throws(NATSError) in try jetStream.message(streams.deadName, sequence: sequence) }
      .map { StoredLetter($0) }
  }

  /// The letters of `pool` (nil = all) with `reason` (nil = any) from `first` on, in their order, as long as `body` wants
  /// more. Those that come meanwhile are not among them: a signal that is re-driven may come back at once.
  func each(
    of pool: PoolID?, reason: String?, from first: UInt64 = 1, _ body: (StoredLetter) throws(CLIError) -> Bool
  ) throws(CLIError) {
    let stream = streams.deadName
    let filter = pool.map { subjects.dead($0) } ?? subjects.allDead
    let last = try reading { () throws(NATSError) in try jetStream.info(stream).lastSequence }
    var next = first
    while next <= last {
      let found = try reading { () throws(NATSError) in
        try jetStream.nextMessage(stream, from: next, matching: filter)
      }
      guard let found, found.sequence <= last else { return }
      next = found.sequence + 1
      let letter = StoredLetter(found)
      if let reason, !letter.has(reason: reason) { continue }
      guard try body(letter) else { return }
    }
  }

  /// Publishes the signal again and waits until it is stored.
  func publish(_ letter: StoredLetter, keepsReplyTo: Bool) throws(CLIError) -> PubAck {
    let messageID = NATSHeader("Nats-Msg-Id", letter.messageID(stream: streams.signalsName))
    return try Self.asking { () throws(NATSError) in
      try jetStream.publish(
        letter.subject, headers: letter.originalHeaders(keepsReplyTo: keepsReplyTo) + [messageID],
        payload: letter.payload)
    }
  }

  func delete(_ letter: StoredLetter) throws(CLIError) {
    try Self.asking { () throws(NATSError) in
      try jetStream.deleteMessage(streams.deadName, sequence: letter.sequence)
    }
  }

  /// Errors: what is not found here is the stream; a missing letter is nil.
  private func reading<T>(_ body: () throws(NATSError) -> T) throws(CLIError) -> T {
    do throws(NATSError) {
      return try body()
    } catch  where error.code == .notFound {
      throw CLIError(
        .unavailable, code: error.code.rawValue,
        "there is no stream \(streams.deadName); start a worker or run `roost setup`, or check --server and --prefix")
    } catch {
      throw CLIError(error)
    }
  }

  private static func asking<T>(_ body: () throws(NATSError) -> T) throws(CLIError) -> T {
    do throws(NATSError) { return try body() } catch { throw CLIError(error) }
  }
}
