import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import RoostWorker
import Synchronization

/// Answers signals as it was told to, so that what the command line prints does not depend on a machine's decisions.
final class ScriptedWorker: Sendable {
  /// An answer without what only the moment knows.
  enum Line: Sendable {
    case accepted(state: String, final: Bool)
    case pending(UInt64)
    case held
    case ready
    case sleeping
    case timedOut
    case rejected(String)
  }

  private struct State {
    var scripts: [String: [[Line]]] = [:]
    var signals: [ActorSignal] = []
    var lastSequence: StreamSequence = 0
    /// What `get` finds, one after the other; the last one stays.
    var actors: [ActorDescription?] = []
    /// Answers before all else where it is not nil.
    var answerer: (@Sendable (APIRequest) -> APIReply?)?
    /// What it names as a NATS service.
    var statistics: [UInt8]?
    /// What `history` finds, newest first.
    var history: [HistoryEntry] = []
    var subscriptions: [NATSSubscription] = []
  }

  private let connection: NATSConnection
  private let state = Mutex(State())

  /// The stream is empty when it starts: it counts sequences by itself.
  init(_ broker: Broker) throws {
    connection = try NATSConnection.connect(NATSSettings(url: broker.url, name: "scripted worker"))
    let subjects = Subjects()
    let signals = try connection.subscribe(subjects.allSignals) { [weak self] in self?.received($0) }
    let requests = try connection.subscribe(subjects.allRequests) { [weak self] in self?.asked($0) }
    let discovery = try connection.subscribe(Discovery.statistics) { [weak self] message in
      guard let self, let reply = message.reply, let bytes = state.withLock({ $0.statistics }) else { return }
      publish(bytes, to: reply)
    }
    state.withLock { $0.subscriptions = [signals, requests, discovery] }
    try connection.flush(timeoutMs: 5_000)
  }

  deinit { connection.close() }

  /// What the next signal `VERB.ACTOR`, or `VERB` of the pool, that has no script yet is answered; the last script of a signal stays.
  func script(_ signal: String, _ lines: [Line]) { state.withLock { $0.scripts[signal, default: []].append(lines) } }

  func setActor(_ actor: ActorDescription) { script(actors: [actor]) }

  func script(actors: [ActorDescription?]) { state.withLock { $0.actors = actors } }

  func setHistory(_ entries: [HistoryEntry]) { state.withLock { $0.history = entries } }

  func answer(_ answerer: @escaping @Sendable (APIRequest) -> APIReply?) { state.withLock { $0.answerer = answerer } }

  func name(_ pools: [String]) {
    state.withLock { $0.statistics = Self.statistics(pools, total: Int64(pools.count)) }
  }

  /// What a worker with these pools says as a NATS service, as far as a list of pools reads it.
  static func statistics(_ pools: [String], total: Int64) -> [UInt8] {
    let data = JSONValue.object(["pools": .array(pools.map { .string($0) }), "pools_total": .int(total)])
    let endpoint = JSONValue.object(["subject": .string(Subjects().requests(.explain)), "data": data])
    return Array(JSONValue.object(["endpoints": .array([endpoint])]).text.utf8)
  }

  var signals: [ActorSignal] { state.withLock { $0.signals } }

  private func received(_ message: NATSMessage) {
    let tokens = message.subject.split(separator: ".").map { String($0) }
    guard let replyTo = message.header("Roost-Reply-To") else { return }
    // roost.signal.NS.POOL.actor.ACTOR.VERB, or roost.signal.NS.POOL.pool.VERB
    let actor = tokens[4] == "actor" ? ActorID(tokens[5]) : nil
    let signal = actor.map { "\(tokens[6]).\($0)" } ?? tokens[5]
    let (sequence, lines) = state.withLock { state -> (StreamSequence, [Line]) in
      state.lastSequence += 1
      guard let scripts = state.scripts[signal], let first = scripts.first else { return (state.lastSequence, []) }
      if scripts.count > 1 { state.scripts[signal] = Array(scripts.dropFirst()) }
      return (state.lastSequence, first)
    }
    keep(message)
    let codec = WireCodec()
    for line in lines {
      publish(codec.encode(answer: line.answer(actor, sequence)), to: replyTo)
    }
  }

