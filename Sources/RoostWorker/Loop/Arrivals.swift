import RoostCore
import RoostNATS
import RoostWire

/// What has come in since the loop last looked, by kind: the kinds are served in the order of these fields.
package struct Arrivals: Sendable {
  package var notices: [Notice] = []
  package var pings: [Inquiry] = []
  /// In stream order.
  package var signals: [RoostNATS.SignalMessage] = []
  /// When the last of `signals` came, by the monotonic clock.
  package var lastSignalNs: Int64 = 0
  package var requests: [Inquiry] = []

  private var hasDroppedPings = false

  package init() {}

  /// Takes a ping, or drops it and says so when the loop is far behind.
  package mutating func take(ping: Inquiry) {
    if pings.count < WorkerLimits.waitingPings { return pings.append(ping) }
    if !hasDroppedPings { notices.append(.pingsDropped) }
    hasDroppedPings = true
  }

  /// Takes a question; false when the loop is so far behind that who asked has to ask again.
  package mutating func take(request: Inquiry) -> Bool {
    guard requests.count < WorkerLimits.waitingRequests else { return false }
    requests.append(request)
    return true
  }

  package var isEmpty: Bool { notices.isEmpty && pings.isEmpty && signals.isEmpty && requests.isEmpty }

  /// Forgets everything and keeps the memory.
  mutating func removeAll() {
    notices.removeAll(keepingCapacity: true)
    pings.removeAll(keepingCapacity: true)
    signals.removeAll(keepingCapacity: true)
    requests.removeAll(keepingCapacity: true)
    hasDroppedPings = false
  }
}

/// A message that wants an answer: a runner's ping, or a question to the API.
package struct Inquiry: Sendable {
  package var subject: String
  /// Where the answer goes; without it nobody waits for one.
  package var replyTo: String?
  package var payload: SignalPayload
  package init(subject: String, replyTo: String?, payload: SignalPayload) {
    self.subject = subject
    self.replyTo = replyTo
    self.payload = payload
  }
}

/// What the loop is told about the world beside messages.
package enum Notice: Sendable {
  /// The link is up, the journal's identity was confirmed, and a message that we just stored was read back: its
  /// stored-at time is the broker's clock. `breaks`: for ``Link/resume(afterBreaks:)``.
  case linkUp(brokerClockNs: Int64, receivedNs: Int64, breaks: UInt64 = 0)
  case linkDown
  /// The broker's clock again, from a message that we just stored.
  case brokerClock(storedAtNs: Int64, receivedNs: Int64)
  /// Reading has begun (again); so many stored signals are still to come.
  case reading(pending: UInt64)
  /// What ``Link/echo(_:)`` sent has come back.
  case echo(UInt64)
  /// The broker has taken everything that was published before this commit.
  case handedOver(commit: UInt64)
  /// It is not known what the broker has of what was published before this commit.
  case doubtful(commit: UInt64)
  /// The broker has stored this dead letter.
  case deadLetterStored(StreamSequence)
  /// Storing it failed; it is tried again.
  case deadLetterFailed(StreamSequence)
  /// Pings came faster than they were taken, and some are gone: silence proves nothing.
  case pingsDropped
  /// A snapshot is durable; the one before it stands for the journal through this record.
  case snapshotMade(olderThrough: RoostCore.RecordIndex)
  /// The stream took nothing for a while and does again: deadlines that wait for a runner start anew.
  case streamWasFull
  /// An answer to the wake with this number.
  case wakeAnswer(number: UInt64, payload: [UInt8])
  /// The wake with this number may not be in the stream.
  case wakeNotStored(number: UInt64, reason: String)
  /// What the files say to a question about the past.
  case told(APIReply, HistoryQuestion)
}
