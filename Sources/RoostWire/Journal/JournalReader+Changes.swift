import CRoostProtos
import RoostCore

extension JournalReader {
  mutating func read(_ message: Roost__V1__JournalChange) throws(WireError) -> Change {
    try noUnknownFields(message.base, "JournalChange")
    switch message.part_case {
    case ROOST__V1__JOURNAL_CHANGE__PART_POOL:
      return .pool(try read(message.pool.pointee))
    case ROOST__V1__JOURNAL_CHANGE__PART_CREATED:
      return .actorCreated(try actor(message), try read(message.created.pointee))
    case ROOST__V1__JOURNAL_CHANGE__PART_ACTOR_RECORD:
      return .actor(try actor(message), try read(message.actor_record.pointee))
    case ROOST__V1__JOURNAL_CHANGE__PART_ACTOR_REMOVED:
      return .actorRemoved(try actor(message))
    case ROOST__V1__JOURNAL_CHANGE__PART_RUNNER_RECORD:
      return .runner(try runner(message), try read(message.runner_record.pointee))
    case ROOST__V1__JOURNAL_CHANGE__PART_RUNNER_REMOVED:
      return .runnerRemoved(try runner(message))
    case ROOST__V1__JOURNAL_CHANGE__PART_COMMAND:
      return .command(try runner(message), try read(message.command.pointee, for: try actor(message)))
    case ROOST__V1__JOURNAL_CHANGE__PART_COMMANDS_ACKNOWLEDGED:
      return .commandsAcknowledged(try runner(message), through: message.commands_acknowledged)
    case ROOST__V1__JOURNAL_CHANGE__PART_EVENTS_TAKEN:
      return .eventsTaken(try runner(message), through: message.events_taken)
    default:
      throw WireError(.undecodable, "JournalChange has no part")
    }
  }

  private func actor(_ message: Roost__V1__JournalChange) throws(WireError) -> ActorID {
    ActorID(try requiredName(message.actor, "JournalChange.actor"))
  }

  private func runner(_ message: Roost__V1__JournalChange) throws(WireError) -> RunnerID {
    RunnerID(try requiredName(message.runner, "JournalChange.runner"))
  }

  private func read(_ message: Roost__V1__JournalPool) throws(WireError) -> PoolRecord {
    try noUnknownFields(message.base, "JournalPool")
    var overlay = PoolSettingsOverlay()
    if let settings = message.settings?.pointee {
      try noUnknownFields(settings.base, "PoolSettings")
      guard let known = PoolSettingsOverlay(wire: settings) else {
        throw WireError(.unknownValue, "PoolSettings.events \(settings.events.rawValue) is unknown to this version")
      }
      overlay = known
    }
    return PoolRecord(overlay: overlay, nextTicket: message.next_ticket, generationFloor: message.generation_floor)
  }

  private func read(_ message: Roost__V1__JournalFacts) throws(WireError) -> ActorFacts {
    try noUnknownFields(message.base, "JournalFacts")
    guard let policy = CrashPolicy(wire: message.crash_policy) else {
      throw WireError(.unknownValue, "crash policy \(message.crash_policy.rawValue) is unknown to this version")
    }
    return ActorFacts(
      name: try name(message.name),
      key: message.has_key_case.rawValue != 0 ? try message.key.text("JournalFacts.key") : nil,
      crashPolicy: policy, input: message.input.bytes, createdAt: Instant(ms: message.create_ts))
  }

  private mutating func read(
    _ message: Roost__V1__JournalCommand, for actor: ActorID
  ) throws(WireError) -> Command {
    try noUnknownFields(message.base, "JournalCommand")
    var kind = Command.Kind.start
    if message.stop.rawValue != 0 {
      guard let reason = UInt8(exactly: message.stop.rawValue).flatMap(StopReason.init(rawValue:)) else {
        throw WireError(.unknownValue, "stop reason \(message.stop.rawValue) is unknown to this version")
      }
      kind = .stop(reason)
    }
    return Command(
      index: message.index, kind: kind, actor: actor, generation: message.generation,
      cause: try cause(message.cause_sequence, parent: message.trace_parent, state: message.trace_state),
      record: message.record == 0 ? record : message.record)
  }
}