  private func keep(_ message: NATSMessage) {
    do {
      let subject = try SubjectParser(Subjects()).signal(message.subject)
      let signal = try WireCodec().decodeSignal(
        SignalMessage(subject: subject, sequence: 1, storedAt: Instant(ms: 0)), payload: message.payload)
      if case .actor(_, let body) = signal.body { state.withLock { $0.signals.append(body) } }
    } catch {
      fatalError("the command line published what is no signal: \(error)")
    }
  }

  private func asked(_ message: NATSMessage) {
    guard let reply = message.reply else { return }
    if let answer = answer(to: message) { return publish(WireCodec().encode(answer), to: reply) }
    if message.subject.hasSuffix(".history") {
      return publish(WireCodec().encode(.history(history(message.payload))), to: reply)
    }
    guard message.subject.hasSuffix(".get") else { return }
    do {
      let codec = WireCodec()
      let actor = state.withLock { state in
        state.actors.count > 1 ? state.actors.removeFirst() : state.actors.first ?? nil
      }
      if case .get(let id) = try codec.decodeRequest(.get, message.payload), let actor, actor.actor == id {
        publish(codec.encode(.get(actor)), to: reply)
      } else {
        let error = APIError(code: "unknown_actor", message: "there is no such actor in this pool; create it first")
        publish(codec.encode(.failed(error)), to: reply)
      }
    } catch {
      fatalError("the command line asked what is no request: \(error)")
    }
  }

  private func answer(to message: NATSMessage) -> APIReply? {
    guard let answerer = state.withLock({ $0.answerer }) else { return nil }
    do {
      let verb = try SubjectParser(Subjects()).api(message.subject).1
      return answerer(try WireCodec().decodeRequest(verb, message.payload))
    } catch {
      fatalError("the command line asked what is no request: \(error)")
    }
  }

  /// Page by page, as a worker tells it.
  private func history(_ payload: [UInt8]) -> HistoryPage {
    do {
      guard case .history(let request) = try WireCodec().decodeRequest(.history, payload) else {
        return HistoryPage(entries: [])
      }
      let older = state.withLock { $0.history }.filter { request.beforeRecord == 0 || $0.record < request.beforeRecord }
      let told = Array(older.prefix(Int(request.limit)))
      return HistoryPage(entries: told, nextRecord: told.count < older.count ? told.last?.record ?? 0 : 0)
    } catch {
      fatalError("the command line asked what is no request: \(error)")
    }
  }

  private func publish(_ payload: [UInt8], to subject: String) {
    do {
      try connection.publish(subject, payload: payload)
    } catch {
      fatalError("the scripted worker cannot answer: \(error)")
    }
  }
}

extension ScriptedWorker.Line {
  fileprivate func answer(_ actor: ActorID?, _ sequence: StreamSequence) -> Answer {
    switch self {
    case .accepted(let state, let isFinal):
      Answer(replyTo: "", outcome: .accepted, state: state, isFinal: isFinal, actor: actor, sequence: sequence)
    case .pending(let position):
      Answer(
        replyTo: "", outcome: .pending, state: "pending", reason: "newest_full", queuePosition: position,
        isFinal: false, actor: actor, sequence: sequence)
    case .held:
      Answer(
        replyTo: "", outcome: .pending, reason: Answer.journalFull, isFinal: false, actor: actor, sequence: sequence)
    case .ready:
      Answer(
        replyTo: "", outcome: .ready, state: "running", runner: RunnerID("r1"), generation: 2, isFinal: true,
        actor: actor, sequence: sequence)
    case .sleeping:
      Answer(
        replyTo: "", outcome: .sleeping, state: "sleeping", isFinal: true, actor: actor, sequence: sequence)
    case .timedOut:
      Answer(
        replyTo: "", outcome: .timedOut, state: "sleeping", reason: "newest_full", isFinal: true, actor: actor,
        sequence: sequence)
    case .rejected(let reason):
      Answer(replyTo: "", outcome: .rejected, reason: reason, isFinal: true, actor: actor, sequence: sequence)
    }
  }
}
