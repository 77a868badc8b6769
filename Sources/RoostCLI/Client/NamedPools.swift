import RoostCore
import RoostNATS
import RoostWire
import RoostWorker

/// The pools that workers name as NATS services. Anybody may answer there: no answer keeps those of the others.
struct NamedPools {
  /// Each with the number of the answer that named it first: those of one number are of one worker.
  private(set) var pools: [PoolID: Int] = [:]
  /// How many are there beside `pools`, as far as their workers say.
  private(set) var unnamed: UInt64 = 0
  /// Answers that are not JSON.
  private(set) var unreadable = 0
  /// A worker of our subjects is among those that have answered.
  private(set) var isAnswered = false
  private var answers = 0

  /// Each is asked how it is, and nobody reads more rows than these: ten workers with as many as each names at most.
  static let greatestPools = 10 * WorkerLimits.namedPools

  mutating func take(_ answer: [UInt8], _ subjects: Subjects) {
    answers += 1
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
    for pool in found.named where pools[pool] != nil || pools.count < Self.greatestPools {
      if pools[pool] == nil { pools[pool] = answers }
      taken += 1
    }
    let (sum, isOver) = unnamed.addingReportingOverflow(found.total - min(found.total, taken))
    unnamed = isOver ? .max : sum
  }
}
