/// What an input decided, in the order in which it is carried out:
/// `changes` are made durable, then `commands`, `events`, `answers` and `deadLetters` leave, each list in its order.
package struct Effects: Sendable {
  /// What changed, to be journalled; already folded into the state.
  package var changes: [Change] = []
  /// To runners. Starts and stops are also part of the state until they are acknowledged.
  package var commands: [OutgoingCommand] = []
  /// To the world. Journalled with the changes and published again after a crash, until handed over.
  package var events: [ActorEvent] = []
  /// To callers. Journalled like events.
  package var answers: [Answer] = []
  /// Parts of the signal in hand that break a rule; the shell adds the bytes. Journalled like events.
  package var deadLetters: [DeadLetterNote] = []
  /// Runners whose events were taken or repeated: they are told the last index, once the journal has it.
  package var acknowledgements: [EventAcknowledgement] = []
  /// What became of the inputs.
  package var tally = Tally()
  /// False while nothing but cursors moved: such changes wait for the pool's next record.
  package var needsRecord = false

  package init() {}
}

/// Counts for metrics: every signal ends in exactly one of the first four.
package struct Tally: Equatable, Sendable {
  package var applied = 0
  package var ignored = 0
  package var rejected = 0
  package var deadLettered = 0
  /// Runner events of another runner, session or generation, or repeated.
  package var droppedEvents = 0
  /// Actors that only the sweep placed: a queue pass was forgotten somewhere. Must stay 0.
  package var rescuedBySweep = 0
  package init() {}
  package mutating func add(_ other: Tally) {
    applied += other.applied
    ignored += other.ignored
    rejected += other.rejected
    deadLettered += other.deadLettered
    droppedEvents += other.droppedEvents
    rescuedBySweep += other.rescuedBySweep
  }
}

package enum StopReason: UInt8, Sendable {
  case sleep = 1
  case stop = 2
  case goingAway = 3
  case destroy = 4
  /// The generation is not the actor's any more.
  case stale = 5
}

/// A start or stop, as the state keeps it until the runner acknowledged its index.
package struct Command: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case start
    case stop(StopReason)
  }
  package var index: CommandIndex
  package var kind: Kind
  package var actor: ActorID
  package var generation: Generation
  package var cause: Cause
  /// The journal record in which it was decided.
  package var record: RecordIndex
  package init(
    index: CommandIndex, kind: Kind, actor: ActorID, generation: Generation, cause: Cause, record: RecordIndex
  ) {
    self.index = index
    self.kind = kind
    self.actor = actor
    self.generation = generation
    self.cause = cause
    self.record = record
  }
}

/// What an actor is started with; never changes after create.
package struct ActorFacts: Equatable, Sendable {
  package var name: String
  package var key: String?
  package var crashPolicy: CrashPolicy
  package var input: [UInt8]
  package var createdAt: Instant
  package init(name: String, key: String?, crashPolicy: CrashPolicy, input: [UInt8], createdAt: Instant) {
    self.name = name
    self.key = key
    self.crashPolicy = crashPolicy
    self.input = input
    self.createdAt = createdAt
  }
}

/// A message to one session of one runner.
package struct OutgoingCommand: Equatable, Sendable {
  package enum Body: Equatable, Sendable {
    /// A start, with what the actor is started with.
    case start(Command, ActorFacts)
    case stop(Command, StopReason)
    /// Answer to init and to a gap in events.
    case welcome(
      lastEventIndex: EventIndex, lostThreshold: Milliseconds, pingInterval: Milliseconds, stopAfter: Milliseconds)
    case close(reason: String)
  }
  package var runner: RunnerID
  package var session: SessionID
  package var body: Body
  package init(runner: RunnerID, session: SessionID, body: Body) {
    self.runner = runner
    self.session = session
    self.body = body
  }
}

package struct EventAcknowledgement: Equatable, Sendable {
  package var runner: RunnerID
  package var session: SessionID
  package var lastEventIndex: EventIndex
  /// Repeated events: the runner missed the acknowledgement, it is told at once.
  package var urgent: Bool
  package init(runner: RunnerID, session: SessionID, lastEventIndex: EventIndex, urgent: Bool) {
    self.runner = runner
    self.session = session
    self.lastEventIndex = lastEventIndex
    self.urgent = urgent
  }
}

/// An event of a runner that breaks a rule, by its place in the signal in hand.
package struct DeadLetterNote: Equatable, Sendable {
  package var reason: String
  /// Position in the signal's list of events, from 0.
  package var eventOffset: Int
  package init(reason: String, eventOffset: Int) {
    self.reason = reason
    self.eventOffset = eventOffset
  }
}

/// What the world is told about an actor.
package struct ActorEvent: Equatable, Sendable {
  /// The last token of the subject, as it stands there.
  package enum Kind: String, Sendable, CaseIterable {
    case created, pending, ready
    case sleepIntent = "sleep_intent"
    case sleeping, stopped, lost
    case pendingTimeout = "pending_timeout"
    case goingAway = "going_away"
    case backoff, destroying, destroyed, rejected

    /// Published under the selection `outcomes`.
    package var isOutcome: Bool {
      switch self {
      case .ready, .sleeping, .pendingTimeout, .lost, .destroyed, .rejected: true
      default: false
      }
    }
  }
  package var kind: Kind
  package var actor: ActorID
  package var generation: Generation
  package var runner: RunnerID?
  package var at: Instant
  package var cause: Cause
  package var record: RecordIndex
  package var reason: String
  package var message: String
  package var ticket: Ticket
  package var queuePosition: UInt64
  package init(
    kind: Kind, actor: ActorID, generation: Generation, runner: RunnerID? = nil, at: Instant, cause: Cause,
    record: RecordIndex, reason: String = "", message: String = "", ticket: Ticket = 0, queuePosition: UInt64 = 0
  ) {
    self.kind = kind
    self.actor = actor
    self.generation = generation
    self.runner = runner
    self.at = at
    self.cause = cause
    self.record = record
    self.reason = reason
    self.message = message
    self.ticket = ticket
    self.queuePosition = queuePosition
  }
}

/// An answer to the one who asked with Roost-Reply-To.
package struct Answer: Equatable, Sendable {
  package enum Outcome: UInt8, Sendable {
    case accepted = 1
    case pending = 2
    case ready = 3
    case sleeping = 4
    case timedOut = 5
    case destroyed = 6
    case ignored = 7
    case rejected = 8
  }
  package var replyTo: String
  package var outcome: Outcome
  /// The actor's state by name; empty where there is none.
  package var state: String
  package var reason: String
  package var runner: RunnerID?
  package var generation: Generation
  /// From 1; 0 = not in the queue.
  package var queuePosition: UInt64
  /// Nothing follows for this signal.
  package var isFinal: Bool
  package var actor: ActorID?
  /// The signal that it answers.
  package var cause: Cause
  package var sequence: StreamSequence { cause.sequence }
  package init(
    replyTo: String, outcome: Outcome, state: String = "", reason: String = "", runner: RunnerID? = nil,
    generation: Generation = 0, queuePosition: UInt64 = 0, isFinal: Bool, actor: ActorID? = nil,
    sequence: StreamSequence, trace: Trace? = nil
  ) {
    self.replyTo = replyTo
    self.outcome = outcome
    self.state = state
    self.reason = reason
    self.runner = runner
    self.generation = generation
    self.queuePosition = queuePosition
    self.isFinal = isFinal
    self.actor = actor
    cause = Cause(sequence: sequence, trace: trace)
  }
}
