import RoostCore
import RoostWire

/// One line of a timeline: a message, live or as the journal and the stream kept it.
struct TraceRow {
  enum Place: String {
    case signal, runner, command, event
    case deadLetter = "dead"
  }

  enum What {
    /// To an actor or the pool, or of a runner that joins or leaves.
    case signal(Signal.Body)
    /// What a runner said of an actor.
    case report(RunnerID, RunnerEvent)
    /// A start, a stop or an event: what was decided.
    case decision(ActorID, HistoryEntry)
    /// A welcome or a close.
    case note(RunnerID, ReceivedCommand)
    case deadLetter(reason: String, subject: String)
    case undecodable(Place, subject: String, WireError)
  }

  /// Live: when it came. From the past: when it was stored or decided, in the stream's time.
  var at: Instant
  /// nil: its subject names none.
  var pool: PoolID?
  /// Of a signal, and of what a signal caused; 0 = none, or a live signal, which does not carry its own.
  var sequence: StreamSequence
  var what: What

  var place: Place {
    switch what {
    case .signal(.runner), .report: .runner
    case .signal: .signal
    case .decision(_, let entry): entry.isCommand ? .command : .event
    case .note: .command
    case .deadLetter: .deadLetter
    case .undecodable(let place, _, _): place
    }
  }

  /// Its sequence is then that of the signal that caused it.
  var isDecision: Bool { if case .decision = what { true } else { false } }

  /// The journal record that holds it; 0 = it is in none.
  var record: RecordIndex { if case .decision(_, let entry) = what { entry.record } else { 0 } }
}

extension TraceRow {
  /// A decision, as the journal has it.
  init(_ entry: HistoryEntry, of actor: ActorID, in pool: PoolID) {
    self.init(at: entry.at, pool: pool, sequence: entry.causeSequence, what: .decision(actor, entry))
  }
}

extension HistoryEntry {
  /// Which is named as its verb; events have other kinds.
  var isCommand: Bool { kind == CommandVerb.start.rawValue || kind == CommandVerb.stop.rawValue }

  init(_ event: ActorEvent) {
    self.init(
      record: event.record, at: event.at, kind: event.kind.rawValue, generation: event.generation, runner: event.runner,
      causeSequence: event.cause.sequence, reason: event.reason, message: event.message, ticket: event.ticket,
      queuePosition: event.queuePosition)
  }

  init(_ order: StartOrder, on runner: RunnerID, at: Instant) {
    self.init(
      record: order.journalSequence, at: at, kind: CommandVerb.start.rawValue, generation: order.generation,
      runner: runner, causeSequence: order.causeSequence)
  }

  init(_ order: StopOrder, on runner: RunnerID, at: Instant) {
    self.init(
      record: order.journalSequence, at: at, kind: CommandVerb.stop.rawValue, generation: order.generation,
      runner: runner, causeSequence: order.causeSequence, reason: order.reason?.word ?? "")
  }
}
