import CRoostProtos
import RoostCore

/// What runners hear from workers.
extension WireCodec {
  /// A command; `verb` is the last token of its subject.
  package func decodeCommand(_ verb: CommandVerb, _ payload: UnsafeRawBufferPointer) throws(WireError)
    -> ReceivedCommand
  {
    switch verb {
    case .start:
      let message = try unpack(Roost__V1__CommandStartActor.self, payload, in: reading).pointee
      return ReceivedCommand(
        session: SessionID(try message.session.requiredText("CommandStartActor.session")),
        body: .start(try StartOrder(from: message)))
    case .stop:
      let message = try unpack(Roost__V1__CommandStopActor.self, payload, in: reading).pointee
      return ReceivedCommand(
        session: SessionID(try message.session.requiredText("CommandStopActor.session")),
        body: .stop(try StopOrder(from: message)))
    case .welcome:
      let message = try unpack(Roost__V1__RunnerWelcome.self, payload, in: reading).pointee
      return ReceivedCommand(
        session: SessionID(try message.session.requiredText("RunnerWelcome.session")),
        body: .welcome(Welcome(from: message)))
    case .ack:
      let message = try unpack(Roost__V1__AckEvents.self, payload, in: reading).pointee
      return ReceivedCommand(
        session: SessionID(try message.session.requiredText("AckEvents.session")),
        body: .acknowledged(through: message.last_event_index))
    case .close:
      let message = try unpack(Roost__V1__Close.self, payload, in: reading).pointee
      return ReceivedCommand(
        session: SessionID(try message.session.requiredText("Close.session")),
        body: .close(reason: try message.reason.text("Close.reason")))
    }
  }

  /// As above, from an array.
  package func decodeCommand(_ verb: CommandVerb, _ payload: [UInt8]) throws(WireError) -> ReceivedCommand {
    try payload.withBytes { bytes throws(WireError) in try decodeCommand(verb, bytes) }
  }
}

extension StartOrder {
  fileprivate init(from message: Roost__V1__CommandStartActor) throws(WireError) {
    guard let config = message.config?.pointee else { throw .missing("CommandStartActor.config") }
    self.init(
      index: message.index, actor: ActorID(try message.actor_id.identifier("CommandStartActor.actor_id")),
      generation: message.generation, name: try config.name.text("ActorConfig.name"),
      key: config.has_key_case.rawValue != 0 ? try config.key.text("ActorConfig.key") : nil,
      createdAt: Instant(ms: config.create_ts), input: config.input.bytes, journalSequence: message.journal_sequence,
      causeSequence: message.cause_sequence)
  }
}

extension StopOrder {
  fileprivate init(from message: Roost__V1__CommandStopActor) throws(WireError) {
    self.init(
      index: message.index, actor: ActorID(try message.actor_id.identifier("CommandStopActor.actor_id")),
      generation: message.generation,
      reason: UInt8(exactly: message.reason.rawValue).flatMap(StopReason.init(rawValue:)),
      journalSequence: message.journal_sequence, causeSequence: message.cause_sequence)
  }
}

extension Welcome {
  fileprivate init(from message: Roost__V1__RunnerWelcome) {
    self.init(
      lastEventIndex: message.last_event_index, lostThreshold: Milliseconds(clamping: message.lost_threshold_ms),
      pingInterval: Milliseconds(clamping: message.ping_interval_ms), protocol: message.protocol,
      stopAfter: message.has_stop_after_ms_case.rawValue != 0 ? Milliseconds(clamping: message.stop_after_ms) : .zero)
  }
}
