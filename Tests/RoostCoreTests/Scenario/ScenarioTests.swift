import Foundation
import Testing

private let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .appending(path: "Scenarios")

private func names() -> [String] {
  do {
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".txt") }.sorted()
  } catch {
    fatalError("\(folder.path) cannot be read: \(error)")
  }
}

private func text(_ name: String) throws -> String {
  try String(contentsOf: folder.appending(path: name), encoding: .utf8)
}

/// Where two texts part, or nil.
private func difference(_ text: [String], _ expected: [String]) -> String? {
  for place in 0..<max(text.count, expected.count) {
    let (is_, says) = (
      place < text.count ? text[place] : "nothing", place < expected.count ? expected[place] : "nothing"
    )
    if is_ != says { return "line \(place + 1) says '\(says)', it comes out as '\(is_)'" }
  }
  return nil
}

/// Stories in Scenarios/. `ROOST_REWRITE_GOLDEN=1 swift test` writes their outcomes anew; the diff shows what changed.
@Suite("Scenarios") struct ScenarioTests {
  @Test("What comes out is what the story says", arguments: names())
  private func outcomes(_ name: String) throws {
    let text = try text(name)
    let scenario = Scenario(text)
    #expect(scenario.faults == [])
    let rendered = scenario.rendered()
    if ProcessInfo.processInfo.environment["ROOST_REWRITE_GOLDEN"] == "1" {
      try (rendered.joined(separator: "\n") + "\n").write(
        to: folder.appending(path: name), atomically: true, encoding: .utf8)
      return
    }
    if let fault = difference(rendered + [""], text.components(separatedBy: "\n")) {
      Issue.record("\(name): \(fault)")
    }
  }

  @Test(
    "A worker that dies before any step, or puts the rest into one record, says and does the same", arguments: names())
  private func redelivery(_ name: String) throws {
    let scenario = Scenario(try text(name))
    for story in scenario.told {
      let undisturbed = scenario.rendered(story: story.name)
      for position in 0..<scenario.positions(of: story) {
        for disturbance: Scenario.Disturbance in [
          .death(before: position, fromSnapshot: false), .death(before: position, fromSnapshot: true),
          .oneRecord(from: position),
        ] {
          if let fault = difference(scenario.rendered(disturbance, story: story.name), undisturbed) {
            Issue.record("\(name), '\(story.name)', \(disturbance): \(fault)")
          }
        }
      }
    }
  }

  @Test("Every row of the race table has its file, and each row of the table of ends, and each alarm row")
  private func rows() {
    let races = [
      "timeout-allocate", "timeout-destroy", "allocate-destroy", "timeout-allocate-destroy", "timeout-wake",
      "timeout-slot-freed", "timeout-runner-joined", "wake-sleep-intent", "wake-stopped", "alarm-stopped", "alarm-wake",
      "going-away-start-in-flight", "going-away-sleep-intent-asked", "going-away-sleep-intent-drain", "lost-stopped",
      "lost-running-next", "destroy-lost",
    ].map { "race-\($0)" }
    let alarms = [
      "fires", "kept-over-early-wake", "overdue-in-sleep-transition", "past-while-running", "replaced", "cleared",
    ].map { "alarm-\($0)" }
    let ends = [
      "1-destroying", "2-handed-back", "3-sleep-intent", "4-asked", "5-start-fails", "6-completed", "7-rewake",
      "8-crash-policy",
    ].map { "end-\($0)" }
    let all = Set(races + alarms + ends + ["duplicates", "clock-jump", "reconnect"])
    #expect(all.subtracting(names().map { String($0.dropLast(4)) }).sorted() == [])
  }

  @Test("A race is told in all its orders", arguments: names().filter { $0.hasPrefix("race-") })
  private func orders(_ name: String) throws {
    let orders = Scenario(try text(name)).told.map { $0.steps.map(\.words) }
    let steps = try #require(orders.first).sorted()
    #expect(orders.allSatisfy { $0.sorted() == steps }, "an order has other steps")
    #expect(Set(orders).count == orders.count, "an order is told twice")
    #expect(orders.count == (1...steps.count).reduce(1, *), "an order is missing")
  }

  @Test("An outcome that is wrong, missing or invented is found, whichever it is", arguments: names())
  private func proof(_ name: String) throws {
    let lines = try text(name).components(separatedBy: "\n")
    let outcomes = lines.indices.filter { lines[$0].hasPrefix("      ") }
    try #require(!outcomes.isEmpty, "nothing comes out of \(name)")
    func isFound(_ change: (inout [String]) -> Void) -> Bool {
      var changed = lines
      change(&changed)
      return difference(Scenario(changed.joined(separator: "\n")).rendered() + [""], changed) != nil
    }
    for place in Set([outcomes.first, outcomes[outcomes.count / 2], outcomes.last].compactMap { $0 }) {
      #expect(isFound { $0[place] += " or so" }, "line \(place + 1)")
      #expect(isFound { $0.remove(at: place) }, "line \(place + 1)")
      #expect(isFound { $0.insert("      -> a1 destroyed asked", at: place) }, "line \(place + 1)")
    }
  }

  @Test("What is no step is named", arguments: ["0 fly a1", "0 wake", "0 r1 joins slot 3", "x", "0 wake a1 for long"])
  private func malformed(_ line: String) {
    #expect(Scenario("== story\n\(line)\n").faults.isEmpty == (line == "x"))
  }
}
