import RoostCore
import RoostWire

/// Callers that wait until an actor is ready, each known by the number of its last wake. Nothing of this is journalled: a
/// wake that is stored stands, whoever waits for what becomes of it.
struct Wakes {
  struct Waiting {
    let pool: PoolID
    let actor: ActorID
    let override: Wake.AllocationOverride
    let inquiry: Inquiry
    let startNs: Int64
    let deadlineNs: Int64
    let timeoutMs: UInt64
    /// Wakes sent beyond the first, each because a stop came in between.
    var rewakes = 0
  }

  private var waiting: [UInt64: Waiting] = [:]
  private var lastNumber: UInt64 = 0
  /// No deadline is before; max = nobody waits.
  private(set) var nextNs = Int64.max

  var count: Int { waiting.count }

  /// The number by which its answers are known.
  mutating func add(_ caller: Waiting) -> UInt64 {
    lastNumber += 1
    waiting[lastNumber] = caller
    nextNs = min(nextNs, caller.deadlineNs)
    return lastNumber
  }

  /// nil: nobody waits for that any more.
  mutating func remove(_ number: UInt64) -> Waiting? {
    defer { if waiting.isEmpty { nextNs = .max } }
    return waiting.removeValue(forKey: number)
  }

  /// Those whose time is over, in the order in which they asked.
  mutating func takeOverdue(atNs: Int64) -> [Waiting] {
    guard atNs >= nextNs else { return [] }
    let overdue = waiting.filter { $0.value.deadlineNs <= atNs }.sorted { $0.key < $1.key }
    for (number, _) in overdue { waiting[number] = nil }
    nextNs = waiting.values.lazy.map(\.deadlineNs).min() ?? .max
    return overdue.map(\.value)
  }

  mutating func takeAll() -> [Waiting] { takeOverdue(atNs: .max) }
}
