import RoostCore
import RoostWire

// Every error of the API that is not a `WireError`, whose reasons are codes too.

extension APIError {
  static func unknown(_ pool: PoolID) -> APIError {
    APIError(code: "unknown_pool", message: "nothing was ever stored for pool \(pool); check namespace and pool")
  }

  static func unknown(_ actor: ActorID) -> APIError {
    APIError(code: "unknown_actor", message: "no actor has the id \(actor) in this pool; create it first")
  }

  static func unknown(state: String) -> APIError {
    APIError(
      code: "unknown_state",
      message: "no state has this name; there are \(ActorState.names.joined(separator: ", "))")
  }

  static func notReady(_ reason: String) -> APIError {
    APIError(code: "not_ready", message: "the worker cannot answer now: \(reason); ask again", isRetryable: true)
  }

  /// `reason`: what is full and what to do.
  static func journalFull(_ reason: String) -> APIError {
    APIError(code: Answer.journalFull, message: "the worker decides nothing: \(reason)", isRetryable: true)
  }

  static func quarantined(_ pool: PoolID) -> APIError {
    APIError(
      code: "quarantined",
      message: "the journal is damaged where pool \(pool) is, and the pool is not served; see `roost journal verify`")
  }

  static func quarantined(_ actor: ActorID) -> APIError {
    APIError(
      code: "quarantined",
      message:
        "the journal has an entry of actor \(actor) that this version cannot read, and the actor is not served; run "
        + "the version that wrote it")
  }

  static let busy = APIError(
    code: "busy", message: "too many requests wait for the worker; ask again in a second", isRetryable: true)

  static func tooLarge(_ bytes: Int, limit: Int) -> APIError {
    APIError(
      code: "too_large",
      message: "the reply has \(bytes) bytes and the broker takes \(limit); raise its max_payload or ask for fewer rows"
    )
  }

  // MARK: - Wakes

  static let readyTimeoutTooLong = APIError(
    code: "limit:ready_timeout_ms",
    message:
      "ready_timeout_ms is over \(WorkerLimits.greatestReadyMs); for longer waits publish a wake with Roost-Reply-To")

  static func notReadyInTime(_ ms: UInt64) -> APIError {
    APIError(
      code: "ready_timeout",
      message: "the actor was not ready within \(ms) ms; its wake stands, and explain says what it waits for",
      isRetryable: true)
  }

  static func notStored(_ reason: String) -> APIError {
    APIError(
      code: "not_stored", message: "it is not known that the wake was stored: \(reason); ask again", isRetryable: true)
  }

  static let tooManyWaiters = APIError(
    code: "too_many_waiters",
    message: "the actor is being woken, but \(RoostCore.Limits.waitersPerActor) callers wait for it already; ask again",
    isRetryable: true)

  static let stopping = APIError(
    code: "not_ready", message: "the worker is being stopped; ask again, another start goes on where it ended",
    isRetryable: true)

  // MARK: - The past

  static func unreadable(_ reason: String) -> APIError {
    APIError(code: "unreadable", message: "the journal cannot be read: \(reason)", isRetryable: true)
  }
}
