/// What happened, and how often: a run that tests nothing shows here.
package struct Coverage: Sendable {
  package private(set) var counts: [String: Int] = [:]

  package init() {}

  package mutating func add(_ what: String, _ count: Int = 1) { counts[what, default: 0] += count }

  package mutating func add(_ other: Coverage) {
    for (what, count) in other.counts { counts[what, default: 0] += count }
  }

  /// One line per thing, sorted by name.
  package var lines: [String] { counts.keys.sorted().map { "\($0)\t\(counts[$0] ?? 0)" } }
}
