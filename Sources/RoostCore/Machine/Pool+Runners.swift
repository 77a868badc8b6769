// Sessions of runners: init, stopping, drain, freshness, loss, close (lifecycle, runners).

extension Pool {
  mutating func apply(_ signal: RunnerSignal, of id: RunnerID, _ turn: inout Turn) {
    switch signal {
    case .initialize(let initialize): announce(id, initialize, &turn)
    case .events(let session, let events): take(events, of: id, in: session, &turn)
    case .stopping(let session, let lastCommandIndex):
      guard let runner = runnerSlots[id], let open = runners[runner].record.session,
        session == nil || session == open.id, !runners[runner].isDraining
      else {
        turn.effects.tally.ignored += 1
        return
      }
      turn.effects.tally.applied += 1
      drain(runner, handingBackAbove: lastCommandIndex, &turn)
      passQueue(&turn)
    }
  }

  // MARK: - init

  private mutating func announce(_ id: RunnerID, _ start: RunnerInit, _ turn: inout Turn) {
    if let limit = limit(broken: start, by: id) {
      turn.effects.tally.rejected += 1
      return sendClose(id, start.session, reason: "limit:\(limit)", &turn)
    }
    if let slot = runnerSlots[id],
      let closed = runners[slot].record.closedSessions.last(where: { $0.id == start.session })
    {
      turn.effects.tally.rejected += 1
      return sendClose(id, start.session, reason: closed.reason, &turn)
    }
    if let slot = runnerSlots[id], let open = runners[slot].record.session, open.id == start.session {
      return announceAgain(slot, open, start, &turn)
    }
    guard start.lastCommandIndex == 0 else {
      turn.effects.tally.rejected += 1
      return sendClose(id, start.session, reason: Loss.unknownSession.rawValue, &turn)
    }
    open(id, start, &turn)
  }

  private func limit(broken start: RunnerInit, by id: RunnerID) -> String? {
    if !Limits.sessionBytes.contains(start.session.text.utf8.count) { return "session" }
    if !Limits.slots.contains(start.totalSlots) { return "total_slots" }
    let bytes = start.metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    if start.metadata.count > Limits.metadataEntries || bytes > Limits.metadataBytes { return "metadata" }
    if runnerSlots[id] == nil, runnerSlots.count >= Limits.runnersPerPool { return "runners" }
    return nil
  }

  /// The session that is open already: its welcome was lost, or its link was.
  private mutating func announceAgain(_ runner: Int, _ open: RunnerSession, _ start: RunnerInit, _ turn: inout Turn) {
    turn.effects.tally.applied += 1
    if start.totalSlots != open.totalSlots || start.version != open.version {
      closeSession(runner, .changed, &turn)
    } else if start.lastCommandIndex > runners[runner].record.cursors.lastCommand {
      closeSession(runner, .unknownSession, &turn)
    } else {
      acknowledgeCommands(runners[runner].id, open.id, start.lastCommandIndex, &turn)
      welcome(runner, &turn)
      turn.effects.commands += unacknowledged(runners[runner].id, after: start.lastCommandIndex)
      // Last: it may place actors here, whose starts are not among those sent again.
      setFresh(runners[runner].id, true, &turn)
    }
    passQueue(&turn)
  }

  private mutating func open(_ id: RunnerID, _ start: RunnerInit, _ turn: inout Turn) {
    turn.effects.tally.applied += 1
    let known = runnerSlots[id]
    var closed = known.map { runners[$0].record.closedSessions } ?? []
    if let old = known.flatMap({ runners[$0].record.session }) {
      sendClose(id, old.id, reason: Loss.superseded.rawValue, &turn)
      closed = closed.with(ClosedSession(id: old.id, reason: Loss.superseded.rawValue))
    }
    let session = RunnerSession(
      id: start.session, version: start.version, totalSlots: start.totalSlots, protocol: start.protocol,
      metadata: start.metadata)
    evolveAndRecord(.runner(id, RunnerRecord(phase: .open(session), closedSessions: closed)), &turn)
    guard let runner = runnerSlots[id] else { preconditionFailure("an announced runner has a slot") }
    welcome(runner, &turn)
    loseStranded(.superseded, &turn)
    if settings.drainOnVersionUpgrade {
      for other in runnersInOrder where runners[other].isOlder(than: start.version) {
        drain(other, handingBackAbove: nil, &turn)
      }
    }
    passQueue(&turn)
  }

  // MARK: - Draining

  mutating func drain(_ runner: Int, handingBackAbove index: CommandIndex?, _ turn: inout Turn) {
    guard var session = runners[runner].record.session, session.drainDeadline == nil else { return }
    session.drainDeadline = turn.clock.adding(settings.runnerDrainDeadline)
    setSession(runner, session, &turn)
    let handedBack = Set(
      runners[runner].commands.elements.filter { $0.kind == .start && $0.index > index ?? .max }
        .map { StartedGeneration(actor: $0.actor, generation: $0.generation) })
    for slot in actorsInOrder(of: runner) {
      let actor = actors[slot]
      guard actor.record.state.placement?.runner == runners[runner].id else { continue }
      if handedBack.contains(StartedGeneration(actor: actor.id, generation: actor.record.generation)) {
        end(slot, .lost(.handedBack), &turn)
        continue
      }
      switch actor.record.state {
      case .starting, .running: leave(slot, for: .goingAway(.drain), &turn)
      default: break
      }
    }
    closeIfDrained(runner, &turn)
  }

  private struct StartedGeneration: Hashable {
    var actor: ActorID
    var generation: Generation
  }

  mutating func closeIfDrained(_ runner: Int, _ turn: inout Turn) {
    if runners[runner].isDraining, runners[runner].actors.isEmpty { closeSession(runner, .drained, &turn) }
  }

  // MARK: - Freshness and loss

  mutating func setFresh(_ id: RunnerID, _ isFresh: Bool, _ turn: inout Turn) {
    guard let runner = runnerSlots[id], runners[runner].isFresh != isFresh else { return }
    runners[runner].isFresh = isFresh
    rank(runner)
    passQueue(&turn)
  }

  mutating func lose(_ id: RunnerID, _ session: SessionID, _ turn: inout Turn) {
    guard let runner = runnerSlots[id], runners[runner].record.session?.id == session else { return }
    closeSession(runner, .runnerLost, &turn)
  }

  /// The end of a session: the runner is told, its actors are lost in id order.
  mutating func closeSession(_ runner: Int, _ loss: Loss, _ turn: inout Turn) {
    guard let session = runners[runner].record.session else { return }
    let id = runners[runner].id
    let reason = loss == .runnerLost ? "lost" : loss.rawValue
    let closed = runners[runner].record.closedSessions.with(ClosedSession(id: session.id, reason: reason))
    let until = turn.clock.adding(settings.destroyedRetention)
    evolveAndRecord(
      .runner(id, RunnerRecord(phase: .closed(at: turn.clock, until: until), closedSessions: closed)), &turn)
    sendClose(id, session.id, reason: reason, &turn)
    loseStranded(loss, &turn)
    passQueue(&turn)
  }

  mutating func setSession(_ runner: Int, _ session: RunnerSession, _ turn: inout Turn) {
    var record = runners[runner].record
    record.phase = .open(session)
    evolveAndRecord(.runner(runners[runner].id, record), &turn)
  }
}

extension Pool.Runner {
  func isOlder(than version: UInt32) -> Bool { record.session.map { $0.version < version } ?? false }
}

extension [ClosedSession] {
  func with(_ session: ClosedSession) -> [ClosedSession] { (self + [session]).suffix(Limits.closedSessions) }
}
