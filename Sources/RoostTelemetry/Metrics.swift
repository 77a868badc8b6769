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

  /// The text format that Prometheus and others read (version 0.0.4).
  package var exposition: String {
    var text = ""
    var lastName = ""
    for metric in Metric.allCases {
      let description = metric.description
      if description.name != lastName {
        text += "# HELP \(description.name) \(description.help)\n"
        text += "# TYPE \(description.name) \(description.kind.rawValue)\n"
        lastName = description.name
      }
      let label = description.label.map { "{\($0.name)=\"\($0.value)\"}" } ?? ""
      text += "\(description.name)\(label) \(self[metric])\n"
    }
    return text
  }
}
