@testable import RoostCore

/// What is wrong with a pool as it stands (lifecycle, invariants). Everything is counted again from the records alone.
func invariantFaults(_ pool: borrowing Pool) -> [String] {
  let actors = pool.actorSlots.map { (slot: $0.value, actor: pool.actors[$0.value]) }
  let runners = pool.runnerSlots.map { (slot: $0.value, runner: pool.runners[$0.value]) }
  var faults: [String] = []
  func expect(_ holds: Bool, _ fault: @autoclosure () -> String) { if !holds { faults.append(fault()) } }

  // 1. Whatever ends by itself has its timer: the first one due is the first one known.
  var deadlines: Instant?
  var alarms: Instant?
  func note(_ due: Instant?, _ kind: TimerKind) {
    guard let due else { return }
    if kind.isDeadline { deadlines = min(due, deadlines ?? due) } else { alarms = min(due, alarms ?? due) }
  }
  for (_, actor) in actors { for kind in TimerKind.all { note(actor.record.due(kind), kind) } }
  for (_, runner) in runners { for kind in TimerKind.all { note(runner.record.due(kind), kind) } }
  expect(deadlines == pool.nextDeadline, "the next deadline is another")
  expect(alarms == pool.nextAlarm, "the next alarm is another")

  // 3. Reserved slots are the actors whose state names the runner.
  var reserved: [RunnerID: Set<Int>] = [:]
  for (slot, actor) in actors {
    guard let runner = actor.record.state.placement?.runner else { continue }
    reserved[runner, default: []].insert(slot)
    expect(pool.runnerSlots[runner].flatMap { pool.runners[$0].record.session } != nil, "\(actor.id) is on no session")
  }
  for (_, runner) in runners {
    expect(runner.actors == reserved[runner.id] ?? [], "the slots of \(runner.id) are counted wrongly")
    expect(runner.actors.count <= Int(runner.record.session?.totalSlots ?? 0), "\(runner.id) has too many actors")
  }

  // 4. A ticket per pending actor, in order.
  let pending = actors.compactMap { entry in entry.actor.record.state.ticket.map { (ticket: $0, slot: entry.slot) } }
    .sorted { $0.ticket < $1.ticket }
  expect(pending.map(\.slot) == Array(pool.queue.slots), "queue and pending actors differ")
  expect(pool.queue.count == pending.count, "the queue counts \(pool.queue.count)")
  for (index, entry) in pending.enumerated() {
    expect(pool.queue.position(of: entry.ticket) == UInt64(index + 1), "ticket \(entry.ticket) stands elsewhere")
    expect(entry.ticket < pool.record.nextTicket, "ticket \(entry.ticket) can be given again")
  }

  // 5. Nobody waits while the newest version has room.
  let eligible = runners.map(\.runner).filter(\.isEligible)
  let newest = eligible.compactMap { $0.record.session?.version }.max()
  let hasRoom = eligible.contains { $0.record.session?.version == newest && $0.hasFreeSlot }
  expect(pool.needsPass || pending.isEmpty || !hasRoom, "somebody waits beside a free slot")
  expect(pool.placement.best != nil || !hasRoom, "the placement index misses a free slot")

  // A state carries only what belongs to it.
  var keys: Set<Pool.NamedKey> = []
  for (_, actor) in actors {
    let record = actor.record
    expect(record.waiters.count <= Limits.waitersPerActor, "\(actor.id) has too many waiters")
    switch record.state {
    case .running: expect(record.lastError == nil && record.waiters.isEmpty, "\(actor.id) runs with a residue")
    case .sleeping, .destroying, .destroyed: expect(record.waiters.isEmpty, "\(actor.id) leaves waiters behind")
    default: break
    }
    if case .destroyed = record.state { continue }
    guard let key = actor.facts.key else { continue }
    expect(keys.insert(Pool.NamedKey(name: actor.facts.name, key: key)).inserted, "key \(key) is used twice")
  }
  expect(Set(pool.keys.keys) == keys, "the keys known are others")
  return faults
}

extension TimerKind {
  static let all: [TimerKind] = [.pending, .start, .stop, .drain, .alarm, .backoff, .retention, .runnerRetention]
}

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
