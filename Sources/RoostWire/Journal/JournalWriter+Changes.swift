import CRoostProtos
import RoostCore

extension JournalWriter {
  func write(_ change: Change) -> UnsafeMutablePointer<Roost__V1__JournalChange> {
    let message = arena.make(Roost__V1__JournalChange.self)
    switch change {
    case .pool(let record):
      message.pointee.part_case = ROOST__V1__JOURNAL_CHANGE__PART_POOL
      message.pointee.pool = write(record)
    case .actorCreated(let actor, let facts):
      message.pointee.actor = name(actor.text)
      message.pointee.part_case = ROOST__V1__JOURNAL_CHANGE__PART_CREATED
      message.pointee.created = write(facts)
    case .actor(let actor, let record):
      message.pointee.actor = name(actor.text)
      message.pointee.part_case = ROOST__V1__JOURNAL_CHANGE__PART_ACTOR_RECORD
      message.pointee.actor_record = write(record)
    case .actorRemoved(let actor):
      message.pointee.actor = name(actor.text)
      message.pointee.part_case = ROOST__V1__JOURNAL_CHANGE__PART_ACTOR_REMOVED
      message.pointee.actor_removed = 1
    case .runner(let runner, let record):
      message.pointee.runner = name(runner.text)
      message.pointee.part_case = ROOST__V1__JOURNAL_CHANGE__PART_RUNNER_RECORD
      message.pointee.runner_record = write(record)
    case .runnerRemoved(let runner):
      message.pointee.runner = name(runner.text)
      message.pointee.part_case = ROOST__V1__JOURNAL_CHANGE__PART_RUNNER_REMOVED
      message.pointee.runner_removed = 1
    case .command(let runner, let command):
      message.pointee.runner = name(runner.text)
      message.pointee.actor = name(command.actor.text)
      message.pointee.part_case = ROOST__V1__JOURNAL_CHANGE__PART_COMMAND
      message.pointee.command = write(command)
    case .commandsAcknowledged(let runner, let through):
      message.pointee.runner = name(runner.text)
      message.pointee.part_case = ROOST__V1__JOURNAL_CHANGE__PART_COMMANDS_ACKNOWLEDGED
      message.pointee.commands_acknowledged = through
    case .eventsTaken(let runner, let through):
      message.pointee.runner = name(runner.text)
      message.pointee.part_case = ROOST__V1__JOURNAL_CHANGE__PART_EVENTS_TAKEN
      message.pointee.events_taken = through
    }
    return message
  }

  private func write(_ record: PoolRecord) -> UnsafeMutablePointer<Roost__V1__JournalPool> {
    let message = arena.make(Roost__V1__JournalPool.self)
    message.pointee.settings = arena.build(record.overlay)
    message.pointee.next_ticket = record.nextTicket
    message.pointee.generation_floor = record.generationFloor
    return message
  }

  private func write(_ facts: ActorFacts) -> UnsafeMutablePointer<Roost__V1__JournalFacts> {
    let message = arena.make(Roost__V1__JournalFacts.self)
    message.pointee.name = name(facts.name)
    if let key = facts.key {
      message.pointee.has_key_case = ROOST__V1__JOURNAL_FACTS__HAS_KEY_KEY
      message.pointee.key = arena.copy(key)
    }
    message.pointee.crash_policy = facts.crashPolicy.wire
    message.pointee.input = arena.copy(facts.input)
    message.pointee.create_ts = facts.createdAt.ms
    return message
  }

  private func write(_ command: Command) -> UnsafeMutablePointer<Roost__V1__JournalCommand> {
    let message = arena.make(Roost__V1__JournalCommand.self)
    message.pointee.index = command.index
    if case .stop(let reason) = command.kind {
      message.pointee.stop = Roost__V1__StopReason(rawValue: UInt32(reason.rawValue))
    }
    message.pointee.generation = command.generation
    message.pointee.cause_sequence = command.cause.sequence
    (message.pointee.trace_parent, message.pointee.trace_state) = trace(command.cause.trace)
    message.pointee.record = command.record == record ? 0 : command.record
    return message
  }
}
