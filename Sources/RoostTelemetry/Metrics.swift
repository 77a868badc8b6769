import Synchronization

/// The numbers of one worker, counted from any thread without a lock.
package final class Metrics: Sendable {
  private final class Cell: Sendable {
    let value = Atomic<Int64>(0)
  }

  private let cells = Metric.allCases.map { _ in Cell() }

  package init() {}

  /// Adds to a counter. Wraps around after 2^63.
  package func add(_ metric: Metric, _ count: Int = 1) {
    cells[metric.rawValue].value.wrappingAdd(Int64(count), ordering: .relaxed)
  }

  /// Sets a gauge.
  package func set(_ metric: Metric, to value: Int64) {
    cells[metric.rawValue].value.store(value, ordering: .relaxed)
  }

  package subscript(metric: Metric) -> Int64 { cells[metric.rawValue].value.load(ordering: .relaxed) }

  package var exposition: String { Metric.exposition { self[$0] } }
}
