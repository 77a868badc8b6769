import Foundation
import Testing

@testable import RoostCore

/// A column of the page's table of attempts: a1 asleep, or not created yet, and what there is for it.
private struct Situation: Sendable, CustomTestStringConvertible {
  var name: String
  var position = 1
  var settings: @Sendable (inout PoolSettings) -> Void = { _ in }
  var build: @Sendable (World) -> Void
  var testDescription: String { name }
}

private let situations: [Situation] = [
  Situation(name: "back-off") { _ in },
  Situation(name: "free slot") { _ in },
  Situation(name: "others wait", position: 45) { world in
    world.isChecking = false
    world.lost("r1").lost("r2")
    for number in 0..<300 { world.create("b\(1_000 + number)", .restart) }
    world.holdsPass = true
    world.join("r9", slots: 2_000)
  },
  Situation(name: "newest_full") { $0.create("a0").running("a0") },
  Situation(name: "no_runner") { $0.lost("r1").lost("r2") },
  Situation(name: "all_stale") { $0.stale("r1").stale("r2") },
  Situation(name: "all_draining") { $0.create("a0").running("a0").drain("r2").drain("r1") },
  Situation(name: "queue full", settings: { $0.maxPending = 0 }) { $0.create("a0").running("a0") },
]

private let wakes: [(name: String, patience: Patience)] = [
  ("wake", .none), ("wake until 5000", 4_000), ("wake for ever", .forever),
]

@Suite("docs/machine.md: attempts") struct AttemptPageTests {
  private let page: MachinePage

  init() throws { page = try MachinePage.ofCheckout() }

  @Test("Every attempt leads where the page says, for every crash policy", arguments: situations)
  private func cells(_ situation: Situation) throws {
    for policy in [CrashPolicy.sleep, .restart, .destroy] {
      for (name, patience) in wakes {
        let cell = try #require(page["Attempts", situation.name, name])
        let crashed = situation.name == "back-off"
        let world = world(situation, policy, asleep: !crashed, crashed: crashed)
        var outcome = Outcome(state: "sleeping", lines: [])
        let reader = reader(policy, before: outcome, generation: 1, asks: true)
        outcome = reader.outcome(
          ofAttempt: cell, patience: ["wake": "", "wake for ever": " for ever"][name] ?? " until 5000",
          position: situation.position, first: ["x: ACCEPTED ..."], last: [])
        world.at(1_000).wake("a1", patience: patience, reply: "x")
        #expect(world.outcome() == outcome, "\(situation.name), \(name), policy \(policy)")
      }
      let cell = try #require(page["Attempts", situation.name, "create"])
      guard situation.name != "back-off" else {
        #expect(cell == "-")
        continue
      }
      let world = world(situation, policy, asleep: false, crashed: false)
      let reader = reader(policy, before: Outcome(state: "unknown", lines: []), generation: 0, asks: false)
      let chosen = cell.components(separatedBy: " / ")
      let own = chosen[chosen.count == 3 ? Int(policy.rawValue) - 1 : 0]
      let expected = reader.outcome(
        ofAttempt: cell, patience: policy == .sleep ? "" : " standing", position: situation.position,
        first: ["a1 created"], last: own.contains("x: ACCEPTED") ? [] : ["x: ACCEPTED."])
      world.at(1_000).create("a1", policy, reply: "x")
      #expect(world.outcome() == expected, "\(situation.name), create, policy \(policy)")
    }
  }

  @Test("The table of attempts has a cell for each and no other")
  func isComplete() {
    let named = Set(page.cells.keys.filter { $0.section == "Attempts" }.map { "\($0.column) / \($0.input)" })
    #expect(named == Set(situations.flatMap { s in (wakes.map(\.name) + ["create"]).map { "\(s.name) / \($0)" } }))
  }

  private func world(_ situation: Situation, _ policy: CrashPolicy, asleep: Bool, crashed: Bool) -> World {
    let world = World {
      $0.baseRetryTimeout = Milliseconds(100_000)
      situation.settings(&$0)
    }
    world.label = "\(situation.name), policy \(policy):"
    world.join("r1", slots: 1, version: 2).join("r2", slots: 1, version: 1)
    if asleep { world.create("a1", policy).running("a1").intendsSleep("a1").stopped("a1") }
    if crashed {
      world.create("a1", policy).wake("a1", patience: .forever).stopped("a1", error: "one")
      world.stopped("a1", error: "two").sleep("a1")
    }
    situation.build(world)
    return world
  }

  private func reader(_ policy: CrashPolicy, before: Outcome, generation: Generation, asks: Bool) -> CellReader {
    CellReader(
      page: page, row: ActorRow(section: "Attempts", column: "", generation: generation) { _, _, _ in },
      policy: policy, room: true, before: before, stateName: "sleeping", waiters: asks ? [("x", false)] : [])
  }
}
