import CRoostProtos
import RoostCore

extension ActorEvent: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__ActorEvent, in arena: Arena) {
    message.actor_id = arena.copy(actor.text)
    message.generation = generation
    message.kind = arena.copy(kind.rawValue)
    if let runner { message.runner_id = arena.copy(runner.text) }
    message.ts = at.ms
    message.journal_sequence = record
    message.cause_sequence = cause.sequence
    message.reason = arena.copy(reason)
    message.message = arena.copy(self.message)
    message.ticket = ticket
    message.queue_position = queuePosition
  }

  init(from message: Roost__V1__ActorEvent) throws(WireError) {
    guard let kind = Kind(rawValue: try message.kind.text("ActorEvent.kind")) else {
      throw WireError(.unknownValue, "ActorEvent.kind is none that this version knows")
    }
    self.init(
      kind: kind, actor: ActorID(try message.actor_id.identifier("ActorEvent.actor_id")),
      generation: message.generation,
      runner: try message.runner_id.optionalIdentifier("ActorEvent.runner_id").map { RunnerID($0) },
      at: Instant(ms: message.ts), cause: Cause(sequence: message.cause_sequence), record: message.journal_sequence,
      reason: try message.reason.text("ActorEvent.reason"), message: try message.message.text("ActorEvent.message"),
      ticket: message.ticket, queuePosition: message.queue_position)
  }
}

extension WireCodec {
  /// The payload of roost.event.NS.POOL.ACTOR.KIND.
  package func encode(event: ActorEvent) -> [UInt8] { encode(event) }

  /// An event as a watcher receives it; its trace is in the headers.
  package func decodeEvent(_ bytes: [UInt8]) throws(WireError) -> ActorEvent {
    try bytes.withBytes { bytes throws(WireError) in try decode(ActorEvent.self, from: bytes) }
  }
}
