import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

/// How the actor commands show what they got: for people, or as JSON objects with the names of the protocol.
enum ActorOutput: Sendable {
  case text
  case json

  /// The broker has stored the signal.
  func text(of ack: PubAck) -> String {
    switch self {
    case .text:
      return line(
        "stored",
        [("stream", ack.stream), ("sequence", String(ack.sequence)), ("duplicate", ack.isDuplicate ? "true" : "")])
    case .json:
      return object([
        "stored": .object([
          "stream": .string(ack.stream), "signal_sequence": number(ack.sequence), "duplicate": .bool(ack.isDuplicate),
        ])
      ])
    }
  }

  /// An answer of the worker.
  func text(of answer: Answer) -> String {
    switch self {
    case .text:
      return line(
        answer.outcome.name,
        [
          ("actor", answer.actor?.text ?? ""), ("state", answer.state), ("reason", answer.reason),
          ("runner", answer.runner?.text ?? ""), ("generation", nonZero(UInt64(answer.generation))),
          ("position", nonZero(answer.queuePosition)),
        ])
    case .json:
      return object([
        "outcome": .string(answer.outcome.name), "state": .string(answer.state), "reason": .string(answer.reason),
        "runner_id": .string(answer.runner?.text ?? ""), "generation": number(UInt64(answer.generation)),
        "queue_position": number(answer.queuePosition), "final": .bool(answer.isFinal),
        "actor_id": .string(answer.actor?.text ?? ""), "signal_sequence": number(answer.sequence),
      ])
    }
  }

  private func line(_ word: String, _ facts: [(name: String, value: String)]) -> String {
    let told = facts.filter { !$0.value.isEmpty }.map { " \($0.name)=\(LogLine.quotedIfNeeded($0.value))" }
    return word + told.joined() + "\n"
  }

  private func nonZero(_ value: UInt64) -> String { value == 0 ? "" : String(value) }

  func object(_ fields: [String: JSONValue]) -> String { JSONValue.object(fields).text + "\n" }

  func number(_ value: UInt64) -> JSONValue { .int(Int64(clamping: value)) }
}

extension Answer.Outcome {
  /// As in the protocol, without its prefix.
  var name: String {
    switch self {
    case .accepted: "ACCEPTED"
    case .pending: "PENDING"
    case .ready: "READY"
    case .sleeping: "SLEEPING"
    case .timedOut: "TIMED_OUT"
    case .destroyed: "DESTROYED"
    case .ignored: "IGNORED"
    case .rejected: "REJECTED"
    }
  }
}
