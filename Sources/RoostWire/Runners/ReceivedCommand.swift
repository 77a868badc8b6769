import RoostCore

/// A command as a runner receives it. The session says which life of the runner it is for.
package struct ReceivedCommand: Equatable, Sendable {
  package enum Body: Equatable, Sendable {
    case start(StartOrder)
    case stop(StopOrder)
    /// Send events again from `lastEventIndex` + 1.
    case welcome(Welcome)
    /// The events through this one are in the journal.
    case acknowledged(through: EventIndex)
    /// Stop all actors.
    case close(reason: String)
  }
  package var session: SessionID
  package var body: Body
  package init(session: SessionID, body: Body) {
    self.session = session
    self.body = body
  }
}

/// CommandStartActor: run this generation.
package struct StartOrder: Equatable, Sendable {
  package var index: CommandIndex
  package var actor: ActorID
  package var generation: Generation
  package var name: String
  package var key: String?
  package var createdAt: Instant
  package var input: [UInt8]
  package var journalSequence: RecordIndex
  /// 0 = no signal caused it.
  package var causeSequence: StreamSequence
  package init(
    index: CommandIndex, actor: ActorID, generation: Generation, name: String, key: String? = nil, createdAt: Instant,
    input: [UInt8] = [], journalSequence: RecordIndex = 0, causeSequence: StreamSequence = 0
  ) {
    self.index = index
    self.actor = actor
    self.generation = generation
    self.name = name
    self.key = key
    self.createdAt = createdAt
    self.input = input
    self.journalSequence = journalSequence
    self.causeSequence = causeSequence
  }
}

/// CommandStopActor: stop this generation.
package struct StopOrder: Equatable, Sendable {
  package var index: CommandIndex
  package var actor: ActorID
  package var generation: Generation
  /// nil = a reason that this version does not know.
  package var reason: StopReason?
  package var journalSequence: RecordIndex
  /// 0 = no signal caused it.
  package var causeSequence: StreamSequence
  package init(
    index: CommandIndex, actor: ActorID, generation: Generation, reason: StopReason?, journalSequence: RecordIndex = 0,
    causeSequence: StreamSequence = 0
  ) {
    self.index = index
    self.actor = actor
    self.generation = generation
    self.reason = reason
    self.journalSequence = journalSequence
    self.causeSequence = causeSequence
  }
}

/// RunnerWelcome: the session is open.
package struct Welcome: Equatable, Sendable {
  package var lastEventIndex: EventIndex
  package var lostThreshold: Milliseconds
  package var pingInterval: Milliseconds
  package var `protocol`: UInt32
  /// Zero = keep actors running without pongs.
  package var stopAfter: Milliseconds
  package init(
    lastEventIndex: EventIndex, lostThreshold: Milliseconds, pingInterval: Milliseconds,
    protocol: UInt32 = WireCodec.protocolVersion, stopAfter: Milliseconds = .zero
  ) {
    self.lastEventIndex = lastEventIndex
    self.lostThreshold = lostThreshold
    self.pingInterval = pingInterval
    self.protocol = `protocol`
    self.stopAfter = stopAfter
  }
}
