import CRoostProtos
import RoostCore

/// What the world and the callers are told.
extension JournalReader {
  mutating func read(_ message: Roost__V1__JournalEvent) throws(WireError) -> ActorEvent {
    try noUnknownFields(message.base, "JournalEvent")
    guard let kind = ActorEvent.Kind(journal: message.kind) else {
      throw WireError(.unknownValue, "event kind \(message.kind.rawValue) is unknown to this version")
    }
    return ActorEvent(
      kind: kind, actor: ActorID(try requiredName(message.actor, "JournalEvent.actor")),
      generation: message.generation, runner: try optionalRunner(message.runner), at: Instant(ms: message.ts),
      cause: try cause(message.cause_sequence, parent: message.trace_parent, state: message.trace_state),
      record: message.record == 0 ? record : message.record, reason: try name(message.reason),
      message: try message.message.text("JournalEvent.message"), ticket: message.ticket,
      queuePosition: message.queue_position)
  }

  mutating func read(_ message: Roost__V1__JournalAnswer) throws(WireError) -> Answer {
    try noUnknownFields(message.base, "JournalAnswer")
    guard let outcome = UInt8(exactly: message.outcome.rawValue).flatMap(Answer.Outcome.init(rawValue:)) else {
      throw WireError(.unknownValue, "outcome \(message.outcome.rawValue) is unknown to this version")
    }
    let cause = try cause(message.signal_sequence, parent: message.trace_parent, state: message.trace_state)
    return Answer(
      replyTo: try requiredName(message.reply_to, "JournalAnswer.reply_to"), outcome: outcome,
      state: try name(message.state), reason: try name(message.reason), runner: try optionalRunner(message.runner),
      generation: message.generation, queuePosition: message.queue_position, isFinal: message.final != 0,
      actor: message.actor == 0 ? nil : ActorID(try name(message.actor)), sequence: cause.sequence, trace: cause.trace)
  }
}
