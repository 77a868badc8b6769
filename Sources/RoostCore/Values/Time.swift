/// Milliseconds since the Unix epoch. The one type in which times from the wire are range-checked: it saturates, never traps.
package struct Instant: Hashable, Comparable, Sendable {
  package let ms: Int64
  package init(ms: Int64) { self.ms = ms }
  package static let distantPast = Instant(ms: .min)
  package static let distantFuture = Instant(ms: .max)
  package static func < (a: Instant, b: Instant) -> Bool { a.ms < b.ms }

  package func adding(_ duration: Milliseconds) -> Instant {
    let (sum, overflow) = ms.addingReportingOverflow(duration.value)
    return overflow ? .distantFuture : Instant(ms: sum)
  }

  /// The time from `earlier` to here; zero if it is later.
  package func since(_ earlier: Instant) -> Milliseconds {
    guard self > earlier else { return .zero }
    let (difference, overflow) = ms.subtractingReportingOverflow(earlier.ms)
    return Milliseconds(overflow ? .max : difference)
  }
}

/// A duration, never negative, at most 2^63 - 1 ms.
package struct Milliseconds: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let value: Int64
  package static let zero = Milliseconds(0)
  package init(_ value: Int64) { self.value = max(0, value) }
  /// From the wire: what does not fit becomes the longest duration.
  package init(clamping value: UInt64) { self.value = Int64(clamping: value) }
  package static func < (a: Milliseconds, b: Milliseconds) -> Bool { a.value < b.value }
  package var description: String { "\(value) ms" }

  package static func + (a: Milliseconds, b: Milliseconds) -> Milliseconds {
    let (sum, overflow) = a.value.addingReportingOverflow(b.value)
    return Milliseconds(overflow ? .max : sum)
  }

  package static func * (a: Milliseconds, factor: Int64) -> Milliseconds {
    let (product, overflow) = a.value.multipliedReportingOverflow(by: factor)
    return Milliseconds(overflow ? .max : product)
  }
}

/// What the shell tells the machine about time and place with every input.
package struct Moment: Equatable, Sendable {
  /// The stream's time: the stored-at time of the newest message applied. It says what is due and never goes back.
  package var now: Instant
  /// The worker's estimate of the broker's clock, never below `now`. The machine's own new deadlines count from it.
  package var clock: Instant
  /// The number of the journal record that will hold what this input changes.
  package var record: RecordIndex
  package init(now: Instant, clock: Instant, record: RecordIndex) {
    self.now = now
    self.clock = max(now, clock)
    self.record = record
  }
}
