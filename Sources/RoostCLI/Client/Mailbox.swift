import Dispatch
import Synchronization

/// Values from other threads, taken by one that waits.
final class Mailbox<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  private let arrived = DispatchSemaphore(value: 0)

  func put(_ value: Value) {
    values.withLock { $0.append(value) }
    arrived.signal()
  }

  /// False, and nothing is kept, when `limit` values wait already.
  func put(_ value: Value, limit: Int) -> Bool {
    let isKept = values.withLock { values in
      guard values.count < limit else { return false }
      values.append(value)
      return true
    }
    if isKept { arrived.signal() }
    return isKept
  }

  /// The next value; nil once `deadline` has passed.
  func take(until deadline: ContinuousClock.Instant) -> Value? {
    let left = max(.zero, deadline - .now)
    let (seconds, attoseconds) = left.components
    // A month is for ever here, and keeps the sum inside what the clock can say.
    let nanoseconds = min(Int(seconds), 2_592_000) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    guard arrived.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success else { return nil }
    return values.withLock { $0.removeFirst() }
  }
}
