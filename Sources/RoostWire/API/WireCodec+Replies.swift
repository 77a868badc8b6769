import CRoostProtos
import RoostCore

extension WireCodec {
  /// The payload of a reply.
  package func encode(_ reply: APIReply) -> [UInt8] {
    writing.reset()
    switch reply {
    case .wake(let answer):
      let message = writing.make(Roost__V1__WakeReply.self)
      message.pointee.outcome = writing.build(answer)
      return pack(message)
    case .get(let actor):
      let message = writing.make(Roost__V1__GetReply.self)
      message.pointee.actor = writing.build(actor)
      return pack(message)
    case .list(let page):
      let message = writing.make(Roost__V1__ListReply.self)
      (message.pointee.n_actors, message.pointee.actors) = writing.list(page.actors)
      message.pointee.next = writing.copy(page.next)
      message.pointee.total = page.total
      return pack(message)
    case .runners(let page):
      let message = writing.make(Roost__V1__RunnersReply.self)
      (message.pointee.n_runners, message.pointee.runners) = writing.list(page.runners)
      message.pointee.next = writing.copy(page.next)
      message.pointee.total = page.total
      return pack(message)
    case .pending(let page):
      let message = writing.make(Roost__V1__PendingReply.self)
      (message.pointee.n_actors, message.pointee.actors) = writing.list(page.entries)
      message.pointee.next_ticket = page.nextTicket
      message.pointee.total = page.total
      message.pointee.reason = writing.copy(page.reason)
      return pack(message)
    case .history(let page):
      let message = writing.make(Roost__V1__HistoryReply.self)
      (message.pointee.n_entries, message.pointee.entries) = writing.list(page.entries)
      message.pointee.next_journal_sequence = page.nextRecord
      return pack(message)
    case .explain(let explanation):
      let message = writing.make(Roost__V1__ExplainReply.self)
      message.pointee.actor = explanation.actor.map { writing.build($0) }
      message.pointee.pool = explanation.pool.map { writing.build($0) }
      message.pointee.summary = writing.copy(explanation.summary)
      (message.pointee.n_facts, message.pointee.facts) = writing.list(texts: explanation.facts)
      (message.pointee.n_remedies, message.pointee.remedies) = writing.list(texts: explanation.remedies)
      return pack(message)
    case .failed(let error):
      // The error is field 15 of every reply, so these bytes are right for all of them.
      let message = writing.make(Roost__V1__GetReply.self)
      message.pointee.error = writing.build(error)
      return pack(message)
    }
  }

  /// The reply to a request with this verb.
  package func decodeReply(_ verb: APIVerb, _ payload: [UInt8]) throws(WireError) -> APIReply {
    try payload.withBytes { bytes throws(WireError) in try reply(verb, bytes) }
  }

  private func reply(_ verb: APIVerb, _ payload: UnsafeRawBufferPointer) throws(WireError) -> APIReply {
    switch verb {
    case .wake:
      let message = try unpack(Roost__V1__WakeReply.self, payload, in: reading).pointee
      if let error = message.error?.pointee { return .failed(try APIError(from: error)) }
      guard let outcome = message.outcome?.pointee else { throw .missing("WakeReply.outcome") }
      return .wake(try Answer(from: outcome))
    case .get:
      let message = try unpack(Roost__V1__GetReply.self, payload, in: reading).pointee
      if let error = message.error?.pointee { return .failed(try APIError(from: error)) }
      guard let actor = message.actor?.pointee else { throw .missing("GetReply.actor") }
      return .get(try ActorDescription(from: actor))
    case .list:
      let message = try unpack(Roost__V1__ListReply.self, payload, in: reading).pointee
      if let error = message.error?.pointee { return .failed(try APIError(from: error)) }
      return .list(
        ActorPage(
          actors: try [ActorDescription](from: message.actors, count: message.n_actors),
          next: try message.next.text("ListReply.next"), total: message.total))
    case .runners:
      let message = try unpack(Roost__V1__RunnersReply.self, payload, in: reading).pointee
      if let error = message.error?.pointee { return .failed(try APIError(from: error)) }
      return .runners(
        RunnerPage(
          runners: try [RunnerDescription](from: message.runners, count: message.n_runners),
          next: try message.next.text("RunnersReply.next"), total: message.total))
    case .pending:
      let message = try unpack(Roost__V1__PendingReply.self, payload, in: reading).pointee
      if let error = message.error?.pointee { return .failed(try APIError(from: error)) }
      return .pending(
        PendingPage(
          entries: try [PendingEntry](from: message.actors, count: message.n_actors), nextTicket: message.next_ticket,
          total: message.total, reason: try message.reason.text("PendingReply.reason")))
    case .history:
      let message = try unpack(Roost__V1__HistoryReply.self, payload, in: reading).pointee
      if let error = message.error?.pointee { return .failed(try APIError(from: error)) }
      return .history(
        HistoryPage(
          entries: try [HistoryEntry](from: message.entries, count: message.n_entries),
          nextRecord: message.next_journal_sequence))
    case .explain:
      let message = try unpack(Roost__V1__ExplainReply.self, payload, in: reading).pointee
      if let error = message.error?.pointee { return .failed(try APIError(from: error)) }
      return .explain(
        Explanation(
          actor: try message.actor.map { actor throws(WireError) in try ActorDescription(from: actor.pointee) },
          pool: try message.pool.map { pool throws(WireError) in try PoolDescription(from: pool.pointee) },
          summary: try message.summary.text("ExplainReply.summary"),
          facts: try [String](texts: message.facts, count: message.n_facts, "ExplainReply.facts"),
          remedies: try [String](texts: message.remedies, count: message.n_remedies, "ExplainReply.remedies")))
    }
  }
}

extension APIError: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__ApiError, in arena: Arena) {
    message.code = arena.copy(code)
    message.message = arena.copy(self.message)
    message.retryable = isRetryable ? 1 : 0
  }

  init(from message: Roost__V1__ApiError) throws(WireError) {
    self.init(
      code: try message.code.text("ApiError.code"), message: try message.message.text("ApiError.message"),
      isRetryable: message.retryable != 0)
  }
}
