import CRoostProtos
import RoostCore

extension WireCodec {
  /// The payload of roost.api.NS.POOL.VERB; the verb is `request.verb`.
  package func encode(_ request: APIRequest) -> [UInt8] {
    switch request {
    case .wake(let request): return encode(request)
    case .list(let request): return encode(request)
    case .runners(let request): return encode(request)
    case .pending(let request): return encode(request)
    case .history(let request): return encode(request)
    case .get(let actor):
      writing.reset()
      let message = writing.make(Roost__V1__GetRequest.self)
      message.pointee.actor_id = writing.copy(actor.text)
      return pack(message)
    case .explain(let actor):
      writing.reset()
      let message = writing.make(Roost__V1__ExplainRequest.self)
      if let actor { message.pointee.actor_id = writing.copy(actor.text) }
      return pack(message)
    }
  }

  /// What is asked. An error's reason is the code of the reply.
  package func decodeRequest(_ verb: APIVerb, _ payload: UnsafeRawBufferPointer) throws(WireError) -> APIRequest {
    switch verb {
    case .wake: return .wake(try decode(WakeRequest.self, from: payload))
    case .list: return .list(try decode(ListRequest.self, from: payload))
    case .runners: return .runners(try decode(RunnersRequest.self, from: payload))
    case .pending: return .pending(try decode(PendingRequest.self, from: payload))
    case .history: return .history(try decode(HistoryRequest.self, from: payload))
    case .get:
      let message = try unpack(Roost__V1__GetRequest.self, payload, in: reading).pointee
      return .get(ActorID(try message.actor_id.identifier("GetRequest.actor_id")))
    case .explain:
      let message = try unpack(Roost__V1__ExplainRequest.self, payload, in: reading).pointee
      return .explain(try message.actor_id.optionalIdentifier("ExplainRequest.actor_id").map { ActorID($0) })
    }
  }

  /// As above, from an array.
  package func decodeRequest(_ verb: APIVerb, _ payload: [UInt8]) throws(WireError) -> APIRequest {
    try payload.withBytes { bytes throws(WireError) in try decodeRequest(verb, bytes) }
  }
}

extension WakeRequest: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__WakeRequest, in arena: Arena) {
    message.actor_id = arena.copy(actor.text)
    // `none` is said by an override that is there and not set.
    message.allocation_override = override.map { $0.wire(in: arena) ?? arena.make(Roost__V1__AllocationOverride.self) }
    if let readyTimeoutMs {
      message.has_ready_timeout_ms_case = ROOST__V1__WAKE_REQUEST__HAS_READY_TIMEOUT_MS_READY_TIMEOUT_MS
      message.ready_timeout_ms = readyTimeoutMs
    }
  }

  init(from message: Roost__V1__WakeRequest) throws(WireError) {
    self.init(
      actor: ActorID(try message.actor_id.identifier("WakeRequest.actor_id")),
      override: message.allocation_override.map { Wake.AllocationOverride(wire: $0) },
      readyTimeoutMs: message.has_ready_timeout_ms_case.rawValue != 0 ? message.ready_timeout_ms : nil)
  }
}

extension ListRequest: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__ListRequest, in arena: Arena) {
    message.state = arena.copy(state)
    message.name = arena.copy(name)
    if let key {
      message.has_key_case = ROOST__V1__LIST_REQUEST__HAS_KEY_KEY
      message.key = arena.copy(key)
    }
    if let runner { message.runner_id = arena.copy(runner.text) }
    message.limit = limit
    message.after = arena.copy(after)
    message.name_prefix = arena.copy(namePrefix)
  }

  init(from message: Roost__V1__ListRequest) throws(WireError) {
    self.init(
      state: try message.state.text("ListRequest.state"), name: try message.name.text("ListRequest.name"),
      namePrefix: try message.name_prefix.text("ListRequest.name_prefix"),
      key: message.has_key_case.rawValue != 0 ? try message.key.text("ListRequest.key") : nil,
      runner: try message.runner_id.optionalIdentifier("ListRequest.runner_id").map { RunnerID($0) },
      limit: message.limit, after: try message.after.text("ListRequest.after"))
  }
}

extension RunnersRequest: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__RunnersRequest, in arena: Arena) {
    message.limit = limit
    message.after = arena.copy(after)
  }

  init(from message: Roost__V1__RunnersRequest) throws(WireError) {
    self.init(limit: message.limit, after: try message.after.text("RunnersRequest.after"))
  }
}

extension PendingRequest: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__PendingRequest, in arena: Arena) {
    message.limit = limit
    message.after_ticket = afterTicket
  }

  init(from message: Roost__V1__PendingRequest) {
    self.init(limit: message.limit, afterTicket: message.after_ticket)
  }
}

extension HistoryRequest: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__HistoryRequest, in arena: Arena) {
    message.actor_id = arena.copy(actor.text)
    message.limit = limit
    message.before_journal_sequence = beforeRecord
  }

  init(from message: Roost__V1__HistoryRequest) throws(WireError) {
    self.init(
      actor: ActorID(try message.actor_id.identifier("HistoryRequest.actor_id")), limit: message.limit,
      beforeRecord: message.before_journal_sequence)
  }
}
