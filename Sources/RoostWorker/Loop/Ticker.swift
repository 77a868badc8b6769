import RoostCore
import RoostNATS

/// When the stream is asked for its time (lifecycle, time): something is due by the broker's clock, and no message has
/// proven it. At most one tick per 100 ms.
struct Ticker {
  private var lastNs = Int64.min / 2
  /// Stored signals that were not delivered yet: one of them may prove it.
  private var pending: UInt64 = 0
  /// On every connect one tick is sent, whatever is due.
  private var isOwed = false

  mutating func connected() { isOwed = true }
  mutating func read(_ last: RoostNATS.SignalMessage) { pending = last.pending }
  mutating func opened(pending: UInt64) { self.pending = pending }
  var hasReadAll: Bool { pending == 0 }

  /// When to send the next one for a timer that is due at `dueNs`; nil = something that will be read proves it.
  func nextNs(dueNs: Int64?) -> Int64? {
    let earliestNs = lastNs + WorkerLimits.tickIntervalNs
    if isOwed { return earliestNs }
    guard pending == 0, let dueNs else { return nil }
    return max(dueNs, earliestNs)
  }

  mutating func sent(atNs: Int64) {
    lastNs = atNs
    isOwed = false
  }
}
