import RoostTelemetry
import Testing

@Suite("Metrics")
struct MetricsTests {
  @Test("every metric has a name of its own, a help text, and the unit's ending for counters")
  func names() {
    var seen: Set<String> = []
    for metric in Metric.allCases {
      let description = metric.description
      let series = description.name + (description.label?.value ?? "")
      #expect(seen.insert(series).inserted, "\(series) stands twice")
      #expect(description.name.hasPrefix("roost_"))
      #expect(description.help.hasSuffix("."))
      #expect(description.name.hasSuffix("_total") == (description.kind == .counter), "\(description.name)")
    }
  }

  @Test("help and type stand once before all series of a name, and the values are what was counted")
  func exposition() {
    let metrics = Metrics()
    metrics.add(.signalsApplied, 3)
    metrics.add(.signalsRejected)
    metrics.set(.streamPosition, to: 7)
    metrics.set(.streamPosition, to: 2)
    let lines = metrics.exposition.split(separator: "\n")
    #expect(lines.contains("roost_signals_total{outcome=\"applied\"} 3"))
    #expect(lines.contains("roost_signals_total{outcome=\"rejected\"} 1"))
    #expect(lines.contains("roost_signals_total{outcome=\"ignored\"} 0"))
    #expect(lines.contains("roost_stream_position 2"))
    #expect(lines.filter { $0.hasPrefix("# TYPE roost_signals_total ") } == ["# TYPE roost_signals_total counter"])
    let types = lines.filter { $0.hasPrefix("# TYPE ") }
    #expect(Set(types).count == types.count)
  }

  @Test("counts from many threads are all there")
  func concurrency() async {
    let metrics = Metrics()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { for _ in 0..<1_000 { metrics.add(.pings) } } }
    }
    #expect(metrics[.pings] == 8_000)
  }
}
