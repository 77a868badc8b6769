import Testing

@testable import RoostTestKit

@Suite("The simulation itself")
struct SimulationTests {
  @Test("no seed of a first hundred finds a fault, and all of them come to rest")
  func hundred() {
    var report = SimulationReport()
    for seed in UInt64(1)...100 {
      let simulation = Simulation(Story(seed: seed))
      simulation.run()
      report.add(simulation)
      #expect(simulation.fault == nil, "make simulate SEED=\(seed)")
    }
    #expect(report.coverage.counts["settled"] == 100)
  }

  @Test("a run that comes across nothing is visible: what was expected of it is named")
  func missing() throws {
    #expect(SimulationReport().missing(of: SimulationReport.expected) == SimulationReport.expected)
    #expect(SimulationReport().missing.isEmpty, "a short run owes nothing")
    let report = try #require(SimulationReport(lines: ["seeds\t10000", "failed\t7", "settled\t9999"]))
    #expect(report.failed == [7] && report.missing.count == SimulationReport.expected.count - 1)
    #expect(SimulationReport(lines: report.lines.map { Substring($0) })?.lines == report.lines)
    #expect(SimulationReport(lines: ["nonsense"]) == nil)
  }

  @Test("a failing story is shrunk to the steps that matter, which keep their numbers")
  func shrinking() {
    let story = Story(seed: 5)
    let wanted: Set<Int> = [3, 17, 40]
    let short = story.shrunk { wanted.isSubset(of: Set($0.steps.map(\.number))) }
    #expect(short.steps.map(\.number) == [3, 17, 40])
    #expect(story.keeping(wanted).lines == short.lines)
  }

  @Test("a step means the same when others are left out")
  func stepsStandAlone() {
    let story = Story(seed: 9)
    let without = story.keeping(Set(story.steps.map(\.number).filter { $0 % 2 == 0 }))
    #expect(without.lines.allSatisfy { story.lines.contains($0) })
  }
}

@Suite("The simulated stream")
struct SimulatedStreamTests {
  @Test("a message id is stored once within the window of two minutes, and again after it")
  func duplicates() {
    var stream = SimulatedStream()
    func publish(_ atNs: Int64) -> SimulatedStream.Publication {
      stream.publish("s", [], replyTo: nil, messageID: "m", atNs: atNs)
    }
    #expect(publish(0) == .stored(1))
    #expect(publish(119_999_999_999) == .duplicate)
    #expect(publish(120_000_000_000) == .stored(2))
  }

  @Test("lost messages free their numbers and what the broker knew of their ids")
  func lost() {
    var stream = SimulatedStream()
    for id in ["a", "b", "c"] { _ = stream.publish("s", [], replyTo: nil, messageID: id, atNs: 1) }
    #expect(stream.lose(2) == 2 && stream.last == 1)
    #expect(stream.publish("s", [], replyTo: nil, messageID: "c", atNs: 2) == .stored(2))
    #expect(stream.publish("s", [], replyTo: nil, messageID: "a", atNs: 2) == .duplicate)
    stream.trim(through: 2)
    #expect(stream.lose(5) == 0 && stream.first == 3 && stream.last == 2)
  }
}
