import RoostCore
import RoostNATS
import RoostWire
import Synchronization
import Testing

/// A client of a real broker that plays a runner, a caller and a watcher, as far as a test says.
final class ScriptedRunner: Sendable {
  let pool: PoolID
  let runner: RunnerID
  let session: SessionID
  let commands = Collector<ReceivedCommand>()
  let events = Collector<ActorEvent>()
  let answers = Collector<Answer>()
  let jetStream: JetStream
  let replyTo: String
  private let subjects = Subjects()
  let connection: NATSConnection
  private let subscriptions = Mutex<[NATSSubscription]>([])

  init(_ url: String, pool: PoolID, runner: String = "r1", session: String = "s1") throws {
    self.pool = pool
    self.runner = RunnerID(runner)
    self.session = SessionID(session)
    connection = try NATSConnection.connect(NATSSettings(url: url, name: "test"))
    jetStream = JetStream(connection)
    replyTo = "_INBOX.test.\(UInt64.random(in: 0 ... .max))"
    let parser = SubjectParser(subjects)
    let made = [
      try connection.subscribe(subjects.commands(pool, self.runner)) { [commands] message in
        Self.taking("a command") {
          let (_, _, verb) = try parser.command(message.subject)
          commands.add(try WireCodec().decodeCommand(verb, message.payload))
        }
      },
      try connection.subscribe(subjects.events(pool)) { [events] message in
        Self.taking("an event") { events.add(try WireCodec().decodeEvent(message.payload)) }
      },
      try connection.subscribe(replyTo) { [answers] message in
        Self.taking("an answer") { answers.add(try WireCodec().decodeAnswer(message.payload)) }
      },
    ]
    subscriptions.withLock { $0 = made }
    try connection.flush(timeoutMs: 5_000)
  }

  deinit { connection.close() }

  private static func taking(_ what: String, _ body: () throws -> Void) {
    do { try body() } catch { Issue.record("\(what) cannot be read: \(error)") }
  }

  func announce(slots: UInt32) throws {
    try publish(.initialize(RunnerInit(session: session, version: 1, totalSlots: slots)))
  }

  func publish(_ signal: RunnerSignal) throws {
    _ = try jetStream.publish(subjects.signal(pool, runner, signal.verb), payload: WireCodec().encode(signal))
  }

  @discardableResult
  func publish(_ actor: String, _ signal: ActorSignal, wantsAnswer: Bool = false) throws -> PubAck {
    guard let verb = signal.verb else { preconditionFailure("not a signal of a client") }
    return try jetStream.publish(
      subjects.signal(pool, ActorID(actor), verb), headers: wantsAnswer ? [NATSHeader("Roost-Reply-To", replyTo)] : [],
      payload: WireCodec().encode(signal))
  }

  func ping(lastCommandIndex: CommandIndex) throws -> Pong {
    let payload = WireCodec().encode(
      ping: Ping(ts: Instant(ms: 1), session: session, lastCommandIndex: lastCommandIndex))
    let answer = try connection.request(subjects.ping(pool, runner), payload: payload, timeoutMs: 5_000)
    return try WireCodec().decodePong(answer.payload)
  }

  var starts: [StartOrder] {
    commands.all.compactMap { command in if case .start(let order) = command.body { order } else { nil } }
  }
}
