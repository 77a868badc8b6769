import RoostCore
import RoostWire
import Synchronization

/// How far the journal is durable: written by the loop, read by the keeper, which refreshes the identity and trims.
package final class Progress: Sendable {
  private let position = Mutex(SignalPosition(sequence: 0, storedAt: Instant(ms: 0), subject: ""))
  package init() {}
  package var durable: SignalPosition { position.withLock { $0 } }
  package func set(_ new: SignalPosition) { position.withLock { $0 = new } }
}
