import RoostCore
import RoostTelemetry
import RoostWire

// Questions to the worker. They are answered after the commit, so what is told is durable.

extension Loop {
  /// Answers what this turn has time for; the rest waits for the next ones.
  func answer(requests: inout [Inquiry]) {
    for inquiry in questions.take(&requests) { reply(.failed(.busy), to: inquiry, since: turnNs) }
    var rows = WorkerLimits.listedRows
    while rows > 0, let inquiry = questions.first {
      let sinceNs = clocks.monotonicNs()
      switch answer(inquiry, rows: &rows) {
      case .now(let reply): self.reply(reply, to: inquiry, since: sinceNs)
      case .later, .none: break
      case .nextTurn: return
      }
      questions.removeFirst()
    }
  }

  enum Response {
    case now(APIReply)
    /// It is under way.
    case later
    /// Nobody waits for one, it was sent, or another worker has the pool.
    case none
    /// The question stays where it is, and those behind it too.
    case nextTurn
  }

  private func answer(_ inquiry: Inquiry, rows: inout Int) -> Response {
    guard let replyTo = inquiry.replyTo else { return .none }
    if Discovery.isAsked(on: inquiry.subject) {
      rows -= WorkerLimits.smallRows
      let face = discovery.reply(
        to: inquiry.subject, pools: machine.poolIDs, greatestBytes: link.maxMessageBytes)
      if let face { link.reply(to: replyTo, payload: face) }
      return .none
    }
    do throws(WireError) {
      let (pool, verb) = try parser.api(inquiry.subject)
      guard settings.serves(pool) else { return .none }
      let request = try inquiry.payload.withBytes { bytes throws(WireError) in try codec.decodeRequest(verb, bytes) }
      if let error = obstacle(to: pool) { return .now(.failed(error)) }
      // The first of a turn is answered whatever it costs, and none costs more than a turn has.
      let cost = min(request.rows, WorkerLimits.listedRows)
      guard cost <= rows else { return .nextTurn }
      rows -= cost
      return answer(request, in: pool, for: inquiry)
    } catch {
      if let pool = error.pool, !settings.serves(pool) { return .none }
      rows -= 1
      return .now(.failed(APIError(code: error.reason.rawValue, message: error.message)))
    }
  }

  private func obstacle(to pool: PoolID) -> APIError? {
    if isHeld { return .journalFull(heldReason) }
    if !hasBeenReady && !hasCaughtUp { return .notReady(health.reason) }
    if isQuarantined(pool) { return .quarantined(pool) }
    return nil
  }

  /// `sinceNs`: when it was taken in hand.
  func reply(_ reply: APIReply, to inquiry: Inquiry, since sinceNs: Int64) {
    guard let replyTo = inquiry.replyTo else { return }
    metrics.add(.apiRequests)
    if let verb = APIVerb(rawValue: inquiry.subject.split(separator: ".").last.map(String.init) ?? "") {
      discovery.count(verb, reply.error, ns: clocks.monotonicNs() - sinceNs)
    }
    var payload = codec.encode(reply)
    if payload.count > link.maxMessageBytes {
      payload = codec.encode(.failed(.tooLarge(payload.count, limit: link.maxMessageBytes)))
    }
    link.reply(to: replyTo, payload: payload)
  }

  private func answer(_ request: APIRequest, in pool: PoolID, for inquiry: Inquiry) -> Response {
    switch request {
    case .get(let actor): return .now(get(actor, in: pool))
    case .list(let request): return list(request, in: pool)
    case .runners(let request): return .now(list(request, in: pool))
    case .pending(let request): return .now(list(request, in: pool))
    case .explain(let actor): return .now(explain(actor, in: pool))
    case .wake(let request): return wake(request, in: pool, for: inquiry)
    case .history(let request): return history(request, in: pool, for: inquiry)
    }
  }
}

extension Loop {
  private func get(_ actor: ActorID, in pool: PoolID) -> APIReply {
    if quarantine.contains(actor, in: pool) { return .failed(.quarantined(actor)) }
    guard let view = machine.reading(pool, { $0.actorView(actor) }) else { return .failed(.unknown(pool)) }
    guard let view else { return .failed(.unknown(actor)) }
    return .get(ActorDescription(view))
  }
}

extension Loop {
  /// Of actors whose record is gone, too: the journal may still tell of them.
  private func history(_ request: HistoryRequest, in pool: PoolID, for inquiry: Inquiry) -> Response {
    guard machine.reading(pool, { _ in true }) ?? false else { return .now(.failed(.unknown(pool))) }
    let question = HistoryQuestion(
      pool: pool, request: request, inquiry: inquiry, startNs: turnNs, segments: journal.places,
      through: journal.lastIndex, greatestBytes: link.maxMessageBytes - WorkerLimits.pageOverheadBytes)
    return recounting?.recount(question) ?? false ? .later : .now(.failed(.busy))
  }

  private func explain(_ actor: ActorID?, in pool: PoolID) -> APIReply {
    guard let outlook = machine.reading(pool, { $0.outlook }) else { return .failed(.unknown(pool)) }
    let explaining = Explaining(pool: pool, outlook: outlook, now: clock.clock(at: turnNs))
    guard let actor else {
      var explanation = explaining.explanation(of: nil)
      explanation.pool = machine.reading(pool) { PoolDescription($0, outlook) }
      return .explain(explanation)
    }
    if quarantine.contains(actor, in: pool) { return .failed(.quarantined(actor)) }
    guard let view = machine.reading(pool, { $0.actorView(actor) }) ?? nil else { return .failed(.unknown(actor)) }
    return .explain(explaining.explanation(of: ActorDescription(view)))
  }
}

extension APIRequest {
  /// What it costs a turn of the loop, in listed rows.
  fileprivate var rows: Int {
    switch self {
    case .list(let request): request.filter.isEmpty ? Self.rows(request.limit) : Int(Self.greatestLimit)
    // All runners of the pool are put in order.
    case .runners: WorkerLimits.listedRows
    case .pending(let request): max(Self.rows(request.limit), WorkerLimits.smallRows)
    case .explain: WorkerLimits.explainRows
    case .wake, .get, .history: WorkerLimits.smallRows
    }
  }

  /// Rows of a reply.
  static func rows(_ limit: UInt32) -> Int { Int(limit == 0 ? defaultLimit : min(limit, greatestLimit)) }
}
