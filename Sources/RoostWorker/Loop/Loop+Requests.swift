import RoostCore
import RoostTelemetry
import RoostWire

// Questions to the worker. They are answered after the commit, so what is told is durable.

extension Loop {
  func answer(request inquiry: Inquiry) {
    guard let replyTo = inquiry.replyTo else { return }
    metrics.add(.apiRequests)
    let reply: APIReply
    do throws(WireError) {
      let (pool, verb) = try parser.api(inquiry.subject)
      guard settings.serves(pool) else { return }
      let request = try inquiry.payload.withBytes { bytes throws(WireError) in try codec.decodeRequest(verb, bytes) }
      // The machine is ahead of the journal by what is held.
      reply = isHeld ? .failed(.held(heldReason)) : answer(request, in: pool)
    } catch {
      reply = .failed(APIError(code: error.reason.rawValue, message: error.message))
    }
    link.reply(to: replyTo, payload: codec.encode(reply))
  }

  private func answer(_ request: APIRequest, in pool: PoolID) -> APIReply {
    switch request {
    case .get(let actor):
      guard let view = machine.reading(pool, { $0.actorView(actor) }) else { return .failed(.unknown(pool)) }
      guard let view else { return .failed(.unknown(actor)) }
      return .get(ActorDescription(view))
    case .wake, .list, .runners, .pending, .history, .explain:
      return .failed(.notImplemented(request.verb))
    }
  }
}

extension APIError {
  fileprivate static func unknown(_ pool: PoolID) -> APIError {
    APIError(code: "unknown_pool", message: "nothing was ever stored for pool \(pool); check namespace and pool")
  }

  fileprivate static func unknown(_ actor: ActorID) -> APIError {
    APIError(code: "unknown_actor", message: "no actor has the id \(actor) in this pool; create it first")
  }

  fileprivate static func held(_ reason: String) -> APIError {
    APIError(code: Answer.journalFull, message: "\(reason); ask again then", isRetryable: true)
  }

  fileprivate static func notImplemented(_ verb: APIVerb) -> APIError {
    APIError(code: "not_implemented", message: "this version does not answer \(verb.rawValue) yet; use get")
  }
}
