import RoostCore
import RoostTelemetry
import RoostWire

// Questions to the worker. They are answered after the commit, so what is told is durable.

extension Loop {
  /// Answers what this turn has time for; the rest waits for the next ones.
  func answer(requests: inout [Inquiry]) {
    for inquiry in questions.take(&requests) { reply(.failed(.busy), to: inquiry) }
    var rows = WorkerLimits.listedRows
    while let inquiry = questions.first {
      switch answer(inquiry, rows: &rows) {
      case .now(let reply): self.reply(reply, to: inquiry)
      case .none: break
      case .nextTurn: return
      }
      questions.removeFirst()
    }
  }

  enum Response {
    case now(APIReply)
    /// Nobody waits for one, or another worker has the pool.
    case none
    /// The question stays where it is, and those behind it too.
    case nextTurn
  }

  private func answer(_ inquiry: Inquiry, rows: inout Int) -> Response {
    guard inquiry.replyTo != nil else { return .none }
    do throws(WireError) {
      let (pool, verb) = try parser.api(inquiry.subject)
      guard settings.serves(pool) else { return .none }
      let request = try inquiry.payload.withBytes { bytes throws(WireError) in try codec.decodeRequest(verb, bytes) }
      if let error = obstacle(to: pool) { return .now(.failed(error)) }
      // The first of a turn is answered whatever it costs, and none costs more than a turn has.
      let cost = min(request.rows, WorkerLimits.listedRows)
      guard cost <= rows else { return .nextTurn }
      rows -= cost
      return answer(request, in: pool)
    } catch {
      if let pool = error.pool, !settings.serves(pool) { return .none }
      return .now(.failed(APIError(code: error.reason.rawValue, message: error.message)))
    }
  }

  private func obstacle(to pool: PoolID) -> APIError? {
    if isHeld { return .diskFull(heldReason) }
    if !hasBeenReady && !hasCaughtUp { return .notReady(health.reason) }
    if isQuarantined(pool) { return .quarantined(pool) }
    return nil
  }

  private func reply(_ reply: APIReply, to inquiry: Inquiry) {
    guard let replyTo = inquiry.replyTo else { return }
    metrics.add(.apiRequests)
    var payload = codec.encode(reply)
    if payload.count > link.maxMessageBytes {
      payload = codec.encode(.failed(.tooLarge(payload.count, limit: link.maxMessageBytes)))
    }
    link.reply(to: replyTo, payload: payload)
  }

  private func answer(_ request: APIRequest, in pool: PoolID) -> Response {
    switch request {
    case .get(let actor): return .now(get(actor, in: pool))
    case .list(let request): return list(request, in: pool)
    case .runners(let request): return .now(list(request, in: pool))
    case .pending(let request): return .now(list(request, in: pool))
    case .explain(let actor): return .now(explain(actor, in: pool))
    case .wake, .history: return .now(.failed(.notImplemented(request.verb)))
    }
  }
}

extension Loop {
  private func get(_ actor: ActorID, in pool: PoolID) -> APIReply {
    guard let view = machine.reading(pool, { $0.actorView(actor) }) else { return .failed(.unknown(pool)) }
    guard let view else { return .failed(.unknown(actor)) }
    return .get(ActorDescription(view))
  }
}

extension Loop {
  private func explain(_ actor: ActorID?, in pool: PoolID) -> APIReply {
    guard let outlook = machine.reading(pool, { $0.outlook }) else { return .failed(.unknown(pool)) }
    let explaining = Explaining(pool: pool, outlook: outlook, now: clock.clock(at: turnNs))
    guard let actor else { return .explain(explaining.explanation(of: nil)) }
    guard let view = machine.reading(pool, { $0.actorView(actor) }) ?? nil else { return .failed(.unknown(actor)) }
    return .explain(explaining.explanation(of: ActorDescription(view)))
  }
}

extension APIRequest {
  /// What it costs a turn of the loop, in listed rows.
  fileprivate var rows: Int {
    switch self {
    case .list(let request): request.filter.isEmpty ? Self.rows(request.limit) : Int(Self.greatestLimit)
    case .runners(let request): Self.rows(request.limit)
    case .pending(let request): Self.rows(request.limit)
    // It goes over the runners of the pool.
    case .explain: 100
    case .wake, .get, .history: 1
    }
  }

  /// Rows of a reply.
  static func rows(_ limit: UInt32) -> Int { Int(limit == 0 ? defaultLimit : min(limit, greatestLimit)) }
}
