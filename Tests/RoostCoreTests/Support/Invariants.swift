@testable import RoostCore

/// What has ever been said, so that nothing is said twice, and nobody is forgotten.
struct Ledger {
  private struct Start: Hashable {
    var actor: ActorID
    var generation: Generation
  }
  private struct Line: Hashable {
    var runner: RunnerID
    var session: SessionID
  }
  private struct Question: Hashable {
    var replyTo: String
    var sequence: StreamSequence
  }
  private enum Told { case nothing, accepted, pending }

  private var starts: [Start: Line] = [:]
  private var issued: [Line: CommandIndex] = [:]
  private var generations: [ActorID: Generation] = [:]
  private var questions: [Question: Told] = [:]
  private var wakes: Set<StreamSequence> = []

  /// Runner signals have no answers: the wire ignores their reply subject.
  mutating func asked(_ replyTo: String, _ sequence: StreamSequence, _ body: Signal.Body) {
    switch body {
    case .runner: return
    case .actor(_, .wake): wakes.insert(sequence)
    case .actor, .pool: break
    }
    questions[Question(replyTo: replyTo, sequence: sequence)] = .nothing
  }

  mutating func fault(in effects: Effects) -> String? { commandFault(effects) ?? answerFault(effects) }

  mutating func fault(of machine: Machine, _ pool: PoolID) -> String? {
    waiterFault(machine, pool) ?? generationFault(machine, pool)
  }

  /// A start for (actor, generation) goes to one session only; every index is issued once, in order.
  private mutating func commandFault(_ effects: Effects) -> String? {
    for outgoing in effects.commands {
      let line = Line(runner: outgoing.runner, session: outgoing.session)
      let command: Command
      switch outgoing.body {
      case .start(let start, _):
        command = start
        let first = starts.updateValue(line, forKey: Start(actor: start.actor, generation: start.generation))
        if let first, first != line || start.index > issued[line] ?? 0 { return "started twice: \(outgoing.line)" }
      case .stop(let stop, _): command = stop
      case .welcome, .close: continue
      }
      let last = issued[line] ?? 0
      if command.index > last + 1 { return "an index is left out: \(outgoing.line)" }
      issued[line] = max(last, command.index)
    }
    return nil
  }

  /// One final answer, PENDING at most once, nothing after the end.
  private mutating func answerFault(_ effects: Effects) -> String? {
    for answer in effects.answers {
      let question = Question(replyTo: answer.replyTo, sequence: answer.sequence)
      guard let told = questions[question] else { return "nobody asked for \(answer.line)" }
      if answer.isFinal {
        questions[question] = nil
        continue
      }
      switch answer.outcome {
      case .accepted where told == .nothing && wakes.contains(answer.sequence): questions[question] = .accepted
      case .pending where told == .accepted: questions[question] = .pending
      default: return "said out of turn: \(answer.line)"
      }
    }
    return nil
  }

  /// Whoever has had no final answer waits in the state.
  private func waiterFault(_ machine: Machine, _ pool: PoolID) -> String? {
    let waiting = machine.reading(pool) { pool in
      pool.actorSlots.values.flatMap { pool.actors[$0].record.waiters }
        .map { Question(replyTo: $0.replyTo, sequence: $0.sequence) }
    }
    return Set(waiting ?? []) == Set(questions.keys) ? nil : "somebody is not answered, or waits for nothing"
  }

  private mutating func generationFault(_ machine: Machine, _ pool: PoolID) -> String? {
    let now = machine.reading(pool) { pool in pool.actorSlots.mapValues { pool.actors[$0].record.generation } } ?? [:]
    for (actor, generation) in now {
      // A record that was removed and made again starts at 0 and goes on above the pool's floor.
      if generation > 0, generation < generations[actor] ?? 0 { return "the generation of \(actor) went down" }
      generations[actor] = max(generation, generations[actor] ?? 0)
    }
    return nil
  }
}
