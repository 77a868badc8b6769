import RoostCore
import RoostNATS
import RoostWire

/// The signal stream of a simulated broker: sequences, stored-at times, a duplicate window, an end that may vanish.
struct SimulatedStream {
  struct Stored {
    var subject: String
    var sequence: StreamSequence
    var storedAtNs: Int64
    var replyTo: String?
    var payload: [UInt8]
  }

  enum Publication: Equatable {
    case stored(StreamSequence)
    /// The broker has seen the message id: acknowledged, not stored again.
    case duplicate
    case full
  }

  /// `messages[0]` has the sequence `first`.
  private(set) var messages: [Stored] = []
  private(set) var first: StreamSequence = 1
  private var seen: [String: (sequence: StreamSequence, atNs: Int64)] = [:]
  private static let duplicateWindowNs: Int64 = 120_000_000_000
  var isFull = false
  /// The greatest stored-at time so far.
  private(set) var newestNs: Int64 = 0

  var last: StreamSequence { first + StreamSequence(messages.count) - 1 }

  subscript(sequence: StreamSequence) -> Stored? {
    sequence < first || sequence > last ? nil : messages[Int(sequence - first)]
  }

  func position(_ sequence: StreamSequence) -> SignalPosition? {
    self[sequence].map {
      SignalPosition(
        sequence: sequence, storedAt: Instant(ms: ($0.storedAtNs + 999_999) / 1_000_000), subject: $0.subject)
    }
  }

  mutating func publish(
    _ subject: String, _ payload: [UInt8], replyTo: String?, messageID: String?, atNs: Int64
  ) -> Publication {
    if let messageID, let known = seen[messageID], atNs - known.atNs < Self.duplicateWindowNs { return .duplicate }
    if isFull { return .full }
    let sequence = last + 1
    messages.append(
      Stored(subject: subject, sequence: sequence, storedAtNs: atNs, replyTo: replyTo, payload: payload))
    if let messageID { seen[messageID] = (sequence, atNs) }
    newestNs = max(newestNs, atNs)
    return .stored(sequence)
  }

  /// The newest messages vanish, and what the broker remembers of their ids. Returns how many.
  mutating func lose(_ count: Int) -> Int {
    let lost = min(count, messages.count)
    messages.removeLast(lost)
    let last = last
    seen = seen.filter { $0.value.sequence <= last }
    return lost
  }

  mutating func trim(through sequence: StreamSequence) {
    guard sequence >= first else { return }
    messages.removeFirst(Int(min(sequence, last) - first + 1))
    first = sequence + 1
  }

  /// The sequence before the first message stored at `ns` or later.
  func sequence(before ns: Int64) -> StreamSequence {
    messages.first { $0.storedAtNs >= ns }.map { $0.sequence - 1 } ?? last
  }
}
