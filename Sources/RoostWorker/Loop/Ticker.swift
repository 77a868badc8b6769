import RoostCore
import RoostNATS

/// When the stream is asked for its time (lifecycle, time): something is due by the broker's clock, and no message has
/// proven it. At most one tick per 100 ms.
struct Ticker {
  private var lastNs = Int64.min / 2
  /// Stored signals that were not delivered yet: one of them may prove it. nil: reading has not begun.
  private var pending: UInt64?
  /// They may have been deleted meanwhile; after this a tick is sent all the same.
  private var pendingUntilNs: Int64 = 0
  /// On every connect one tick is sent, whatever is due.
  private var isOwed = false
  /// Ticks since a signal was read: a stream that refuses or a reader that stands still is not asked ten times a second.
  private var unanswered = 0

  mutating func connected() { isOwed = true }

  mutating func read(_ last: RoostNATS.SignalMessage, atNs: Int64) {
    opened(pending: last.pending, atNs: atNs)
    unanswered = 0
  }

  mutating func opened(pending: UInt64, atNs: Int64) {
    self.pending = pending
    pendingUntilNs = atNs + WorkerLimits.pendingTrustNs
  }

  /// The end of the stream was reached.
  var hasReadAll: Bool { pending == 0 }

  /// When to send the next one for a timer that is due at `dueNs`; nil = something that will be read proves it.
  func nextNs(dueNs: Int64?) -> Int64? {
    let doublings = min(max(unanswered - WorkerLimits.quickTicks, 0), WorkerLimits.tickDoublings)
    let earliestNs = lastNs + WorkerLimits.tickIntervalNs << Int64(doublings)
    if isOwed { return earliestNs }
    guard let pending, let dueNs else { return nil }
    return max(dueNs, earliestNs, pending == 0 ? .min : pendingUntilNs)
  }

  mutating func sent(atNs: Int64) {
    lastNs = atNs
    isOwed = false
    unanswered += 1
  }
}
