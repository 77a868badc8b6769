import RoostCore
import RoostNATS
import RoostWire

/// Is the stream still the one we read? A message is known by sequence, stored-at time and subject (architecture,
/// reading signals).
enum StreamCheck: Equatable {
  case sound
  /// The broker has lost acknowledged messages, or has numbered others like them.
  case lost(String)

  static func run(
    _ jetStream: JetStream, _ stream: String, at position: SignalPosition
  ) throws(NATSError) -> StreamCheck {
    if position.sequence == 0 { return .sound }
    let last = try jetStream.info(stream).lastSequence
    if last < position.sequence {
      return .lost("its last sequence is \(last), the journal has applied \(position.sequence)")
    }
    // Trimmed away: by us, as nobody else may.
    guard let message = try jetStream.message(stream, sequence: position.sequence) else { return .sound }
    if StreamClock.storedAt(message.storedAtNs) == position.storedAt, message.subject == position.subject {
      return .sound
    }
    return .lost("message \(position.sequence) is not the one that the journal has applied")
  }

  /// After a loss, everything stored since a little before our position is read: rather twice than never.
  static func start(after position: SignalPosition) -> SignalStart {
    .storedAt((position.storedAt.ms - 10_000).saturatingMultiple(1_000_000))
  }
}
