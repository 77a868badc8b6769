import RoostCore
import RoostNATS
import RoostWire
import RoostWorker

/// The pools that workers name as NATS services. Anybody may answer there: no answer keeps those of the others.
struct NamedPools {
  private(set) var pools: Set<PoolID> = []
  /// How many are there beside `pools`, as far as their workers say.
  private(set) var unnamed: UInt64 = 0
  /// Answers that are not JSON.
  private(set) var unreadable = 0
  /// A worker of our subjects is among those that have answered.
  private(set) var isAnswered = false

  /// Each is asked how it is, and nobody reads more rows than these: ten workers with as many as each names at most.
  static let greatestPools = 10 * WorkerLimits.namedPools

  mutating func take(_ answer: [UInt8], _ subjects: Subjects) {
    let json: JSONValue
    do {
      json = try JSONValue.parse(answer, from: Discovery.statistics)
    } catch {
      unreadable += 1
      return
    }
    guard let found = Discovery.pools(json, subjects) else { return }
    isAnswered = true
    var taken: UInt64 = 0
    for pool in found.named where pools.contains(pool) || pools.count < Self.greatestPools {
      pools.insert(pool)
      taken += 1
    }
    let (sum, isOver) = unnamed.addingReportingOverflow(found.total - min(found.total, taken))
    unnamed = isOver ? .max : sum
  }
}
