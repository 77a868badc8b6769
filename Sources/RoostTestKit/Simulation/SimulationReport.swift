/// What a run over many seeds came to, also as lines that another process reads.
package struct SimulationReport: Sendable {
  package private(set) var seeds = 0
  package private(set) var failed: [UInt64] = []
  package private(set) var coverage = Coverage()

  package init() {}

  package mutating func add(_ simulation: Simulation) {
    seeds += 1
    coverage.add(simulation.coverage)
    if simulation.fault != nil { failed.append(simulation.story.seed) }
  }

  package mutating func add(_ other: SimulationReport) {
    seeds += other.seeds
    failed += other.failed
    coverage.add(other.coverage)
  }

  /// nil: not what `lines` makes.
  package init?(lines: [Substring]) {
    var coverage = Coverage()
    for line in lines where !line.isEmpty {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      switch (parts[0], UInt64(parts[1])) {
      case ("seeds", let count?): seeds = Int(count)
      case ("failed", let seed?): failed.append(seed)
      case (let what, let count?): coverage.add(String(what), Int(count))
      case (_, nil): return nil
      }
    }
    self.coverage = coverage
  }

  package var lines: [String] { ["seeds\t\(seeds)"] + failed.map { "failed\t\($0)" } + coverage.lines }

  /// What so many seeds should have come across and did not.
  package var missing: [String] { seeds < Self.enoughSeeds ? [] : missing(of: Self.expected) }
  package func missing(of expected: [String]) -> [String] { expected.filter { coverage.counts[$0] == nil } }

  /// A run this long comes across everything that is expected, many times over.
  package static let enoughSeeds = 10_000
}
