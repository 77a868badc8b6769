import RoostCore

/// A question on roost.api.NS.POOL.VERB. The pool is the subject's.
package enum APIRequest: Equatable, Sendable {
  /// Wake an actor and wait until it is ready.
  case wake(WakeRequest)
  case get(ActorID)
  case list(ListRequest)
  case runners(RunnersRequest)
  case pending(PendingRequest)
  case history(HistoryRequest)
  /// Why is the actor where it is, and what would move it? nil: what would become of one that is woken now?
  case explain(ActorID?)

  package var verb: APIVerb {
    switch self {
    case .wake: .wake
    case .get: .get
    case .list: .list
    case .runners: .runners
    case .pending: .pending
    case .history: .history
    case .explain: .explain
    }
  }
}

package struct WakeRequest: Equatable, Sendable {
  package var actor: ActorID
  /// nil = dontSleep with the gateway's pending timeout.
  package var override: Wake.AllocationOverride?
  /// nil = the gateway's ready wait beyond the pending timeout.
  package var readyTimeoutMs: UInt64?
  package init(actor: ActorID, override: Wake.AllocationOverride? = nil, readyTimeoutMs: UInt64? = nil) {
    self.actor = actor
    self.override = override
    self.readyTimeoutMs = readyTimeoutMs
  }
}

package struct ListRequest: Equatable, Sendable {
  /// The name of a state (`ActorState.name`); empty = any.
  package var state: String
  /// Empty = any.
  package var name: String
  package var namePrefix: String
  package var key: String?
  package var runner: RunnerID?
  /// 0 = the default.
  package var limit: UInt32
  /// Only ids after this one; empty = from the first.
  package var after: String
  package init(
    state: String = "", name: String = "", namePrefix: String = "", key: String? = nil, runner: RunnerID? = nil,
    limit: UInt32 = 0, after: String = ""
  ) {
    self.state = state
    self.name = name
    self.namePrefix = namePrefix
    self.key = key
    self.runner = runner
    self.limit = limit
    self.after = after
  }
}

package struct RunnersRequest: Equatable, Sendable {
  /// 0 = the default.
  package var limit: UInt32
  /// Only ids after this one; empty = from the first.
  package var after: String
  package init(limit: UInt32 = 0, after: String = "") {
    self.limit = limit
    self.after = after
  }
}

package struct PendingRequest: Equatable, Sendable {
  /// 0 = the default.
  package var limit: UInt32
  /// Only tickets after this one; 0 = from the head of the queue.
  package var afterTicket: Ticket
  package init(limit: UInt32 = 0, afterTicket: Ticket = 0) {
    self.limit = limit
    self.afterTicket = afterTicket
  }
}

package struct HistoryRequest: Equatable, Sendable {
  package var actor: ActorID
  /// 0 = the default.
  package var limit: UInt32
  /// Only records before this one; 0 = from the newest.
  package var beforeRecord: RecordIndex
  package init(actor: ActorID, limit: UInt32 = 0, beforeRecord: RecordIndex = 0) {
    self.actor = actor
    self.limit = limit
    self.beforeRecord = beforeRecord
  }
}

extension APIRequest {
  /// Rows per reply: what nobody asked for, and the most one turn of the loop may list.
  package static let defaultLimit: UInt32 = 100
  package static let greatestLimit: UInt32 = 1_000
}
