import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire
import Synchronization

/// The runner's connection: commands in; signals and pings out. Used by the runner's loop alone.
final class RunnerLink {
  private let connection: NATSConnection
  private let jetStream: JetStream
  private let subscription: NATSSubscription
  private let configuration: RunnerConfiguration
  private let subjects: Subjects
  private let parser: SubjectParser
  private let codec = WireCodec()
  private let log: Log
  private let put: @Sendable (Runner.Arrival) -> Void
  /// Nobody else has it.
  let token: String
  /// The link ends because we end it: no news.
  private let isClosing: Closing

  private final class Closing: Sendable {
    let flag = Mutex(false)
  }

  /// Connects and subscribes: both are done when it returns, so that no answer to an announcement is missed.
  init(
    _ configuration: RunnerConfiguration, log: Log, put: @escaping @Sendable (Runner.Arrival) -> Void
  ) throws(NATSError) {
    guard let subjects = Subjects(prefix: configuration.subjectPrefix) else {
      throw NATSError(.badSubject, "the prefix \(configuration.subjectPrefix) is no token of a subject")
    }
    self.configuration = configuration
    self.subjects = subjects
    self.log = log
    self.put = put
    parser = SubjectParser(subjects)
    let settings = NATSSettings(
      configuration.access, name: "roost runner \(configuration.pool) \(configuration.id)")
    let closing = Closing()
    isClosing = closing
    connection = try NATSConnection.connect(settings) { event in
      if !closing.flag.withLock({ $0 }) { Self.tell(event, log, put) }
    }
    do throws(NATSError) {
      jetStream = JetStream(connection)
      subscription = try connection.subscribe(subjects.commands(configuration.pool, configuration.id)) { message in
        if !message.isTraceOnly { put(.message(subject: message.subject, payload: message.payload)) }
      }
      token = String(connection.newInbox().split(separator: ".").last ?? "")
      try connection.flush(timeoutMs: RunnerLimits.answerMs)
    } catch {
      connection.close()
      throw error
    }
  }

  func close() {
    isClosing.flag.withLock { $0 = true }
    connection.close()
  }

  private static func tell(_ event: NATSConnectionEvent, _ log: Log, _ put: (Runner.Arrival) -> Void) {
    switch event {
    case .disconnected: log.warning("link to the broker broke")
    case .reconnected:
      log.info("link to the broker is back")
      put(.input(.linkUp))
    case .closed(let reason):
      put(.failed(RunnerError(.broker, "the broker closed the connection for good: \(reason)")))
    case .slowConsumer(let subject): log.warning("commands were dropped", [.subject: subject])
    case .trouble(let error): log.warning("trouble with the broker", [.error: error.message])
    }
  }

  /// What an arrival means; nil = nothing.
  func input(_ arrival: Runner.Arrival) throws(RunnerError) -> RunnerInput? {
    switch arrival {
    case .input(let input): return input
    case .failed(let error): throw error
    case .message(let subject, let payload):
      do throws(WireError) {
        let (_, _, verb) = try parser.command(subject)
        return .command(try codec.decodeCommand(verb, payload))
      } catch {
        log.warning("command that cannot be read is ignored", [.subject: subject, .error: error.message])
        return nil
      }
    case .pong(let session, let sentMs, let payload):
      do throws(WireError) {
        return .pong(session: session, sentMs: sentMs, try codec.decodePong(payload))
      } catch {
        log.warning("pong that cannot be read is ignored", [.error: error.message])
        return nil
      }
    }
  }

  func publish(_ signal: RunnerSignal, _ ticket: PublishTicket) {
    let subject = subjects.signal(configuration.pool, configuration.id, signal.verb)
    do throws(NATSError) {
      try jetStream.publish(subject, payload: codec.encode(signal)) { [log, put] result in
        switch result {
        case .success: put(.input(.published(ticket, isStored: true)))
        case .failure(let error):
          Self.tellUnpublished(subject, error, log)
          put(.input(.published(ticket, isStored: false)))
        }
      }
    } catch {
      Self.tellUnpublished(subject, error, log)
      put(.input(.published(ticket, isStored: false)))
    }
  }

  private static func tellUnpublished(_ subject: String, _ error: NATSError, _ log: Log) {
    log.info("not stored, trying again", [.subject: subject, .error: error.message])
  }

  /// A ping without an answer is no event: the machine counts the time since the last pong.
  func ping(_ session: SessionID, _ lastCommandIndex: CommandIndex) {
    let now = Instant(ms: LogLine.now())
    let sentMs = Monotonic.nowNs() / 1_000_000
    let payload = codec.encode(ping: Ping(ts: now, session: session, lastCommandIndex: lastCommandIndex))
    do throws(NATSError) {
      try connection.request(
        subjects.ping(configuration.pool, configuration.id), payload: payload, timeoutMs: RunnerLimits.answerMs
      ) { [put] result in
        if case .success(let answer) = result { put(.pong(session, sentMs: sentMs, payload: answer.payload)) }
      }
    } catch {
      log.debug("ping not sent", [.error: error.message])
    }
  }
}
