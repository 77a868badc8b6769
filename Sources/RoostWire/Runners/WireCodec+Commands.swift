import CRoostProtos
import RoostCore

/// What workers tell runners.
extension WireCodec {
  /// The version of the protocol between workers and runners.
  package static let protocolVersion: UInt32 = 1

  /// The payload of roost.command.NS.POOL.RUNNER.VERB; the verb is `command.body.verb`.
  package func encode(_ command: OutgoingCommand) -> [UInt8] {
    writing.reset()
    let session = writing.copy(command.session.text)
    switch command.body {
    case .start(let command, let facts):
      let message = writing.make(Roost__V1__CommandStartActor.self)
      message.pointee.index = command.index
      message.pointee.actor_id = writing.copy(command.actor.text)
      message.pointee.generation = command.generation
      message.pointee.config = writing.build(facts)
      message.pointee.session = session
      message.pointee.journal_sequence = command.record
      message.pointee.cause_sequence = command.cause.sequence
      return pack(message)
    case .stop(let command, let reason):
      let message = writing.make(Roost__V1__CommandStopActor.self)
      message.pointee.index = command.index
      message.pointee.actor_id = writing.copy(command.actor.text)
      message.pointee.generation = command.generation
      message.pointee.reason = Roost__V1__StopReason(rawValue: UInt32(reason.rawValue))
      message.pointee.session = session
      message.pointee.journal_sequence = command.record
      message.pointee.cause_sequence = command.cause.sequence
      return pack(message)
    case .welcome(let lastEventIndex, let lostThreshold, let pingInterval, let stopAfter):
      let message = writing.make(Roost__V1__RunnerWelcome.self)
      message.pointee.last_event_index = lastEventIndex
      message.pointee.lost_threshold_ms = UInt64(lostThreshold.value)
      message.pointee.ping_interval_ms = UInt64(pingInterval.value)
      message.pointee.protocol = Self.protocolVersion
      message.pointee.session = session
      if stopAfter > .zero {
        message.pointee.has_stop_after_ms_case = ROOST__V1__RUNNER_WELCOME__HAS_STOP_AFTER_MS_STOP_AFTER_MS
        message.pointee.stop_after_ms = UInt64(stopAfter.value)
      }
      return pack(message)
    case .close(let reason):
      let message = writing.make(Roost__V1__Close.self)
      message.pointee.reason = writing.copy(reason)
      message.pointee.session = session
      return pack(message)
    }
  }

  /// The payload of roost.command.NS.POOL.RUNNER.ack.
  package func encode(_ acknowledgement: EventAcknowledgement) -> [UInt8] {
    writing.reset()
    let message = writing.make(Roost__V1__AckEvents.self)
    message.pointee.last_event_index = acknowledgement.lastEventIndex
    message.pointee.session = writing.copy(acknowledgement.session.text)
    return pack(message)
  }
}

extension OutgoingCommand.Body {
  package var verb: CommandVerb {
    switch self {
    case .start: .start
    case .stop: .stop
    case .welcome: .welcome
    case .close: .close
    }
  }
}

/// ActorConfig: what an actor is started with. The crash policy is the worker's business.
extension ActorFacts: WireEncodable {
  func write(to message: inout Roost__V1__ActorConfig, in arena: Arena) {
    message.name = arena.copy(name)
    if let key {
      message.has_key_case = ROOST__V1__ACTOR_CONFIG__HAS_KEY_KEY
      message.key = arena.copy(key)
    }
    message.create_ts = createdAt.ms
    message.input = arena.copy(input)
  }
}
