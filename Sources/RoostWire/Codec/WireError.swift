import RoostCore

/// Why bytes are not a message. Says which rule they break, never the bytes themselves.
package struct WireError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The word that stands in `Roost-Dead-Reason`, in answers and in metrics.
  package enum Reason: String, Sendable, CaseIterable {
    /// Not protobuf, or a field without which the message means nothing is missing.
    case undecodable
    /// A string with bytes that are not UTF-8, or with a NUL.
    case notUTF8 = "not_utf8"
    /// A subject that does not have the tokens of its kind.
    case malformedSubject = "malformed_subject"
    /// A namespace or pool that is not `[a-z0-9][a-z0-9-]{0,31}`.
    case malformedPool = "malformed_pool"
    /// An actor or runner id that is not `[A-Za-z0-9_-]{1,64}`.
    case malformedID = "malformed_id"
    /// The last token of the subject is no verb of that kind of subject.
    case unknownVerb = "unknown_verb"
    /// A number that stands for nothing this version knows, or a field that only a newer version has.
    case unknownValue = "unknown_value"
    /// Decoding it would take more memory than one message may.
    case tooLarge = "too_large"
  }

  package var reason: Reason
  /// For people: the rule, the field, and what to do next.
  package var message: String
  /// The pool, where the subject named one.
  package var pool: PoolID?

  package init(_ reason: Reason, _ message: String, pool: PoolID? = nil) {
    self.reason = reason
    self.message = message
    self.pool = pool
  }

  package var description: String { "\(reason.rawValue): \(message)" }

  static func missing(_ field: StaticString) -> WireError {
    WireError(.undecodable, "\(field) is missing; an empty payload is valid only where the protocol says so")
  }
}
