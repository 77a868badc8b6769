/// One assignment to the state of a pool. The journal holds these, recovery folds them with the same `evolve`, a
/// snapshot is the last one per entity and part. Whoever reads them decides nothing.
package enum Change: Equatable, Sendable {
  case pool(PoolRecord)
  /// The immutable part of an actor, once per life, always followed by its first `.actor`.
  case actorCreated(ActorID, ActorFacts)
  case actor(ActorID, ActorRecord)
  case actorRemoved(ActorID)
  case runner(RunnerID, RunnerRecord)
  case runnerRemoved(RunnerID)
  /// A start or stop was issued in the runner's open session.
  case command(RunnerID, Command)
  /// The runner has taken all commands through this one.
  case commandsAcknowledged(RunnerID, through: CommandIndex)
  /// All events through this one are applied.
  case eventsTaken(RunnerID, through: EventIndex)
}

/// What belongs to a pool as a whole.
package struct PoolRecord: Equatable, Sendable {
  package var overlay: PoolSettingsOverlay
  /// The next ticket is at least this; kept current by the changes that use tickets.
  package var nextTicket: Ticket
  /// No generation given out is at or below this; raised when an actor's record is removed.
  package var generationFloor: Generation
  package init(
    overlay: PoolSettingsOverlay = PoolSettingsOverlay(), nextTicket: Ticket = 1, generationFloor: Generation = 0
  ) {
    self.overlay = overlay
    self.nextTicket = nextTicket
    self.generationFloor = generationFloor
  }
}
