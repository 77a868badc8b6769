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
  static func diskFull(_ reason: String) -> APIError {
    APIError(code: "disk_full", message: "the worker decides nothing: \(reason)", isRetryable: true)
  }

  static func quarantined(_ pool: PoolID) -> APIError {
    APIError(
      code: "quarantined",
      message: "the journal is damaged where pool \(pool) is, and the pool is not served; see `roost journal verify`")
  }

  static let busy = APIError(
    code: "busy", message: "too many requests wait for the worker; ask again in a second", isRetryable: true)

  static func tooLarge(_ bytes: Int, limit: Int) -> APIError {
    APIError(
      code: "too_large",
      message: "the reply has \(bytes) bytes and the broker takes \(limit); raise its max_payload or ask for fewer rows"
    )
  }

  static func notImplemented(_ verb: APIVerb) -> APIError {
    APIError(code: "not_implemented", message: "this version does not answer \(verb.rawValue) yet; use get")
  }
}
