import CRoostProtos
import RoostCore

extension Answer: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__SignalOutcome, in arena: Arena) {
    message.outcome = Roost__V1__Outcome(rawValue: UInt32(outcome.rawValue))
    message.state = arena.copy(state)
    message.reason = arena.copy(reason)
    if let runner { message.runner_id = arena.copy(runner.text) }
    message.generation = generation
    message.queue_position = queuePosition
    message.final = isFinal ? 1 : 0
    if let actor { message.actor_id = arena.copy(actor.text) }
    message.signal_sequence = sequence
  }

  /// The reply subject is not in the message: it is empty.
  init(from message: Roost__V1__SignalOutcome) throws(WireError) {
    guard let outcome = UInt8(exactly: message.outcome.rawValue).flatMap(Outcome.init(rawValue:)) else {
      throw WireError(
        .unknownValue, "SignalOutcome.outcome \(message.outcome.rawValue) is none that this version knows")
    }
    self.init(
      replyTo: "", outcome: outcome, state: try message.state.text("SignalOutcome.state"),
      reason: try message.reason.text("SignalOutcome.reason"),
      runner: try message.runner_id.optionalIdentifier("SignalOutcome.runner_id").map { RunnerID($0) },
      generation: message.generation, queuePosition: message.queue_position, isFinal: message.final != 0,
      actor: try message.actor_id.optionalIdentifier("SignalOutcome.actor_id").map { ActorID($0) },
      sequence: message.signal_sequence)
  }
}

extension WireCodec {
  /// The payload of an answer (SignalOutcome); it is published to `answer.replyTo`.
  package func encode(answer: Answer) -> [UInt8] { encode(answer) }

  /// An answer as the caller receives it; `replyTo` is empty.
  package func decodeAnswer(_ bytes: [UInt8]) throws(WireError) -> Answer {
    try bytes.withBytes { bytes throws(WireError) in try decode(Answer.self, from: bytes) }
  }
}
