@testable import RoostCore

// What leaves the machine and what it holds, as short lines that read aloud.

extension World {
  /// Everything the last step sent, in the order in which it leaves.
  var said: [String] { commands + events + answers + deadLetters + acknowledgements }
  var commands: [String] { effects.commands.map(\.line) }
  var events: [String] { effects.events.map(\.line) }
  var answers: [String] { effects.answers.map(\.line) }
  var deadLetters: [String] { effects.deadLetters.map { "dead @\($0.eventOffset) \($0.reason)" } }
  var acknowledgements: [String] {
    effects.acknowledgements.map { "\($0.runner) <- ack \($0.lastEventIndex)\($0.urgent ? " now" : "")" }
  }

  /// The actor's state in one line; what it waits for is in it.
  subscript(actor: String) -> String { record(of: actor).map { $0.line } ?? "unknown" }

  /// The actor's state, then what was said.
  func cell(_ actor: String) -> String { ([self[actor]] + said).joined(separator: " | ") }

  /// The name of the state alone.
  func state(_ actor: String) -> String { record(of: actor)?.state.name ?? "unknown" }

  /// When the state ends by itself, in ms.
  func due(_ actor: String) -> Int64? {
    guard let record = record(of: actor) else { return nil }
    return (record.answerDue?.due ?? record.alarmDue?.due ?? record.patienceEnd)?.ms
  }

  var resent: (_ runner: String, _ after: CommandIndex) -> [String] {
    { runner, after in self.reading { $0.unacknowledged(RunnerID(runner), after: after).map(\.line) } ?? [] }
  }
}

extension OutgoingCommand {
  var line: String {
    switch body {
    case .start(let command, _): "\(runner) <- \(command.index) start \(command.actor) g\(command.generation)"
    case .stop(let command, let reason):
      "\(runner) <- \(command.index) stop \(command.actor) g\(command.generation) \(reason)"
    case .welcome(let lastEventIndex, _, _, _): "\(runner) <- welcome \(lastEventIndex)"
    case .close(let reason): "\(runner) <- close \(reason)"
    }
  }
}

extension ActorEvent {
  var line: String {
    var parts = [actor.text, kind.rawValue]
    if let runner { parts.append(runner.text) }
    if !reason.isEmpty { parts.append(reason) }
    if !message.isEmpty && kind != .rejected { parts.append("'\(message)'") }
    if queuePosition > 0 { parts.append("#\(queuePosition)") }
    return parts.joined(separator: " ")
  }
}

extension Answer {
  /// Ends with a full stop when nothing follows.
  var line: String {
    let name =
      switch outcome {
      case .accepted: "ACCEPTED"
      case .pending: "PENDING"
      case .ready: "READY"
      case .sleeping: "SLEEPING"
      case .timedOut: "TIMED_OUT"
      case .destroyed: "DESTROYED"
      case .ignored: "IGNORED"
      case .rejected: "REJECTED"
      }
    let position = queuePosition > 0 ? " #\(queuePosition)" : ""
    return "\(replyTo): \(name)\(reason.isEmpty ? "" : " \(reason)")\(position)\(isFinal ? "." : " ...")"
  }
}

extension Demand {
  var line: String {
    let patience =
      switch override {
      case .none: ""
      case .dontSleep(until: nil): " for ever"
      case .dontSleep(until: let until?): " until \(until.ms)"
      }
    return patience + (isStanding ? " standing" : "")
  }
}

extension ActorRecord {
  var line: String {
    let place = state.placement.map { " g\(generation) \($0.runner)" } ?? ""
    let rewake = state.rewake.map { " rewake\($0.line)" } ?? ""
    switch state {
    case .sleeping, .destroyed: return state.name
    case .backoff(_, let demand): return "backoff\(demand.line)"
    case .pending(_, _, let demand): return "pending\(demand.line)"
    case .starting(_, _, let demand): return "starting\(place)\(demand.line)"
    case .goingAway(_, _, let cause, _): return "goingAway(\(cause))\(place)\(rewake)"
    case .running, .sleepIntent, .stopIntent, .destroying: return "\(state.name)\(place)\(rewake)"
    }
  }
}
