import CRoostProtos
import RoostCore

extension PendingEntry: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__PendingActor, in arena: Arena) {
    message.actor_id = arena.copy(actor.text)
    message.ticket = ticket
    message.queue_position = queuePosition
    message.since_ts = since.ms
    if let deadline {
      message.has_deadline_ts_case = ROOST__V1__PENDING_ACTOR__HAS_DEADLINE_TS_DEADLINE_TS
      message.deadline_ts = deadline.ms
    }
    message.waiters = waiters
  }

  init(from message: Roost__V1__PendingActor) throws(WireError) {
    self.init(
      actor: ActorID(try message.actor_id.identifier("PendingActor.actor_id")), ticket: message.ticket,
      queuePosition: message.queue_position, since: Instant(ms: message.since_ts),
      deadline: message.has_deadline_ts_case.rawValue != 0 ? Instant(ms: message.deadline_ts) : nil,
      waiters: message.waiters)
  }
}

extension HistoryEntry: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__HistoryEntry, in arena: Arena) {
    message.journal_sequence = record
    message.ts = at.ms
    message.kind = arena.copy(kind)
    message.generation = generation
    if let runner { message.runner_id = arena.copy(runner.text) }
    message.cause_sequence = causeSequence
    message.reason = arena.copy(reason)
    message.message = arena.copy(self.message)
    if let until {
      message.has_until_ts_case = ROOST__V1__HISTORY_ENTRY__HAS_UNTIL_TS_UNTIL_TS
      message.until_ts = until.ms
    }
    message.ticket = ticket
    message.queue_position = queuePosition
    message.through_sequence = throughSequence
  }

  init(from message: Roost__V1__HistoryEntry) throws(WireError) {
    self.init(
      record: message.journal_sequence, at: Instant(ms: message.ts), kind: try message.kind.text("HistoryEntry.kind"),
      generation: message.generation,
      runner: try message.runner_id.optionalIdentifier("HistoryEntry.runner_id").map { RunnerID($0) },
      causeSequence: message.cause_sequence, reason: try message.reason.text("HistoryEntry.reason"),
      message: try message.message.text("HistoryEntry.message"),
      until: message.has_until_ts_case.rawValue != 0 ? Instant(ms: message.until_ts) : nil, ticket: message.ticket,
      queuePosition: message.queue_position, throughSequence: message.through_sequence)
  }
}
