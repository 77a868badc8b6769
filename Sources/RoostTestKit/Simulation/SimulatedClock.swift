import RoostWorker

/// The worker's monotonic clock: the world's time, drifting, from an origin that every life of the worker has anew.
///
/// Unchecked: a simulation runs in one thread.
final class SimulatedClock: Clocks, @unchecked Sendable {
  private(set) var worldNs: Int64 = 0
  private var driftPpm: Int64 = 0
  private var originNs: Int64 = 0
  /// The process stands still for so long after the next reading.
  var stallNs: Int64 = 0

  func begin(originNs: Int64, driftPpm: Int64) {
    self.originNs = originNs
    self.driftPpm = driftPpm
  }

  func advance(to worldNs: Int64) { self.worldNs = max(self.worldNs, worldNs) }

  func monotonicNs() -> Int64 {
    let now = originNs + worldNs + worldNs / 1_000_000 * driftPpm
    worldNs += stallNs
    stallNs = 0
    return now
  }

  func wallMs() -> Int64 { (Simulation.epochNs + worldNs) / 1_000_000 }

  /// The world's time at which the clock shows at least `monotonicNs`; max = never.
  func worldNs(of monotonicNs: Int64) -> Int64 {
    if monotonicNs == .max { return .max }
    let wanted = monotonicNs - originNs
    if wanted <= 0 { return 0 }
    // The inverse, a little late: a drift of 0.2 % leaves 4 millionths of error.
    return wanted - wanted / 1_000_000 * driftPpm + wanted / 1_000_000 * (driftPpm * driftPpm / 1_000_000) + 2_000_000
  }
}
