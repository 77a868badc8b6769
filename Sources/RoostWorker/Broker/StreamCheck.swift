import RoostCore
import RoostNATS
import RoostWire

/// Is the stream still the one we read? A message is known by sequence, stored-at time and subject (architecture,
/// reading signals).
package enum StreamCheck: Equatable {
  case sound
  /// The broker has lost acknowledged messages, or has numbered others like them. `last`: the stream ends there, with a
  /// message that was applied.
  case lost(String, last: SignalPosition?)

  /// `endAtLoss`: what the stream ended with when the loss was seen first, before it went on with new messages.
  static func run(
    _ jetStream: JetStream, _ stream: String, at position: SignalPosition, endAtLoss: SignalPosition? = nil
  ) throws(NATSError) -> StreamCheck {
    if position.sequence == 0 { return .sound }
    let last = try jetStream.info(stream).lastSequence
    let message = { (sequence: StreamSequence) throws(NATSError) in
      try jetStream.message(stream, sequence: sequence).map(SignalPosition.init)
    }
    let check = try judge(at: position, last: last, message: message)
    guard let endAtLoss, case .lost(let reason, last: nil) = check,
      case .sound = try judge(at: endAtLoss, last: last, message: message)
    else { return check }
    return .lost(reason, last: endAtLoss)
  }

  /// The same for a stream that ends with `last`; `message` is what it holds under a sequence.
  package static func judge<Failure: Error>(
    at position: SignalPosition, last: StreamSequence,
    message: (StreamSequence) throws(Failure) -> SignalPosition?
  ) throws(Failure) -> StreamCheck {
    if position.sequence == 0 { return .sound }
    if last < position.sequence {
      let end = try last == 0 ? nil : message(last)
      return .lost(
        "its last sequence is \(last), the journal has applied \(position.sequence)",
        last: end.flatMap { known($0, at: position) })
    }
    // Trimmed away: by us, as nobody else may.
    guard let found = try message(position.sequence) else { return .sound }
    if found.storedAt == position.storedAt, found.subject == position.subject { return .sound }
    return .lost("message \(position.sequence) is not the one that the journal has applied", last: nil)
  }

  /// The end of the stream if it was applied: stored before what was applied last, so only the messages behind it are
  /// lost. A stream that was made anew holds newer ones.
  static func known(_ end: SignalPosition, at position: SignalPosition) -> SignalPosition? {
    end.storedAt <= position.storedAt ? end : nil
  }

  /// After a loss reading goes on behind the last message that is left, or, where numbers were used again, with
  /// everything stored since a little before our position: rather twice than never.
  package static func start(after position: SignalPosition, last: SignalPosition?) -> SignalStart {
    if let last { return .afterSequence(last.sequence) }
    return .storedAt((position.storedAt.ms - 10_000).saturatingMultiple(1_000_000))
  }
}

extension SignalPosition {
  init(_ message: StoredMessage) {
    self.init(
      sequence: message.sequence, storedAt: StreamClock.storedAt(message.storedAtNs), subject: message.subject)
  }
}
