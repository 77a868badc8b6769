/// The trace of a signal, as its headers gave it. Immutable and shared: it rides on waits and commands.
package final class Trace: Sendable, Equatable {
  package let parent: String
  package let state: String?
  package init(parent: String, state: String?) {
    self.parent = parent
    self.state = state
  }
  package static func == (a: Trace, b: Trace) -> Bool { a.parent == b.parent && a.state == b.state }
}

/// What made something happen: a signal's sequence and trace. Sequence 0 = no signal (a timer, a verdict).
package struct Cause: Equatable, Sendable {
  package var sequence: StreamSequence
  package var trace: Trace?
  package static let none = Cause(sequence: 0, trace: nil)
  package init(sequence: StreamSequence, trace: Trace? = nil) {
    self.sequence = sequence
    self.trace = trace
  }
}

/// One message of the signal stream, decoded. `body` names what it is for.
package struct Signal: Equatable, Sendable {
  package var pool: PoolID
  package var sequence: StreamSequence
  package var storedAt: Instant
  package var body: Body
  /// Where an answer was asked for; already checked against the wire's rule, nil otherwise.
  package var replyTo: String?
  package var trace: Trace?

  package init(
    pool: PoolID, sequence: StreamSequence, storedAt: Instant, body: Body, replyTo: String? = nil, trace: Trace? = nil
  ) {
    self.pool = pool
    self.sequence = sequence
    self.storedAt = storedAt
    self.body = body
    self.replyTo = replyTo
    self.trace = trace
  }

  package var cause: Cause { Cause(sequence: sequence, trace: trace) }

  package enum Body: Equatable, Sendable {
    case actor(ActorID, ActorSignal)
    case runner(RunnerID, RunnerSignal)
    case pool(PoolSignal)
  }
}

/// What a caller can ask of an actor (lifecycle, signals).
package enum ActorSignal: Equatable, Sendable {
  case create(Create)
  case wake(Wake)
  case allocate(runner: RunnerID, ticket: Ticket?)
  case sleep
  case reschedule
  case destroy
  /// A signal that the shell already found to break a rule (a reply subject that is not allowed, say): answered
  /// REJECTED with this reason, changes nothing.
  case refused(reason: String, message: String)
}

package enum CrashPolicy: UInt8, Sendable {
  case sleep = 1
  case restart = 2
  case destroy = 3
}

/// A create as it came: limits are the machine's to judge.
package struct Create: Equatable, Sendable {
  /// Empty = the usual one (`nameGiven`).
  package var name: String
  package var key: String?
  package var crashPolicy: CrashPolicy
  package var input: [UInt8]
  package init(name: String = "", key: String? = nil, crashPolicy: CrashPolicy = .sleep, input: [UInt8] = []) {
    self.name = name
    self.key = key
    self.crashPolicy = crashPolicy
    self.input = input
  }

  package var nameGiven: String { name.isEmpty ? "actor" : name }
}

/// A wake as it came.
package struct Wake: Equatable, Sendable {
  package enum AllocationOverride: Equatable, Sendable {
    case none
    /// nil = wait without limit. The range is the machine's to judge.
    case dontSleep(pendingTimeoutMs: UInt64?)
  }
  package var override: AllocationOverride
  package var expiresAt: Instant?
  package init(override: AllocationOverride = .none, expiresAt: Instant? = nil) {
    self.override = override
    self.expiresAt = expiresAt
  }
}

/// What a runner tells through the stream (lifecycle, runners).
package enum RunnerSignal: Equatable, Sendable {
  case initialize(RunnerInit)
  case events(session: SessionID, [RunnerEvent])
  /// An empty session means the current one. Without an index no start is handed back.
  case stopping(session: SessionID?, lastCommandIndex: CommandIndex?)
}

package struct RunnerInit: Equatable, Sendable {
  package var session: SessionID
  package var version: UInt32
  package var totalSlots: UInt32
  package var lastCommandIndex: CommandIndex
  package var metadata: [MetadataEntry]
  package var `protocol`: UInt32
  package init(
    session: SessionID, version: UInt32, totalSlots: UInt32, lastCommandIndex: CommandIndex = 0,
    metadata: [MetadataEntry] = [], protocol: UInt32 = 1
  ) {
    self.session = session
    self.version = version
    self.totalSlots = totalSlots
    self.lastCommandIndex = lastCommandIndex
    self.metadata = metadata
    self.protocol = `protocol`
  }
}

/// Metadata in the order of its keys: a map's order differs per process and must not be journalled.
package struct MetadataEntry: Equatable, Sendable {
  package var key: String
  package var value: String
  package init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}

package struct RunnerEvent: Equatable, Sendable {
  package var index: EventIndex
  package var actor: ActorID
  package var generation: Generation
  package var kind: Kind
  package init(index: EventIndex, actor: ActorID, generation: Generation, kind: Kind) {
    self.index = index
    self.actor = actor
    self.generation = generation
    self.kind = kind
  }

  package enum Kind: Equatable, Sendable {
    case running
    /// nil = ended well; otherwise the message of the error.
    case stopped(error: String?)
    case sleepIntent
    case stopIntent
    /// nil = clear.
    case setAlarm(Instant?)
    /// Breaks a rule of the wire (a malformed id, no kind): takes its index, is dead-lettered by itself.
    case malformed(reason: String)
  }
}

package enum PoolSignal: Equatable, Sendable {
  case configure(PoolSettingsOverlay)
  case drain(RunnerID)
  /// Time only: proof that everything stored before has been read.
  case tick
  /// As `ActorSignal.refused`.
  case refused(reason: String, message: String)
}
