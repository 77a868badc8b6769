import RoostCore

/// What the worker knows of the stream's time and of the broker's clock (lifecycle, one pool, one machine).
///
/// Stored-at times have nanoseconds, the machine has milliseconds. So that no deadline fires early by a part of one, a
/// signal counts as stored at the end of its millisecond, and what it proves to be over ends with the one before.
struct StreamClock: Sendable {
  /// The `now` of what was applied last; never goes back.
  private(set) var now = Instant.distantPast
  /// Timers due by this are proven to be due; at most one millisecond below `now`.
  private(set) var proven = Instant.distantPast
  private var storedAtNs: Int64 = 0
  private var receivedNs: Int64 = 0
  private(set) var isSet = false

  /// The broker's clock as we reckon it, in ns since the epoch.
  func estimateNs(at monotonicNs: Int64) -> Int64 { storedAtNs + max(0, monotonicNs - receivedNs) }

  /// The same for the machine: whole milliseconds, never below `now`.
  func clock(at monotonicNs: Int64) -> Instant {
    isSet ? max(now, Instant(ms: estimateNs(at: monotonicNs) / 1_000_000)) : now
  }

  /// The monotonic time at which the broker's clock will show `due`.
  func monotonicNs(of due: Instant) -> Int64 {
    let (dueNs, overflow) = due.ms.multipliedReportingOverflow(by: 1_000_000)
    let (wait, isOver) = (overflow ? .max : dueNs).subtractingReportingOverflow(storedAtNs)
    let (at, isOverToo) = receivedNs.addingReportingOverflow(isOver ? .max : wait)
    return isOverToo ? .max : at
  }

  /// A signal came. While old ones are read the clock is ahead of them, so they only push it forward.
  mutating func received(storedAtNs: Int64, at monotonicNs: Int64) {
    if !isSet || storedAtNs > estimateNs(at: monotonicNs) { set(storedAtNs: storedAtNs, at: monotonicNs) }
  }

  /// A message that we have just stored tells the broker's clock exactly, forward or backward.
  mutating func set(storedAtNs: Int64, at monotonicNs: Int64) {
    self.storedAtNs = storedAtNs
    receivedNs = monotonicNs
    isSet = true
  }

  /// The next signal in stream order: what was stored before it has been read.
  mutating func advance(to storedAtNs: Int64) {
    proven = max(proven, Instant(ms: storedAtNs / 1_000_000))
    now = max(now, Self.storedAt(storedAtNs))
  }

  /// Recovery: the `now` of a record.
  mutating func recover(now recorded: Instant) {
    now = max(now, recorded)
    proven = max(proven, Instant(ms: recorded.ms == .min ? .min : recorded.ms - 1))
  }

  static func storedAt(_ ns: Int64) -> Instant { Instant(ms: ns / 1_000_000 + (ns % 1_000_000 > 0 ? 1 : 0)) }
}
