// The numbered line of commands to a runner (lifecycle, runners).

extension Pool {
  /// Numbers a start or stop, keeps it until it is acknowledged, and sends it.
  mutating func issue(
    _ kind: Command.Kind, _ slot: Int, generation: Generation, to runner: Int, cause: Cause, _ turn: inout Turn
  ) {
    guard let session = runners[runner].record.session else { return }
    let command = Command(
      index: runners[runner].record.cursors.lastCommand + 1, kind: kind, actor: actors[slot].id, generation: generation,
      cause: cause, record: turn.moment.record)
    evolveAndRecord(.command(runners[runner].id, command), &turn)
    turn.effects.commands.append(outgoing(command, to: runner, session.id))
  }

  /// A command as it is sent now. A start whose actor moved on meanwhile goes out as stop(STALE) under the same index:
  /// the line has no gap, and nothing is started that nobody counts on.
  private func outgoing(_ command: Command, to runner: Int, _ session: SessionID) -> OutgoingCommand {
    let body: OutgoingCommand.Body
    switch command.kind {
    case .stop(let reason): body = .stop(command, reason)
    case .start:
      if let slot = actorSlots[command.actor], actors[slot].record.generation == command.generation,
        actors[slot].record.state.placement?.runner == runners[runner].id
      {
        body = .start(command, actors[slot].facts)
      } else {
        body = .stop(command, .stale)
      }
    }
    return OutgoingCommand(runner: runners[runner].id, session: session, body: body)
  }

  /// What the runner has not acknowledged, to be sent again.
  package func unacknowledged(_ id: RunnerID, after index: CommandIndex) -> [OutgoingCommand] {
    guard let runner = runnerSlots[id], let session = runners[runner].record.session else { return [] }
    return runners[runner].commands.elements.filter { $0.index > index }.map { outgoing($0, to: runner, session.id) }
  }

  /// Cursors alone need no record of their own: if this is lost, the runner says it again.
  mutating func acknowledgeCommands(
    _ id: RunnerID, _ session: SessionID, _ through: CommandIndex, _ turn: inout Turn
  ) {
    guard let runner = runnerSlots[id], runners[runner].record.session?.id == session else { return }
    let cursors = runners[runner].record.cursors
    guard through > cursors.acknowledged, through <= cursors.lastCommand else { return }
    let change = Change.commandsAcknowledged(id, through: through)
    evolve(change)
    turn.effects.changes.append(change)
  }

  func welcome(_ runner: Int, _ turn: inout Turn) {
    guard let session = runners[runner].record.session else { return }
    send(
      runners[runner].id, session.id,
      .welcome(
        lastEventIndex: runners[runner].record.cursors.lastEvent, lostThreshold: settings.runnerLostThreshold,
        pingInterval: settings.runnerPingInterval, stopAfter: settings.stopAfter), &turn)
  }

  func sendClose(_ id: RunnerID, _ session: SessionID, reason: String, _ turn: inout Turn) {
    send(id, session, .close(reason: reason), &turn)
  }

  private func send(_ id: RunnerID, _ session: SessionID, _ body: OutgoingCommand.Body, _ turn: inout Turn) {
    turn.effects.commands.append(OutgoingCommand(runner: id, session: session, body: body))
    turn.effects.needsRecord = true
  }
}
