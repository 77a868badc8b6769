/// How long an actor without a slot waits for one. `none` < `dontSleep(until)`, a later one stronger < without limit.
package enum Override: Equatable, Sendable {
  case none
  /// nil = without limit.
  case dontSleep(until: Instant?)

  /// The stronger of the two.
  package func joined(_ other: Override) -> Override {
    switch (self, other) {
    case (.none, _): other
    case (_, .none): self
    case (.dontSleep(until: nil), _), (_, .dontSleep(until: nil)): .dontSleep(until: nil)
    case (.dontSleep(until: let a?), .dontSleep(until: let b?)): .dontSleep(until: max(a, b))
    }
  }

  package var deadline: Instant? {
    if case .dontSleep(until: let until) = self { until } else { nil }
  }
}

/// A wish for a slot: how patient it is and which signal it came from.
package struct Demand: Equatable, Sendable {
  package var override: Override
  package var cause: Cause
  /// The actor's own crash policy wants the slot, not a wake: the wait has no limit, whoever joins it.
  package var isStanding: Bool
  package init(override: Override = .none, cause: Cause = .none, isStanding: Bool = false) {
    self.override = override
    self.cause = cause
    self.isStanding = isStanding
  }

  /// When the wait for a slot is given up; nil = never.
  package var deadline: Instant? { isStanding ? nil : override.deadline }

  /// Two wishes become one: the stronger override, the first signal that gave one.
  package func joined(_ other: Demand) -> Demand {
    Demand(
      override: override.joined(other.override), cause: cause.sequence == 0 ? other.cause : cause,
      isStanding: isStanding || other.isStanding)
  }
}

/// Which slot a generation occupies. Its session is the runner's open one: a session that ends takes its actors along
/// in the same step, so the two can never differ.
package struct Placement: Equatable, Sendable {
  package var runner: RunnerID
  /// When the runner reported it running.
  package var runningSince: Instant?
  package init(runner: RunnerID, runningSince: Instant? = nil) {
    self.runner = runner
    self.runningSince = runningSince
  }
}

/// The ten states (lifecycle, actor states). Everything that belongs to one state only stands inside it.
package enum ActorState: Equatable, Sendable {
  case sleeping
  case backoff(until: Instant, Demand)
  case pending(Ticket, since: Instant, Demand)
  case starting(Placement, deadline: Instant, Demand)
  case running(Placement)
  case sleepIntent(Placement, deadline: Instant, rewake: Demand?)
  case stopIntent(Placement, deadline: Instant, rewake: Demand?)
  case goingAway(Placement, deadline: Instant, AwayCause, rewake: Demand?)
  case destroying(Placement, deadline: Instant)
  /// The record is kept until `until`, so that a late caller still learns what became of the actor.
  case destroyed(at: Instant, until: Instant)

  package enum AwayCause: UInt8, Sendable {
    case drain = 1
    /// By reschedule.
    case asked = 2
  }

  package var name: String {
    switch self {
    case .sleeping: "sleeping"
    case .backoff: "backoff"
    case .pending: "pending"
    case .starting: "starting"
    case .running: "running"
    case .sleepIntent: "sleepIntent"
    case .stopIntent: "stopIntent"
    case .goingAway: "goingAway"
    case .destroying: "destroying"
    case .destroyed: "destroyed"
    }
  }

  /// Every `name`, in the order of the lifecycle.
  package static let names = [
    "sleeping", "backoff", "pending", "starting", "running", "sleepIntent", "stopIntent", "goingAway", "destroying",
    "destroyed",
  ]

  /// The slot that is reserved in this state.
  package var placement: Placement? {
    switch self {
    case .starting(let placement, _, _), .running(let placement), .sleepIntent(let placement, _, _),
      .stopIntent(let placement, _, _), .goingAway(let placement, _, _, _), .destroying(let placement, _):
      placement
    case .sleeping, .backoff, .pending, .destroyed: nil
    }
  }

  package var ticket: Ticket? {
    if case .pending(let ticket, _, _) = self { ticket } else { nil }
  }

  /// The wake that waits for the stop.
  package var rewake: Demand? {
    switch self {
    case .sleepIntent(_, _, let rewake), .stopIntent(_, _, let rewake), .goingAway(_, _, _, let rewake): rewake
    default: nil
    }
  }

  /// The same, unless its patience is over: then it counts as not set.
  package func rewake(at now: Instant) -> Demand? {
    rewake.flatMap { demand in demand.override.deadline.map { $0 <= now } ?? false ? nil : demand }
  }
}

/// Why an actor is not where it was wanted, for people. Cleared by the next `running`.
package enum LastError: Equatable, Sendable {
  case crashed(message: String)
  case runnerLost
  case noStartReport
  case noStopReport
  case noCapacity(reason: String)

  package var code: String {
    switch self {
    case .crashed: "crashed"
    case .runnerLost: "runner_lost"
    case .noStartReport: "no_start_report"
    case .noStopReport: "no_stop_report"
    case .noCapacity: "no_capacity"
    }
  }

  package var message: String {
    switch self {
    case .crashed(let message): message
    case .noCapacity(let reason): reason
    case .runnerLost, .noStartReport, .noStopReport: ""
    }
  }
}

/// Somebody who asked with a wake and has not had a final answer.
package struct Waiter: Equatable, Sendable {
  package var replyTo: String
  /// The wake.
  package var cause: Cause
  package var sequence: StreamSequence { cause.sequence }
  /// Its own wake's deadline.
  package var deadline: Instant?
  /// PENDING is told once.
  package var toldPending: Bool
  package init(replyTo: String, cause: Cause, deadline: Instant?, toldPending: Bool = false) {
    self.replyTo = replyTo
    self.cause = cause
    self.deadline = deadline
    self.toldPending = toldPending
  }
}

/// The whole mutable part of an actor: what one Change assigns.
package struct ActorRecord: Equatable, Sendable {
  package var state: ActorState
  package var generation: Generation
  /// Starts ended by error or loss since the last that ended well.
  package var crashCount: UInt32
  package var lastEnd: Instant?
  package var lastError: LastError?
  package var alarm: Instant?
  package var waiters: [Waiter]
  /// Generations of stray copies that were told to stop, newest last.
  package var staleStops: [Generation]

  package init(state: ActorState, generation: Generation = 0) {
    self.state = state
    self.generation = generation
    crashCount = 0
    lastEnd = nil
    lastError = nil
    alarm = nil
    waiters = []
    staleStops = []
  }
}
