import RoostCore
import RoostWire

// What a journal record says of one actor, as the API's history tells it.

extension PoolSection {
  /// Commands before events, as they went out. `through`: the last signal that the record takes into account.
  func entries(
    of actor: ActorID, record: RecordIndex, through: StreamSequence, at time: Instant
  ) -> [HistoryEntry] {
    var room = Room(self)
    var entries: [HistoryEntry] = []
    for change in changes {
      guard case .command(let runner, let command) = change else { continue }
      let source = command.kind == .start ? room.takenByStart(on: runner) : nil
      guard command.actor == actor else { continue }
      var entry = HistoryEntry(
        record: record, at: events.first?.at ?? time, kind: "start", generation: command.generation, runner: runner,
        causeSequence: command.cause.sequence, until: reportDue(actor, command))
      switch command.kind {
      case .start: (entry.reason, entry.message) = source ?? ("", "")
      case .stop(let reason): (entry.kind, entry.reason) = ("stop", reason.word)
      }
      entries.append(entry)
    }
    for event in events where event.actor == actor {
      entries.append(
        HistoryEntry(
          record: record, at: event.at, kind: event.kind.rawValue, generation: event.generation, runner: event.runner,
          causeSequence: event.cause.sequence, reason: event.reason, message: event.message, until: waitEnd(event),
          ticket: event.ticket, queuePosition: event.queuePosition))
    }
    for index in entries.indices { entries[index].throughSequence = through }
    return entries
  }

  /// When the runner must have reported what it was told to do; nil: nobody waits for it.
  private func reportDue(_ actor: ActorID, _ command: Command) -> Instant? {
    states(of: actor).first { $0.generation == command.generation && $0.state.awaits(command.kind) }?.state.endsAt
  }

  /// When the wait or the back-off that the event tells of ends by itself.
  private func waitEnd(_ event: ActorEvent) -> Instant? {
    switch event.kind {
    case .pending: states(of: event.actor).first { $0.state.ticket == event.ticket }?.state.endsAt
    case .backoff:
      states(of: event.actor).first { if case .backoff = $0.state { true } else { false } }?.state.endsAt
    default: nil
    }
  }

  private func states(of actor: ActorID) -> [ActorRecord] {
    changes.compactMap { if case .actor(actor, let record) = $0 { record } else { nil } }
  }
}

extension ActorState {
  fileprivate func awaits(_ command: Command.Kind) -> Bool {
    switch (self, command) {
    case (.starting, .start), (.sleepIntent, .stop), (.stopIntent, .stop), (.goingAway, .stop), (.destroying, .stop):
      true
    default: false
    }
  }
}

/// What made room on each runner within a record, in the order in which it did: slots are served as they become free.
private struct Room {
  private var released: [RunnerID: ArraySlice<ActorID>] = [:]
  private var joined: Set<RunnerID> = []

  init(_ section: PoolSection) {
    for event in section.events where event.kind == .stopped || event.kind == .lost {
      if let runner = event.runner { released[runner, default: []].append(event.actor) }
    }
    for change in section.changes {
      // A new session has had no command yet.
      guard case .runner(let runner, let record) = change, record.cursors.lastCommand == 0 else { continue }
      if case .open = record.phase { joined.insert(runner) }
    }
  }

  /// Reason and message of the next start on the runner; nil: there was room before, or what made it stands in another part
  /// of the record.
  mutating func takenByStart(on runner: RunnerID) -> (String, String)? {
    if let actor = released[runner]?.popFirst() { return (HistoryEntry.slotReleased, actor.text) }
    return joined.contains(runner) ? (HistoryEntry.runnerJoined, "") : nil
  }
}

extension StopReason {
  /// As history and events say it.
  package var word: String {
    switch self {
    case .sleep: "sleep"
    case .stop: "stop"
    case .goingAway: "going_away"
    case .destroy: "destroy"
    case .stale: "stale"
    }
  }
}
