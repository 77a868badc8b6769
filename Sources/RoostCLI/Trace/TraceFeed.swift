import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire
import Synchronization

/// Hears what is published on subjects, for one command.
final class TraceFeed {
  enum Item: Sendable {
    case message(NATSMessage, at: Instant)
    /// Something that makes the trace incomplete.
    case trouble(String)
    /// Nothing more will come.
    case closed(String)
    /// Somebody wants it to end.
    case stop
  }

  /// What may wait to be shown: as many messages as the library keeps of one subject, and what a terminal that somebody has
  /// stopped may cost.
  private static let bound = Mailbox<Item>.Bound(values: 65_536, bytes: 64 << 20)

  private let connection: NATSConnection
  private let arrived: Mailbox<Item>
  private let dropped: Counter
  private var subscriptions: [NATSSubscription] = []

  private final class Counter: Sendable {
    let value = Atomic(0)
  }

  /// `arrived`: where others may put `.stop`. Errors: `unavailable` when the broker does not answer.
  init(_ access: NATSAccess, filters: [String], into arrived: Mailbox<Item>) throws(CLIError) {
    let dropped = Counter()
    (self.arrived, self.dropped) = (arrived, dropped)
    var settings = NATSSettings(access, name: "roost trace")
    settings.keepsArrivalOrder = true
    do throws(NATSError) {
      connection = try NATSConnection.connect(settings) { event in
        switch event {
        case .disconnected: arrived.put(.trouble("the link to the broker broke: until it is back nothing is heard"))
        case .reconnected: arrived.put(.trouble("the link to the broker is back"))
        case .closed(let reason): arrived.put(.closed(reason))
        case .slowConsumer(let subject): arrived.put(.trouble("too slow: messages on \(subject) were dropped"))
        // What may not be heard is told below.
        case .trouble(let error): if error.code != .notPermitted { arrived.put(.trouble(error.message)) }
        }
      }
      var refused = 0
      for filter in filters {
        subscriptions.append(
          try connection.subscribe(filter) { message in
            let item = Item.message(message, at: Instant(ms: LogLine.now()))
            if !arrived.put(item, bytes: message.sizeBytes, within: Self.bound) {
              dropped.value.add(1, ordering: .relaxed)
            }
          })
        guard try !Self.isHeard(filter, on: connection) else { continue }
        refused += 1
        arrived.put(.trouble("not permitted to hear \(filter): the trace goes on without it"))
      }
      guard refused < filters.count else {
        throw NATSError(
          .notPermitted, "none of \(filters.joined(separator: ", ")) may be heard; check the user's permissions")
      }
    } catch {
      throw CLIError(error)
    }
  }

  deinit { connection.close() }

  /// False when the server refused to subscribe us.
  private static func isHeard(_ filter: String, on connection: NATSConnection) throws(NATSError) -> Bool {
    do throws(NATSError) {
      try connection.flush(timeoutMs: NATSLimits.connectTimeoutMs)
    } catch {
      // It may still be about the one before.
      guard error.code == .notPermitted else { throw error }
    }
    return !connection.lastComplaint.contains("\"\(filter)\"")
  }

  /// The next one; nil once `deadline` has passed.
  func next(until deadline: ContinuousClock.Instant) -> Item? {
    let lost = dropped.value.exchange(0, ordering: .relaxed)
    if lost > 0 { return .trouble("too slow: \(lost) messages were dropped") }
    return arrived.take(until: deadline)
  }
}
