import RoostCore
import RoostWire
import RoostWorker

// The order in which deadlines fire: by when they were due, then by kind, then by id (lifecycle, one time). Judged by the
// events that one record tells of a pool, and by what was due before it.

extension Witness {
  struct Deadline: Comparable {
    enum Kind: Int { case pending, start, stop, drain }
    var due: Instant
    var kind: Kind
    var id: String

    static func < (a: Deadline, b: Deadline) -> Bool {
      (a.due, a.kind.rawValue, a.id) < (b.due, b.kind.rawValue, b.id)
    }
  }

  /// The deadlines of a pool before some records, as far as nothing that was read in them could move one.
  struct Firing {
    var records: ClosedRange<RecordIndex>
    var actors: [ActorID: Deadline] = [:]
    var drains: [RunnerID: Deadline] = [:]
    /// The last one that was told of.
    var last: Deadline?

    /// Which deadline an event tells of, if it is one from before. Whatever else is told of an actor has given it another.
    mutating func deadline(of event: ActorEvent) -> Deadline? {
      let known = actors.removeValue(forKey: event.actor)
      let kind: Deadline.Kind
      switch (event.kind, event.reason) {
      case (.pendingTimeout, _): kind = .pending
      case (.lost, "no_start_report"): kind = .start
      case (.lost, "no_stop_report"): kind = .stop
      case (.lost, "drain_deadline"): return event.runner.flatMap { drains[$0] }
      default: return nil
      }
      return known.flatMap { $0.kind == kind ? $0 : nil }
    }
  }

  private static let firingsKept = 64

  /// An event of a pool is told for the first time.
  func noteOrder(_ event: ActorEvent, _ pool: PoolID) { eventsToOrder[pool, default: []].append(event) }

  func checkOrder(_ pool: PoolID, _ before: Standing, _ after: Standing) {
    // What was due before a record is not known where part of it had been applied.
    if after.record > before.record, !before.isHeld {
      firings[pool] = (firings[pool] ?? []).suffix(Self.firingsKept - 1) + [firing(before, after)]
    }
    // Not all is told where callers chose which events they want.
    if mutedPools.contains(pool) { firings[pool] = nil }
    let told = eventsToOrder.removeValue(forKey: pool) ?? []
    eventsToOrder[pool] = told.filter { $0.record > after.record }
    for event in told where event.record <= after.record {
      guard let place = firings[pool]?.firstIndex(where: { $0.records.contains(event.record) }),
        let deadline = firings[pool]?[place].deadline(of: event)
      else { continue }
      if let last = firings[pool]?[place].last, deadline < last {
        simulation.fail(
          "\(deadline.id): the \(deadline.kind) deadline of \(deadline.due.ms) fired after the \(last.kind) deadline of"
            + " \(last.id) of \(last.due.ms)")
      }
      firings[pool]?[place].last = deadline
    }
  }

  private func firing(_ before: Standing, _ after: Standing) -> Firing {
    let read = simulation.worker.deliveries[before.applied..<after.applied].map(\.subject)
    func isTouched(_ token: String) -> Bool { read.contains { $0.contains(token) } }
    var firing = Firing(records: before.record + 1...after.record)
    for (actor, view) in before.actors where !isTouched(".actor.\(actor).") {
      if let runner = view.record.state.placement?.runner, isTouched(".runner.\(runner).") { continue }
      firing.actors[actor] = view.record.state.deadline(of: actor)
    }
    for (runner, due) in before.drains where !isTouched(".runner.\(runner).") {
      firing.drains[runner] = Deadline(due: due, kind: .drain, id: runner.text)
    }
    return firing
  }
}

extension ActorState {
  /// What fires by itself in this state, and is told of as what it is.
  fileprivate func deadline(of actor: ActorID) -> Witness.Deadline? {
    switch self {
    case .pending(_, _, let demand):
      demand.deadline.map { Witness.Deadline(due: $0, kind: .pending, id: actor.text) }
    case .starting(_, let due, _): Witness.Deadline(due: due, kind: .start, id: actor.text)
    case .sleepIntent(_, let due, _), .stopIntent(_, let due, _), .goingAway(_, let due, _, _):
      Witness.Deadline(due: due, kind: .stop, id: actor.text)
    case .sleeping, .backoff, .running, .destroying, .destroyed: nil
    }
  }
}
