import Foundation
import Testing

@testable import RoostCore

/// A file of Scenarios/, read: stories that begin alike. Scenarios/README.md has the format.
struct Scenario {
  struct Story {
    var name: String
    var lines: [Line]
    var steps: [Step] { lines.compactMap { if case .step(let step) = $0 { step } else { nil } } }
  }
  /// Outcomes are not kept: they are made anew and the two texts are compared.
  enum Line {
    case text(String)
    case step(Step)
  }

  private(set) var settings = PoolSettings()
  private(set) var head: [String] = []
  private(set) var stories: [Story] = []
  private(set) var faults: [String] = []

  static let common = "before"

  init(_ text: String) {
    var overlay = PoolSettingsOverlay()
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("== ") {
        stories.append(Story(name: String(line.dropFirst(3)), lines: [.text(line)]))
      } else if line.hasPrefix("settings ") {
        head.append(line)
        if let fault = overlay.set(words: line.split(separator: " ").dropFirst().map(String.init)) {
          faults.append(fault)
        }
      } else if let first = line.first, first.isNumber {
        do { append(.step(try Step(line))) } catch { faults.append("\(line): \(error.message)") }
      } else if line.first != " " {
        append(.text(line))
      }
    }
    settings = overlay.over(PoolSettings())
    // A file that does not end in a line of its own would grow with every rewriting.
    if case .text("")? = stories.last?.lines.last { stories[stories.count - 1].lines.removeLast() }
    if stories.isEmpty { faults.append("there is no story: `== NAME` begins one") }
  }

  private mutating func append(_ line: Line) {
    if stories.isEmpty {
      if case .text(let text) = line { head.append(text) } else { faults.append("a step before the first story") }
    } else {
      stories[stories.count - 1].lines.append(line)
    }
  }

  /// What happens before every story.
  private var beginning: Story? { stories.first.flatMap { $0.name == Self.common ? $0 : nil } }

  /// The stories proper.
  var told: [Story] { stories.filter { $0.name != Self.common } }

  /// How a run is disturbed.
  enum Disturbance: Equatable {
    case none
    /// The worker dies before this step and goes on from what it made durable.
    case death(before: Int, fromSnapshot: Bool)
    /// From this step on everything is one record.
    case oneRecord(from: Int)
  }

  /// The whole file with the outcomes that the machine gives. In a run that is disturbed only the named story is told.
  func rendered(_ disturbance: Disturbance = .none, story only: String? = nil) -> [String] {
    var text = only == nil ? head : []
    for story in stories where only == nil || story.name == only {
      let run = ScenarioRun(settings, disturbance)
      if story.name != Self.common, let beginning { _ = run.tell(beginning) }
      text += run.tell(story)
      run.end()
    }
    return text
  }

  /// How many positions there are in a story to die at, its beginning included.
  func positions(of story: Story) -> Int {
    (story.name == Self.common ? 0 : beginning?.steps.count ?? 0) + story.steps.count
  }
}

/// One world that goes through a story, and notes what it sees.
private final class ScenarioRun {
  private let world: World
  private let disturbance: Scenario.Disturbance
  private var count = 0
  private var known: [String: String] = [:]

  init(_ settings: PoolSettings, _ disturbance: Scenario.Disturbance) {
    world = World(settings)
    self.disturbance = disturbance
  }

  func tell(_ story: Scenario.Story) -> [String] {
    world.label = "'\(story.name)', \(disturbance):"
    return story.lines.flatMap { line -> [String] in
      switch line {
      case .text(let text): [text]
      case .step(let step): [step.text] + outcome(of: step)
      }
    }
  }

  func end() {
    world.holdsRecord = false
    world.tick()
  }

  private func outcome(of step: Step) -> [String] {
    switch disturbance {
    case .death(before: count, let fromSnapshot): die(fromSnapshot: fromSnapshot)
    case .oneRecord(from: count): world.holdsRecord = true
    default: break
    }
    count += 1
    world.effects = Effects()
    let read = step.take(world)
    let said = (read ?? world.said).map { "      -> \($0)" }
    let now = world.lines
    let changed = now.filter { known[$0.name] != $0.line }
    let gone = known.keys.filter { name in !now.contains { $0.name == name } }.sorted()
    if Set(now.map(\.name)).count < now.count { world.fail("an actor and a runner have one name", #_sourceLocation) }
    known = Dictionary(now.map { ($0.name, $0.line) }) { first, _ in first }
    return said + changed.map { "      \($0.name): \($0.line)" } + gone.map { "      \($0): forgotten" }
  }

  /// Nothing is left but what is durable. What is said again then is known to who hears it: same index, same start.
  private func die(fromSnapshot: Bool) {
    // After a death every runner is fresh: that is another decision, so not while one is stale.
    guard world.reading({ pool in pool.runnerSlots.values.allSatisfy { pool.runners[$0].isFresh } }) ?? true else {
      return
    }
    world.restart(fromSnapshot: fromSnapshot)
    var again = Effects()
    again.commands =
      world.reading { pool in pool.openRunners.flatMap { pool.unacknowledged($0.runner, after: 0) } } ?? []
    if let fault = world.ledger.fault(in: again) { world.fail("sent again: \(fault)", #_sourceLocation) }
  }
}

extension World {
  /// Every runner and actor by name, as a story shows it.
  fileprivate var lines: [(name: String, line: String)] {
    reading { pool in
      pool.runnersInOrder.map { (pool.runners[$0].id.text, pool.runners[$0].storyLine) }
        + pool.actorSlots.values.sorted { pool.actors[$0].id < pool.actors[$1].id }
        .map { (pool.actors[$0].id.text, pool.actors[$0].record.storyLine) }
    } ?? []
  }
}

extension Pool.Runner {
  fileprivate var storyLine: String {
    guard let session = record.session else { return "closed" }
    if let deadline = session.drainDeadline { return "draining \(session.id) until \(deadline.ms)" }
    return "\(isFresh ? "open" : "stale") \(session.id)"
  }
}

extension ActorRecord {
  /// The state with its deadline, and what the actor carries besides.
  fileprivate var storyLine: String {
    var parts = [line]
    if let due = answerDue?.due { parts.append("by \(due.ms)") }
    if case .backoff(let until, _) = state { parts.append("back at \(until.ms)") }
    if case .destroyed(_, let until) = state { parts.append("kept until \(until.ms)") }
    if let alarm { parts.append("alarm \(alarm.ms)") }
    if crashCount > 0 { parts.append("\(crashCount) crash\(crashCount == 1 ? "" : "es")") }
    if let lastError {
      parts.append("error \(lastError.code)\(lastError.message.isEmpty ? "" : " '\(lastError.message)'")")
    }
    return parts.joined(separator: ", ")
  }
}
