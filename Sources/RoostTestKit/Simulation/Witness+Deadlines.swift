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

  /// A pool before some records, and what was read in them: that may have moved a deadline.
  struct Firing {
    var records: ClosedRange<RecordIndex>
    var before: Standing
    var read: ArraySlice<(storedAtNs: Int64, subject: String)>
    /// Deadlines that wait for a runner may have been renewed on the way.
    var mayRenew: Bool
    /// Something was told of them since: it has given them another deadline.
    var told: Set<ActorID> = []
    /// The last one that was told of.
    var last: Deadline?

    /// Which deadline an event tells of, if it is one from before.
    mutating func deadline(of event: ActorEvent) -> Deadline? {
      guard told.insert(event.actor).inserted || event.reason == "drain_deadline" else { return nil }
      let kind: Deadline.Kind
      switch (event.kind, event.reason) {
      case (.pendingTimeout, _): kind = .pending
      case (.lost, "no_start_report"): kind = .start
      case (.lost, "no_stop_report"): kind = .stop
      case (.lost, "drain_deadline"):
        guard let runner = event.runner, let due = before.drains[runner], !isTouched(runner), !mayRenew
        else { return nil }
        return Deadline(due: due, kind: .drain, id: runner.text)
      default: return nil
      }
      if mayRenew, kind != .pending { return nil }
      guard let state = before.actors[event.actor]?.record.state, let deadline = state.deadline(of: event.actor),
        deadline.kind == kind, !read.contains(where: { $0.subject.contains(".actor.\(event.actor).") })
      else { return nil }
      if let runner = state.placement?.runner, isTouched(runner) { return nil }
      return deadline
    }

    private func isTouched(_ runner: RunnerID) -> Bool {
      read.contains { $0.subject.contains(".runner.\(runner).") }
    }
  }

  private static let firingsKept = 64

  /// An event of a pool is told for the first time.
  func noteOrder(_ event: ActorEvent, _ pool: PoolID) { eventsToOrder[pool, default: []].append(event) }

  func checkOrder(_ pool: PoolID, _ before: Standing, _ after: Standing) {
    // What was due before a record is not known where part of it had been applied.
    if after.record > before.record, !before.isHeld {
      let read = simulation.worker.deliveries[before.applied..<after.applied]
      firings[pool] =
        (firings[pool] ?? []).suffix(Self.firingsKept - 1) + [
          Firing(
            records: before.record + 1...after.record, before: before, read: read,
            mayRenew: before.mustRenew || before.interruptions != after.interruptions)
        ]
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
