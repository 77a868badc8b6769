import RoostCore
import RoostNATS
import RoostWire
import RoostWorker

extension JournalEntry {
  /// One assignment to the state.
  init(_ change: Change) {
    switch change {
    case .pool(let record): self.init("pool", nil, Self.facts(record))
    case .actorCreated(let id, let facts): self.init("created", id, Self.facts(facts))
    case .actor(let id, let record): self.init("actor", id, Self.facts(record))
    case .actorRemoved(let id): self.init("removed", id, [])
    case .runner(let id, let record): self.init("runner", nil, [("runner_id", .string(id.text))] + Self.facts(record))
    case .runnerRemoved(let id): self.init("runner_removed", nil, [("runner_id", .string(id.text))])
    case .command(let runner, let command): self.init(command, to: runner)
    case .commandsAcknowledged(let id, let through):
      self.init(
        "commands_acknowledged", nil, [("runner_id", .string(id.text)), ("last_command_index", .number(of: through))])
    case .eventsTaken(let id, let through):
      self.init("events_taken", nil, [("runner_id", .string(id.text)), ("last_event_index", .number(of: through))])
    }
  }

  private init(_ word: String, _ actor: ActorID?, _ facts: [(name: String, value: JSONValue)]) {
    self.word = word
    self.actor = actor
    self.facts = (actor.map { [("actor_id", .string($0.text))] } ?? []) + facts
  }

  /// A start or stop.
  init(_ command: Command, to runner: RunnerID) {
    var word = "start"
    var reason = ""
    if case .stop(let why) = command.kind {
      word = "stop"
      reason = why.word
    }
    self.init(
      word, command.actor,
      [
        ("generation", .number(of: command.generation)), ("runner_id", .string(runner.text)),
        ("index", .number(of: command.index)), ("reason", .string(reason)),
        ("cause_sequence", .number(of: command.cause.sequence)),
      ])
  }

  private static func facts(_ record: PoolRecord) -> [(name: String, value: JSONValue)] {
    [
      ("next_ticket", .number(of: record.nextTicket)), ("generation_floor", .number(of: record.generationFloor)),
    ] + facts(record.overlay)
  }

  /// The settings that differ from the defaults.
  static func facts(_ overlay: PoolSettingsOverlay) -> [(name: String, value: JSONValue)] {
    let defaults = PoolSettings()
    let settings = overlay.over(defaults)
    return PoolSettingField.all.filter { $0.read(settings) != $0.read(defaults) }.map {
      ($0.name, .string($0.read(settings)))
    }
  }

  private static func facts(_ facts: ActorFacts) -> [(name: String, value: JSONValue)] {
    [
      ("name", .string(facts.name)), ("key", facts.key.map { .string($0) } ?? .null),
      ("crash_policy", .string(facts.crashPolicy.name)), ("input_bytes", .number(of: UInt64(facts.input.count))),
      ("create_ts", .time(facts.createdAt)),
    ]
  }

  private static func facts(_ record: ActorRecord) -> [(name: String, value: JSONValue)] {
    [
      ("state", .string(record.state.name)), ("generation", .number(of: record.generation)),
      ("runner_id", .text(of: record.state.placement?.runner)), ("ticket", .number(of: record.state.ticket ?? 0)),
      ("since_ts", .time(record.state.beganAt)), ("until_ts", .time(record.state.endsAt)),
      ("rewake", .bool(record.state.rewake != nil)), ("alarm_ts", .time(record.alarm)),
      ("crash_count", .number(of: record.crashCount)), ("last_end_ts", .time(record.lastEnd)),
      ("last_error_code", .string(record.lastError?.code ?? "")),
      ("last_error_message", .string(record.lastError?.message ?? "")),
      ("waiters", .number(of: UInt64(record.waiters.count))), ("cause_sequence", .number(of: record.state.cause)),
    ]
  }

  private static func facts(_ record: RunnerRecord) -> [(name: String, value: JSONValue)] {
    var facts: [(name: String, value: JSONValue)] = []
    switch record.phase {
    case .open(let session):
      facts += [
        ("session", .string(session.id.text)), ("version", .number(of: session.version)),
        ("total_slots", .number(of: session.totalSlots)), ("drain_deadline_ts", .time(session.drainDeadline)),
      ]
    case .closed(let at, let until): facts += [("closed_ts", .time(at)), ("until_ts", .time(until))]
    }
    return facts + [
      ("last_event_index", .number(of: record.cursors.lastEvent)),
      ("last_command_index", .number(of: record.cursors.lastCommand)),
      ("acked_command_index", .number(of: record.cursors.acknowledged)),
      ("closed_sessions", .array(record.closedSessions.map { .string("\($0.id):\($0.reason)") })),
    ]
  }
}

extension ActorState {
  /// The signal behind the wish that the state carries; 0 = none.
  var cause: StreamSequence {
    switch self {
    case .backoff(_, let demand), .pending(_, _, let demand), .starting(_, _, let demand): demand.cause.sequence
    default: rewake?.cause.sequence ?? 0
    }
  }
}
