import RoostCore

/// What a subject of the signal stream names.
package enum SignalSubject: Equatable, Sendable {
  case actor(PoolID, ActorID, ActorVerb)
  case runner(PoolID, RunnerID, RunnerVerb)
  case pool(PoolID, PoolVerb)

  package var pool: PoolID {
    switch self {
    case .actor(let pool, _, _), .runner(let pool, _, _), .pool(let pool, _): pool
    }
  }
}

/// Reads subjects. The grammars are the wire's: names of pools are stricter than ids.
///
/// Every function throws `malformed_subject`, `malformed_pool`, `malformed_id` or `unknown_verb`; the error carries the
/// pool where the subject named one.
package struct SubjectParser: Sendable {
  private let signal, ping, command, event, api: [UInt8]

  /// For subjects under `prefix`, which `Subjects` has checked.
  package init(_ subjects: Subjects) {
    func lead(_ kind: String) -> [UInt8] { Array("\(subjects.prefix).\(kind).".utf8) }
    signal = lead("signal")
    ping = lead("ping")
    command = lead("command")
    event = lead("event")
    api = lead("api")
  }

  /// PREFIX.signal.NS.POOL.(actor.ACTOR|runner.RUNNER|pool).VERB
  package func signal(_ subject: UnsafeBufferPointer<UInt8>) throws(WireError) -> SignalSubject {
    var tokens = try tokens(of: subject, after: signal)
    let pool = try tokens.pool()
    switch String(decoding: tokens.next(), as: UTF8.self) {
    case "actor":
      let id = ActorID(try tokens.identifier(pool: pool))
      return .actor(pool, id, try tokens.verb(ActorVerb.self, pool: pool))
    case "runner":
      let id = RunnerID(try tokens.identifier(pool: pool))
      return .runner(pool, id, try tokens.verb(RunnerVerb.self, pool: pool))
    case "pool":
      return .pool(pool, try tokens.verb(PoolVerb.self, pool: pool))
    default:
      throw WireError(.malformedSubject, "after the pool comes actor.ID, runner.ID or pool", pool: pool)
    }
  }

  /// PREFIX.ping.NS.POOL.RUNNER
  package func ping(_ subject: UnsafeBufferPointer<UInt8>) throws(WireError) -> (PoolID, RunnerID) {
    var tokens = try tokens(of: subject, after: ping)
    let pool = try tokens.pool()
    let runner = RunnerID(try tokens.identifier(pool: pool))
    guard tokens.isAtEnd else { throw WireError(.malformedSubject, "nothing comes after the runner", pool: pool) }
    return (pool, runner)
  }

  /// PREFIX.command.NS.POOL.RUNNER.VERB
  package func command(
    _ subject: UnsafeBufferPointer<UInt8>
  ) throws(WireError) -> (PoolID, RunnerID, CommandVerb) {
    var tokens = try tokens(of: subject, after: command)
    let pool = try tokens.pool()
    let runner = RunnerID(try tokens.identifier(pool: pool))
    return (pool, runner, try tokens.verb(CommandVerb.self, pool: pool))
  }

  /// PREFIX.event.NS.POOL.ACTOR.KIND
  package func event(
    _ subject: UnsafeBufferPointer<UInt8>
  ) throws(WireError) -> (PoolID, ActorID, ActorEvent.Kind) {
    var tokens = try tokens(of: subject, after: event)
    let pool = try tokens.pool()
    let actor = ActorID(try tokens.identifier(pool: pool))
    return (pool, actor, try tokens.verb(ActorEvent.Kind.self, pool: pool))
  }

  /// PREFIX.api.NS.POOL.VERB
  package func api(_ subject: UnsafeBufferPointer<UInt8>) throws(WireError) -> (PoolID, APIVerb) {
    var tokens = try tokens(of: subject, after: api)
    let pool = try tokens.pool()
    return (pool, try tokens.verb(APIVerb.self, pool: pool))
  }

  private func tokens(
    of subject: UnsafeBufferPointer<UInt8>, after lead: [UInt8]
  ) throws(WireError) -> SubjectTokens {
    guard let tokens = SubjectTokens(subject, after: lead) else {
      throw WireError(.malformedSubject, "the subject does not begin with \(String(decoding: lead, as: UTF8.self))")
    }
    return tokens
  }
}

extension SubjectParser {
  /// As above, from text.
  package func signal(_ subject: String) throws(WireError) -> SignalSubject {
    try Self.bytes(of: subject) { bytes throws(WireError) in try signal(bytes) }
  }

  package func ping(_ subject: String) throws(WireError) -> (PoolID, RunnerID) {
    try Self.bytes(of: subject) { bytes throws(WireError) in try ping(bytes) }
  }

  package func command(_ subject: String) throws(WireError) -> (PoolID, RunnerID, CommandVerb) {
    try Self.bytes(of: subject) { bytes throws(WireError) in try command(bytes) }
  }

  package func event(_ subject: String) throws(WireError) -> (PoolID, ActorID, ActorEvent.Kind) {
    try Self.bytes(of: subject) { bytes throws(WireError) in try event(bytes) }
  }

  package func api(_ subject: String) throws(WireError) -> (PoolID, APIVerb) {
    try Self.bytes(of: subject) { bytes throws(WireError) in try api(bytes) }
  }

  /// `String.withUTF8` with a typed error.
  private static func bytes<Value>(
    of text: String, _ read: (UnsafeBufferPointer<UInt8>) throws(WireError) -> Value
  ) throws(WireError) -> Value {
    var text = text
    let result = text.withUTF8 { bytes -> Result<Value, WireError> in
      do throws(WireError) { return .success(try read(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
