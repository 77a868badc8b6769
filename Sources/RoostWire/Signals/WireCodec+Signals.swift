import CRoostProtos
import RoostCore

/// A message of the signal stream as the reader has it.
package struct SignalMessage: Sendable {
  package var subject: SignalSubject
  package var sequence: StreamSequence
  package var storedAt: Instant
  /// The header Roost-Reply-To as it came.
  package var replyTo: String?
  package var trace: Trace?
  package init(
    subject: SignalSubject, sequence: StreamSequence, storedAt: Instant, replyTo: String? = nil, trace: Trace? = nil
  ) {
    self.subject = subject
    self.sequence = sequence
    self.storedAt = storedAt
    self.replyTo = replyTo
    self.trace = trace
  }
}

extension WireCodec {
  /// The signal that a message of the stream is. What it throws makes the message a dead letter.
  ///
  /// A reply subject that is not allowed makes the signal `refused` (`bad_reply_to`) and is not answered; the signals of
  /// runners ignore the header, for they have answers of their own.
  package func decodeSignal(
    _ message: SignalMessage, payload: UnsafeRawBufferPointer
  ) throws(WireError) -> Signal {
    do throws(WireError) {
      let isReplyAccepted = message.replyTo.map(ReplySubject.isAccepted) ?? true
      let body: Signal.Body
      switch message.subject {
      case .actor(_, let actor, let verb):
        let signal = try actorSignal(verb, payload)
        body = .actor(actor, isReplyAccepted ? signal : .badReplyTo)
      case .pool(_, let verb):
        let signal = try poolSignal(verb, payload)
        body = .pool(isReplyAccepted ? signal : .badReplyTo)
      case .runner(_, let runner, let verb):
        return Signal(
          pool: message.subject.pool, sequence: message.sequence, storedAt: message.storedAt,
          body: .runner(runner, try runnerSignal(verb, payload)), trace: message.trace)
      }
      return Signal(
        pool: message.subject.pool, sequence: message.sequence, storedAt: message.storedAt, body: body,
        replyTo: isReplyAccepted ? message.replyTo : nil, trace: message.trace)
    } catch {
      throw WireError(error.reason, error.message, pool: message.subject.pool)
    }
  }

  /// As above, from an array.
  package func decodeSignal(_ message: SignalMessage, payload: [UInt8]) throws(WireError) -> Signal {
    try payload.withBytes { bytes throws(WireError) in try decodeSignal(message, payload: bytes) }
  }

  private func actorSignal(_ verb: ActorVerb, _ payload: UnsafeRawBufferPointer) throws(WireError) -> ActorSignal {
    switch verb {
    case .create:
      return try .create(from: unpack(Roost__V1__Create.self, payload, in: reading).pointee)
    case .wake:
      return .wake(payload.isEmpty ? Wake() : try decode(Wake.self, from: payload))
    case .allocate:
      let message = try unpack(Roost__V1__Allocate.self, payload, in: reading).pointee
      return .allocate(
        runner: RunnerID(try message.runner_id.identifier("Allocate.runner_id")),
        ticket: message.has_ticket_case.rawValue != 0 ? message.ticket : nil)
    case .sleep:
      _ = try unpack(Roost__V1__Sleep.self, payload, in: reading)
      return .sleep
    case .reschedule:
      _ = try unpack(Roost__V1__Reschedule.self, payload, in: reading)
      return .reschedule
    case .destroy:
      _ = try unpack(Roost__V1__Destroy.self, payload, in: reading)
      return .destroy
    }
  }

  private func runnerSignal(_ verb: RunnerVerb, _ payload: UnsafeRawBufferPointer) throws(WireError) -> RunnerSignal {
    switch verb {
    case .initialize:
      return .initialize(try decode(RunnerInit.self, from: payload))
    case .events:
      let list = try decode(RunnerEventList.self, from: payload)
      return .events(session: list.session, list.events)
    case .stopping:
      let stopping = try decode(RunnerStopping.self, from: payload)
      return .stopping(session: stopping.session, lastCommandIndex: stopping.lastCommandIndex)
    }
  }

  private func poolSignal(_ verb: PoolVerb, _ payload: UnsafeRawBufferPointer) throws(WireError) -> PoolSignal {
    switch verb {
    case .configure:
      guard let settings = try unpack(Roost__V1__Configure.self, payload, in: reading).pointee.settings?.pointee else {
        throw .missing("Configure.settings")
      }
      guard let overlay = PoolSettingsOverlay(wire: settings) else {
        return .refused(
          reason: "bad_events",
          message: "events \(settings.events.rawValue) is unknown; use ALL 1, OUTCOMES 2 or NONE 3")
      }
      return .configure(overlay)
    case .drain:
      let message = try unpack(Roost__V1__DrainRunner.self, payload, in: reading).pointee
      return .drain(RunnerID(try message.runner_id.identifier("DrainRunner.runner_id")))
    case .tick:
      _ = try unpack(Roost__V1__Tick.self, payload, in: reading)
      return .tick
    }
  }
}

private let badReplyTo =
  "Roost-Reply-To must be a literal subject under _INBOX. or roost.reply., at most \(Limits.replySubjectBytes) bytes"

extension ActorSignal {
  fileprivate static var badReplyTo: ActorSignal { .refused(reason: "bad_reply_to", message: RoostWire.badReplyTo) }
}

extension PoolSignal {
  fileprivate static var badReplyTo: PoolSignal { .refused(reason: "bad_reply_to", message: RoostWire.badReplyTo) }
}
