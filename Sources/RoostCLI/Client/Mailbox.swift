import Dispatch
import Synchronization

/// Values from other threads, taken by one that waits.
final class Mailbox<Value: Sendable>: Sendable {
  /// What may wait of values that others make as many and as large as they like.
  struct Bound: Sendable {
    var values: Int
    var bytes: Int
  }

  private struct Waiting {
    var values: [(value: Value, bytes: Int)] = []
    /// Those before it are taken.
    var next = 0
    var bytes = 0
  }

  private let waiting = Mutex(Waiting())
  private let arrived = DispatchSemaphore(value: 0)

  func put(_ value: Value) { _ = put(value, bytes: 0, within: nil) }

  /// False, and nothing is kept, when there is no room left for a value of so many bytes. One alone always has room.
  func put(_ value: Value, bytes: Int, within bound: Bound?) -> Bool {
    let isKept = waiting.withLock { waiting in
      let count = waiting.values.count - waiting.next
      if let bound, count > 0, count >= bound.values || waiting.bytes + bytes > bound.bytes { return false }
      waiting.values.append((value, bytes))
      waiting.bytes += bytes
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
    return waiting.withLock { waiting in
      let (value, bytes) = waiting.values[waiting.next]
      waiting.next += 1
      waiting.bytes -= bytes
      // Half of them taken: what is moved then is less than what was taken since.
      if waiting.next * 2 >= waiting.values.count {
        waiting.values.removeFirst(waiting.next)
        waiting.next = 0
      }
      return value
    }
  }
}
