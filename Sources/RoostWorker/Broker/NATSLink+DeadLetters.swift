import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

extension NATSLink {
  func store(_ letter: RoostWire.DeadLetter) {
    let sequence = letter.sequence
    var headers = letter.headers.map { NATSHeader($0.name, $0.value) }
    headers.append(NATSHeader("Roost-Dead-Reason", letter.reason))
    headers.append(NATSHeader("Roost-Dead-Subject", letter.subject))
    headers.append(NATSHeader("Roost-Dead-Sequence", String(sequence)))
    headers.append(NATSHeader("Roost-Dead-Time", String(letter.storedAt.ms)))
    headers.append(NATSHeader("Nats-Msg-Id", "dead/\(streams.signalsName)/\(sequence)"))
    do throws(NATSError) {
      try jetStream.publish(subjects.dead(pool(of: letter.subject)), headers: headers, payload: letter.payload) {
        [queue, log] result in
        switch result {
        case .success: queue.put(.deadLetterStored(sequence))
        case .failure(let error):
          log.warning("dead letter not stored, it is tried again", [.sequence: sequence, .error: error.message])
          queue.put(.deadLetterFailed(sequence))
        }
      }
    } catch {
      // The message was as large as the broker takes; with our headers it is larger.
      if error.code == .tooLarge, let shorter = letter.shortened(toFit: outbox.connection.maxPayloadBytes, headers) {
        return store(shorter)
      }
      log.warning("dead letter not sent, it is tried again", [.sequence: sequence, .error: error.message])
      queue.put(.deadLetterFailed(sequence))
    }
  }

  private func pool(of subject: String) -> PoolID? {
    do throws(WireError) { return try parser.signal(subject).pool } catch { return error.pool }
  }
}

extension RoostWire.DeadLetter {
  private static let truncated = "Roost-Dead-Truncated"

  /// The letter with the first `limitBytes` of its payload; a header has the number of bytes that the message had.
  func truncated(to limitBytes: Int) -> Self {
    guard payload.count > limitBytes else { return self }
    var letter = self
    letter.payload = Array(payload.prefix(limitBytes))
    if !headers.contains(where: { $0.name == Self.truncated }) {
      letter.headers.append(Header(name: Self.truncated, value: String(payload.count)))
    }
    return letter
  }

  /// With so much of the payload that the whole fits into what the broker takes, which counts headers too; without the
  /// message's own headers when there is no room for a payload beside them. nil: nothing is left to leave out.
  fileprivate func shortened(toFit maxBytes: Int, _ headers: [NATSHeader]) -> Self? {
    // A header line has a colon, a blank and a line's end; the block has a first line and an empty one.
    let headerBytes =
      headers.reduce(64) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 } + Self.truncated.utf8.count
    let room = max(0, maxBytes - headerBytes)
    if room < payload.count { return truncated(to: room) }
    let ours = self.headers.filter { $0.name.hasPrefix("Roost-Dead-") }
    if ours.count == self.headers.count { return nil }
    var letter = self
    letter.headers = ours
    return letter
  }
}
