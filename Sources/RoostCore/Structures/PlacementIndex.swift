/// Which runner takes the next actor: among the eligible runners of the highest version the one with the largest free
/// share of its slots, then the fewest actors, then the lowest id (lifecycle, attempt).
///
/// Kept sorted by moving memory: a change costs two binary searches, a choice costs nothing.
struct PlacementIndex: Sendable {
  /// What is compared; the shares are compared by cross-multiplication, so that no rounding decides.
  struct Key: Sendable, Equatable {
    var version: UInt32
    var totalSlots: UInt32
    var reserved: UInt32
    var runner: RunnerID
    var slot: Int
    var free: UInt32 { totalSlots > reserved ? totalSlots - reserved : 0 }

    func precedes(_ other: Key) -> Bool {
      let mine = UInt64(free) * UInt64(other.totalSlots)
      let theirs = UInt64(other.free) * UInt64(totalSlots)
      if mine != theirs { return mine > theirs }
      if reserved != other.reserved { return reserved < other.reserved }
      return runner < other.runner
    }
  }

  private struct Group: Sendable {
    let version: UInt32
    /// Eligible runners of this version, full ones and those without slots included.
    var eligible = 0
    /// Those with a free slot, best first.
    var open: [Key] = []
  }

  /// Highest version first; none is empty.
  private var groups: [Group] = []
  private var keys: [Key?] = []

  /// The runner that takes the next actor; nil when the newest version is full or nobody is eligible.
  var best: Int? { groups.first?.open.first?.slot }
  var isEmpty: Bool { groups.isEmpty }
  /// Free slots of the version that is in use.
  var freeSlots: UInt64 { groups.first?.open.reduce(0) { $0 + UInt64($1.free) } ?? 0 }

  /// Says what holds for a runner now; nil = not eligible.
  mutating func set(_ slot: Int, _ key: Key?) {
    while keys.count <= slot { keys.append(nil) }
    guard keys[slot] != key else { return }
    if let old = keys[slot] { remove(old) }
    if let key { insert(key) }
    keys[slot] = key
  }

  private mutating func insert(_ key: Key) {
    let place = groups.firstIndex { $0.version <= key.version } ?? groups.count
    if place == groups.count || groups[place].version != key.version {
      groups.insert(Group(version: key.version), at: place)
    }
    groups[place].eligible += 1
    if key.free > 0 { groups[place].open.insert(key, at: Self.rank(of: key, in: groups[place].open)) }
  }

  private mutating func remove(_ key: Key) {
    guard let place = groups.firstIndex(where: { $0.version == key.version }) else { return }
    groups[place].eligible -= 1
    if key.free > 0 { groups[place].open.remove(at: Self.rank(of: key, in: groups[place].open)) }
    if groups[place].eligible == 0 { groups.remove(at: place) }
  }

  /// How many entries precede `key`.
  private static func rank(of key: Key, in open: [Key]) -> Int {
    var low = 0
    var high = open.count
    while low < high {
      let middle = (low + high) / 2
      if open[middle].precedes(key) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
