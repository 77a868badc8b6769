import Foundation
import Testing

@testable import RoostCore

/// What the page says of a runner: its state, its actors, and how far its two numbered lines are.
private struct RunnerOutcome: Equatable, CustomStringConvertible {
  var state: String
  var numbers: [String: UInt64] = ["actors": 0, "events": 0, "commands": 0, "acknowledged": 0]
  var lines: [String] = []
  var description: String {
    ([state] + numbers.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" } + lines).joined(separator: "; ")
  }
}

extension World {
  fileprivate func runnerOutcome() -> RunnerOutcome {
    var outcome = RunnerOutcome(state: "unknown")
    outcome.lines = said.filter { $0.hasPrefix("r1 <- ") || $0.hasPrefix("x: ") || $0.hasPrefix("dead ") }
      .map(withoutIndex)
    guard let runner = runner("r1") else { return outcome }
    outcome.state = "closed"
    guard let session = runner.record.session else { return outcome }
    outcome.state = "\(runner.isDraining ? "draining" : runner.isFresh ? "open" : "stale") \(session.id)"
    let cursors = runner.record.cursors
    outcome.numbers = [
      "actors": UInt64(runner.actors.count), "events": cursors.lastEvent, "commands": cursors.lastCommand,
      "acknowledged": cursors.acknowledged,
    ]
    return outcome
  }

  fileprivate func told(_ events: (EventIndex, String, RunnerEvent.Kind)..., session: String = "s1") {
    self.events(
      "r1", session: session,
      events.map { RunnerEvent(index: $0.0, actor: ActorID($0.1), generation: 1, kind: $0.2) })
  }

  fileprivate func initAgain(slots: UInt32 = 2, version: UInt32 = 2, last: CommandIndex = 1) {
    join("r1", slots: slots, version: version, last: last)
  }
}

private let columns = ["unknown", "open", "stale", "draining", "closed"]

private func world(_ column: String) -> World {
  let world = World {
    $0.runnerDrainDeadline = Milliseconds(20_000)
    $0.drainOnVersionUpgrade = true
  }
  world.label = "runner \(column):"
  guard column != "unknown" else { return world.create("a1") }
  world.join("r1", slots: 2, version: 2, session: "s0").join("r1", slots: 2, version: 2)
  world.create("a1").running("a1").create("a2")
  switch column {
  case "stale": world.stale("r1")
  case "draining": world.drain("r1")
  case "closed": world.lost("r1")
  default: break
  }
  return world
}

private let inputs: [(name: String, apply: @Sendable (World) -> Void)] = [
  ("init", { $0.initAgain() }), ("init other slots", { $0.initAgain(slots: 3) }),
  ("init other version", { $0.initAgain(version: 1) }), ("init above issued", { $0.initAgain(last: 99) }),
  ("init new session", { $0.join("r1", slots: 2, version: 2, session: "s2") }),
  ("init with commands", { $0.join("r1", slots: 2, version: 2, session: "s2", last: 1) }),
  ("init closed session", { $0.join("r1", slots: 2, version: 2, session: "s0") }),
  ("init over a limit", { $0.join("r1", slots: 100_001, version: 2, session: "s2") }),
  ("events next", { $0.told((2, "a2", .running)) }), ("events lower", { $0.told((1, "a1", .running)) }),
  ("events gap", { $0.told((4, "a2", .running)) }),
  ("events next and gap", { $0.told((2, "a2", .running), (4, "a1", .sleepIntent)) }),
  ("events other session", { $0.told((2, "a2", .running), session: "s0") }), ("events none", { $0.told() }),
  ("events too far", { $0.told((2, "a1", .setAlarm(.distantFuture))) }),
  ("events malformed", { $0.told((2, "a1", .malformed(reason: "no kind"))) }),
  ("events of both ends", { $0.told((2, "a1", .stopped(error: nil)), (3, "a2", .stopped(error: nil))) }),
  ("stopping", { $0.stopping("r1") }), ("stopping index 1", { $0.stopping("r1", last: 1) }),
  ("stopping other session", { $0.stopping("r1", session: "s0") }), ("drain", { $0.drain("r1", reply: "x") }),
  ("version upgrade", { $0.join("r3", slots: 0, version: 3) }),
  ("drain deadline", { $0.at(20_000).tick() }), ("fresh", { $0.fresh("r1") }), ("stale", { $0.stale("r1") }),
  ("lost", { $0.lost("r1") }), ("lost other session", { $0.lost("r1", session: "s0") }),
  ("acknowledged 1", { $0.acknowledge("r1", through: 1) }),
  ("acknowledged nothing new", { $0.acknowledge("r1", through: 0) }),
  ("acknowledged above issued", { $0.acknowledge("r1", through: 99) }),
  ("acknowledged other session", { $0.acknowledge("r1", session: "s0", through: 1) }),
  ("retention ends", { $0.at(86_400_000).tick() }), ("time passes", { $0.at(1_000).tick() }),
  ("grace", { $0.input(.renewDeadlines) }), ("sweep", { $0.input(.sweep) }),
  ("configure", { $0.configure { $0.maxPending = 7 } }),
]

@Suite("docs/machine.md: runners") struct RunnerPageTests {
  private let page: MachinePage

