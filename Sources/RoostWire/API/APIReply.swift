import RoostCore

/// The reply to an `APIRequest`.
package enum APIReply: Equatable, Sendable {
  /// The final outcome; its `replyTo` is empty.
  case wake(Answer)
  case get(ActorDescription)
  case list(ActorPage)
  case runners(RunnerPage)
  case pending(PendingPage)
  case history(HistoryPage)
  case explain(Explanation)
  /// To any request.
  case failed(APIError)

  package var error: APIError? { if case .failed(let error) = self { error } else { nil } }
}

/// Why a request has no result.
package struct APIError: Error, Equatable, Sendable, CustomStringConvertible {
  package var code: String
  /// What is wrong and what to do next.
  package var message: String
  /// The same request may succeed later.
  package var isRetryable: Bool
  package init(code: String, message: String, isRetryable: Bool = false) {
    self.code = code
    self.message = message
    self.isRetryable = isRetryable
  }
  package var description: String { "\(code): \(message)" }
}

/// An actor as it is now (ActorView on the wire).
package struct ActorDescription: Equatable, Sendable {
  package var actor: ActorID
  package var name: String
  package var key: String?
  package var crashPolicy: CrashPolicy
  /// `ActorState.name`.
  package var state: String
  package var generation: Generation
  package var crashCount: UInt32
  package var runner: RunnerID?
  package var session: SessionID?
  package var createdAt: Instant
  package var since: Instant?
  /// When the state ends by itself.
  package var until: Instant?
  package var alarm: Instant?
  /// 0 = not pending.
  package var ticket: Ticket
  /// From 1; 0 = not pending.
  package var queuePosition: UInt64
  package var pendingReason: String
  package var lastErrorCode: String
  package var lastErrorMessage: String
  package var waiters: UInt32
  package var hasRewake: Bool
  package var inputBytes: UInt64

  package init(
    actor: ActorID, name: String, key: String? = nil, crashPolicy: CrashPolicy = .sleep, state: String,
    generation: Generation = 0, createdAt: Instant
  ) {
    self.actor = actor
    self.name = name
    self.key = key
    self.crashPolicy = crashPolicy
    self.state = state
    self.generation = generation
    self.createdAt = createdAt
    (crashCount, runner, session, since, until, alarm, ticket, queuePosition) = (0, nil, nil, nil, nil, nil, 0, 0)
    (pendingReason, lastErrorCode, lastErrorMessage, waiters, hasRewake, inputBytes) = ("", "", "", 0, false, 0)
  }
}

/// A runner as it is now (RunnerView on the wire).
package struct RunnerDescription: Equatable, Sendable {
  package var runner: RunnerID
  package var session: SessionID?
  /// open, stale, draining or closed.
  package var state: String
  package var version: UInt32
  package var totalSlots: UInt32
  package var reservedSlots: UInt32
  package var pingAge: Milliseconds?
  /// When it was closed; 0 = it is open.
  package var since: Instant
  package var drainDeadline: Instant?
  package var cursors: RunnerCursors
  package var closeReason: String
  package var metadata: [MetadataEntry]
  package init(runner: RunnerID, session: SessionID? = nil, state: String, since: Instant) {
    self.runner = runner
    self.session = session
    self.state = state
    self.since = since
    (version, totalSlots, reservedSlots, pingAge, drainDeadline) = (0, 0, 0, nil, nil)
    (cursors, closeReason, metadata) = (RunnerCursors(), "", [])
  }
}
