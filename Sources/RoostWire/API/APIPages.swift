import RoostCore

/// Actors in the order of their ids.
package struct ActorPage: Equatable, Sendable {
  package var actors: [ActorDescription]
  /// What to ask `after` next; empty = there are no more.
  package var next: String
  package var total: UInt64
  package init(actors: [ActorDescription], next: String = "", total: UInt64) {
    self.actors = actors
    self.next = next
    self.total = total
  }
}

/// Runners in the order of their ids.
package struct RunnerPage: Equatable, Sendable {
  package var runners: [RunnerDescription]
  /// What to ask `after` next; empty = there are no more.
  package var next: String
  package var total: UInt64
  package init(runners: [RunnerDescription], next: String = "", total: UInt64) {
    self.runners = runners
    self.next = next
    self.total = total
  }
}

/// A place in the queue.
package struct PendingEntry: Equatable, Sendable {
  package var actor: ActorID
  package var ticket: Ticket
  /// From 1.
  package var queuePosition: UInt64
  package var since: Instant
  /// nil = without limit.
  package var deadline: Instant?
  package var waiters: UInt32
  package init(
    actor: ActorID, ticket: Ticket, queuePosition: UInt64, since: Instant, deadline: Instant? = nil, waiters: UInt32 = 0
  ) {
    self.actor = actor
    self.ticket = ticket
    self.queuePosition = queuePosition
    self.since = since
    self.deadline = deadline
    self.waiters = waiters
  }
}

/// The queue, its head first.
package struct PendingPage: Equatable, Sendable {
  package var entries: [PendingEntry]
  /// What to ask `afterTicket` next; 0 = there are no more.
  package var nextTicket: Ticket
  package var total: UInt64
  /// Why the head waits; empty = nobody waits.
  package var reason: String
  package init(entries: [PendingEntry], nextTicket: Ticket = 0, total: UInt64, reason: String = "") {
    self.entries = entries
    self.nextTicket = nextTicket
    self.total = total
    self.reason = reason
  }
}

/// One thing that happened to an actor, as the journal has it.
package struct HistoryEntry: Equatable, Sendable {
  package var record: RecordIndex
  package var at: Instant
  /// As `ActorEvent.Kind`, or `start` and `stop` for the commands.
  package var kind: String
  package var generation: Generation
  package var runner: RunnerID?
  /// 0 = no signal caused it.
  package var causeSequence: StreamSequence
  /// Of a start: what made room for it, `slotReleased` or `runnerJoined`; empty = there was room before.
  package var reason: String
  /// Of `slotReleased`: whose slot it was.
  package var message: String
  /// When what began here ends by itself; nil = never.
  package var until: Instant?
  /// 0 = no wait began.
  package var ticket: Ticket
  /// From 1; 0 = no wait began.
  package var queuePosition: UInt64
  /// The last signal that the record takes into account; 0 = it does not say.
  package var throughSequence: StreamSequence
  package init(
    record: RecordIndex, at: Instant, kind: String, generation: Generation = 0, runner: RunnerID? = nil,
    causeSequence: StreamSequence = 0, reason: String = "", message: String = "", until: Instant? = nil,
    ticket: Ticket = 0, queuePosition: UInt64 = 0, throughSequence: StreamSequence = 0
  ) {
    self.record = record
    self.at = at
    self.kind = kind
    self.generation = generation
    self.runner = runner
    self.causeSequence = causeSequence
    self.reason = reason
    self.message = message
    self.until = until
    self.ticket = ticket
    self.queuePosition = queuePosition
    self.throughSequence = throughSequence
  }

  package static let slotReleased = "slot_released"
  package static let runnerJoined = "runner_joined"
}

/// What the journal knows of an actor.
package struct HistoryPage: Equatable, Sendable {
  /// Newest first.
  package var entries: [HistoryEntry]
  /// What to ask `beforeRecord` next; 0 = there are no more.
  package var nextRecord: RecordIndex
  package init(entries: [HistoryEntry], nextRecord: RecordIndex = 0) {
    self.entries = entries
    self.nextRecord = nextRecord
  }
}

/// Why an actor is where it is, and what would move it.
package struct Explanation: Equatable, Sendable {
  /// nil = the answer is about the pool.
  package var actor: ActorDescription?
  /// nil = the answer is about an actor.
  package var pool: PoolDescription?
  /// One sentence.
  package var summary: String
  /// One sentence each, the most important first.
  package var facts: [String]
  package var remedies: [String]
  package init(
    actor: ActorDescription?, pool: PoolDescription? = nil, summary: String, facts: [String] = [],
    remedies: [String] = []
  ) {
    self.actor = actor
    self.pool = pool
    self.summary = summary
    self.facts = facts
    self.remedies = remedies
  }
}