  init() throws { page = try MachinePage.ofCheckout() }

  private func expected(_ cell: String, _ before: RunnerOutcome) -> RunnerOutcome {
    var outcome = before
    outcome.lines = []
    for item in cell.components(separatedBy: "; ") where item != "same" {
      let words = item.split(separator: " ").map(String.init)
      if words.count == 2, outcome.numbers[words[0]] != nil, let number = UInt64(words[1]) {
        outcome.numbers[words[0]] = number
      } else if item.contains(" <- ") || item.hasPrefix("x: ") || item.hasPrefix("dead ") {
        outcome.lines.append(item)
      } else {
        let isSameSession = words.last == outcome.state.split(separator: " ").last.map(String.init)
        outcome = RunnerOutcome(
          state: item, numbers: isSameSession ? outcome.numbers : RunnerOutcome(state: "").numbers)
      }
    }
    // In the order in which they leave: commands, answers, dead letters, acknowledgements.
    let kinds: [(String) -> Bool] = [
      { $0.contains(" <- ") && !$0.contains(" ack ") }, { $0.hasPrefix("x: ") }, { $0.hasPrefix("dead ") },
      { $0.contains(" ack ") },
    ]
    outcome.lines = kinds.flatMap { outcome.lines.filter($0) }
    return outcome
  }

  @Test("Every cell of the runners' table is what the machine does", arguments: columns)
  private func cells(_ column: String) throws {
    for (name, apply) in inputs {
      let cell = try #require(page["Runners", column, name], "the page has no cell \(column) / \(name)")
      let world = world(column)
      let record = world.runner("r1")?.record
      let isImpossible =
        (name == "drain deadline" && record?.due(.drain) == nil)
        || (name == "retention ends" && record?.due(.runnerRetention) == nil)
      #expect((cell == "-") == isImpossible, "\(column) / \(name)")
      if isImpossible || cell == "-" { continue }
      let before = world.runnerOutcome()
      apply(world)
      #expect(world.runnerOutcome() == expected(cell, before), "\(column) / \(name) says '\(cell)'")
    }
  }

  @Test("The table has a cell for every input in every state of a runner, and no other")
  func isComplete() {
    let named = Set(page.cells.keys.filter { $0.section == "Runners" }.map { "\($0.column) / \($0.input)" })
    let walked = Set(columns.flatMap { column in inputs.map { "\(column) / \($0.name)" } })
    #expect(named == walked)
    print("docs/machine.md: \(named.intersection(walked).count) of \(named.count) cells of runners walked (100 %)")
  }

  // MARK: - What an end counts

  private static let states: [(name: String, leave: @Sendable (World) -> Void)] = [
    ("starting", { _ in }), ("running", { $0.running("a1") }), ("sleepIntent", { $0.running("a1").intendsSleep("a1") }),
    ("stopIntent", { $0.running("a1").intendsStop("a1") }),
    ("goingAway(asked)", { $0.running("a1").reschedule("a1") }),
    ("goingAway(drain)", { $0.running("a1").drain("r1") }),
  ]

  @Test("Every end counts what the page says, and leaves its error")
  func ends() throws {
    let ends = [
      "stopped ok", "stopped error", "answer overdue", "lost", "new session", "changed", "handed back",
      "drain deadline",
    ]
    for (state, leave) in Self.states {
      for end in ends {
        let cell = try #require(page["What an end counts", end, state])
        let input = try #require(actorInputs.first { $0.name == end })
        let world = World(input.settings)
        world.label = "\(state), \(end):"
        world.join("r1", version: 2).join("r2", version: 1)
        world.create("a1").wake("a1", patience: .forever).stopped("a1", error: "one")
        leave(world)
        let row = ActorRow(section: "", column: "", generation: 2) { _, _, _ in }
        let isImpossible = input.isImpossible(world, row) || (state == "goingAway(drain)" && end == "handed back")
        #expect((cell == "-") == isImpossible, "\(world.label)")
        if isImpossible { continue }
        input.before(world)
        input.apply(world, row, .sleep)
        let record = try #require(world.record(of: "a1"))
        #expect("\(record.crashCount) \(record.lastError?.code ?? "none")" == cell, "\(world.label)")
      }
    }
    let named = page.cells.keys.filter { $0.section == "What an end counts" }
    #expect(named.count == ends.count * Self.states.count, "the page has a cell too many")
  }
}
