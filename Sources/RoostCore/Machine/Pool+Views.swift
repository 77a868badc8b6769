// What the shell asks of a pool without changing it.

package enum PingStatus: Equatable, Sendable {
  case known
  /// Nothing is known of this session: the runner announces itself again.
  case unknown
  case closed(reason: String)
}

/// An actor as people see it.
package struct ActorView: Equatable, Sendable {
  package var id: ActorID
  package var facts: ActorFacts
  package var record: ActorRecord
  package var session: SessionID?
  /// From 1; nil when not in the queue.
  package var queuePosition: UInt64?
  package var pendingReason: String?
}

/// A runner on which actors may be placed, if it has a slot (lifecycle, attempt).
package struct EligibleRunner: Equatable, Sendable {
  package var runner: RunnerID
  package var session: SessionID
  package var version: UInt32
}

extension Pool {
  package func pingStatus(_ id: RunnerID, _ session: SessionID) -> PingStatus {
    guard let slot = runnerSlots[id] else { return .unknown }
    if runners[slot].record.session?.id == session { return .known }
    if let closed = runners[slot].record.closedSessions.last(where: { $0.id == session }) {
      return .closed(reason: closed.reason)
    }
    return .unknown
  }

  /// Runners with an open session, in id order.
  package var openRunners: [(runner: RunnerID, session: SessionID)] {
    runnerSlots.values.compactMap { slot in runners[slot].record.session.map { (runners[slot].id, $0.id) } }
      .sorted { $0.0 < $1.0 }
  }

  /// In id order.
  package var eligibleRunners: [EligibleRunner] {
    runnersInOrder.filter { runners[$0].isEligible }.compactMap { slot in
      runners[slot].record.session.map {
        EligibleRunner(runner: runners[slot].id, session: $0.id, version: $0.version)
      }
    }
  }

  package func lastIssued(_ id: RunnerID) -> CommandIndex {
    runnerSlots[id].map { runners[$0].record.cursors.lastCommand } ?? 0
  }

  package func cursors(of id: RunnerID) -> RunnerCursors? { runnerSlots[id].map { runners[$0].record.cursors } }

  /// When the session of a draining runner is closed at the latest; nil = it does not drain.
  package func drainDeadline(of id: RunnerID) -> Instant? {
    runnerSlots[id].flatMap { runners[$0].record.session?.drainDeadline }
  }

  /// Everybody in the state, in id order: those destroyed and retained too.
  package var actorIDs: [ActorID] { actorSlots.keys.sorted() }

  package func actorView(_ id: ActorID) -> ActorView? {
    actorSlots[id].map { view(of: $0, pendingReason: pendingReason) }
  }

  func view(of slot: Int, pendingReason: @autoclosure () -> String) -> ActorView {
    let actor = actors[slot]
    let runner = actor.record.state.placement.flatMap { runnerSlots[$0.runner] }
    return ActorView(
      id: actor.id, facts: actor.facts, record: actor.record,
      session: runner.flatMap { runners[$0].record.session?.id },
      queuePosition: actor.record.state.ticket.flatMap { queue.position(of: $0) },
      pendingReason: actor.record.state.ticket == nil ? nil : pendingReason())
  }

  /// The whole state as changes, runners before the actors that name them and after those that are stranded: what a snapshot
  /// holds, and what two states are compared by.
  package func changes() -> [Change] {
    var result: [Change] = []
    eachChange(actors: actorSlots.values.sorted { actors[$0].id < actors[$1].id }) { result.append($0) }
    return result
  }

  /// The same one by one, actors in the order of their places: a million of them take no room of their own.
  package func eachChange<Failure: Error>(_ body: (Change) throws(Failure) -> Void) throws(Failure) {
    try eachChange(actors: actors.indices.lazy.filter { !actors[$0].id.text.isEmpty }, body)
  }

  private func eachChange<Failure: Error>(
    actors slots: some Sequence<Int>, _ body: (Change) throws(Failure) -> Void
  ) throws(Failure) {
    try body(.pool(record))
    func tell(_ slot: Int) throws(Failure) {
      try body(.actorCreated(actors[slot].id, actors[slot].facts))
      try body(.actor(actors[slot].id, actors[slot].record))
    }
    for slot in strandedInOrder { try tell(slot) }
    for slot in runnersInOrder {
      let runner = runners[slot]
      try body(.runner(runner.id, runner.record))
      for command in runner.commands.elements { try body(.command(runner.id, command)) }
    }
    for slot in slots where stranded.isEmpty || !stranded.contains(slot) { try tell(slot) }
  }
}
