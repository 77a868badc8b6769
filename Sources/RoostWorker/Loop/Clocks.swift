import Glibc
import RoostTelemetry

/// The worker's own clock. A simulation brings its own.
package protocol Clocks: Sendable {
  /// Never goes back, has no relation to the time of day; ns.
  func monotonicNs() -> Int64
  /// The wall clock, ms since the epoch: for ages in hours, never for an order.
  func wallMs() -> Int64
}

package struct SystemClocks: Clocks {
  package static let shared = SystemClocks()
  package init() {}

  package func monotonicNs() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }

  package func wallMs() -> Int64 { LogLine.now() }
}
