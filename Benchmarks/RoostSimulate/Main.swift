import Foundation
import RoostTestKit

/// Plays seeds of the simulation (scripts/simulate.sh divides them among processes).
///
///     RoostSimulate seeds FIRST COUNT STRIDE REPORT    every STRIDE-th seed from FIRST on, COUNT of them
///     RoostSimulate seed SEED [STEPS]                  one, with its log; STEPS = numbers with commas: only these
///     RoostSimulate merge REPORT...                    what several processes found, together
///     RoostSimulate survey FIRST COUNT STRIDE          as seeds, to the last one: a line for each that fails, not shrunk
///     RoostSimulate sweep SEED RECORDS LANE LANES      the journal alone, crashed at every LANES-th moment of a run
///     RoostSimulate fuzz FIRST COUNT STRIDE            the journal alone, its files mutated
@main
struct RoostSimulate {
  /// Failing seeds after which a process gives up.
  private static let patience = 5

  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "seeds" where arguments.count == 5:
      let numbers = arguments.dropFirst().prefix(3).compactMap { UInt64($0) }
      guard numbers.count == 3, numbers[2] > 0, let path = arguments.last else { usage() }
      exit(play(first: numbers[0], count: numbers[1], stride: numbers[2], report: path) ? 0 : 1)
    case "survey" where arguments.count == 4:
      let numbers = arguments.dropFirst().compactMap { UInt64($0) }
      guard numbers.count == 3, numbers[2] > 0 else { usage() }
      survey(first: numbers[0], count: numbers[1], stride: numbers[2])
    case "seed":
      guard let seed = arguments.dropFirst().first.flatMap({ UInt64($0) }) else { usage() }
      exit(tell(seed, steps: arguments.dropFirst(2).first) ? 0 : 1)
    case "sweep" where arguments.count == 5:
      let numbers = arguments.dropFirst().compactMap { Int($0) }
      guard numbers.count == 4, numbers[0] >= 0, numbers[3] > 0 else { usage() }
      let isSound = JournalTrials.sweep(
        seed: UInt64(numbers[0]), records: numbers[1], lane: numbers[2], lanes: numbers[3])
      exit(isSound ? 0 : 1)
    case "fuzz" where arguments.count == 4:
      let numbers = arguments.dropFirst().compactMap { UInt64($0) }
      guard numbers.count == 3 else { usage() }
      exit(JournalTrials.fuzz(first: numbers[0], count: numbers[1], stride: numbers[2]) ? 0 : 1)
    case "merge" where arguments.count > 1: exit(merge(Array(arguments.dropFirst())) ? 0 : 1)
    default: usage()
    }
  }

  private static func usage() -> Never {
    print(
      "usage: RoostSimulate seeds FIRST COUNT STRIDE REPORT | seed SEED [STEPS] | merge REPORT... | "
        + "survey FIRST COUNT STRIDE | sweep SEED RECORDS LANE LANES | fuzz FIRST COUNT STRIDE")
    exit(64)
  }

  private static func play(first: UInt64, count: UInt64, stride: UInt64, report path: String) -> Bool {
    var report = SimulationReport()
    each(first, count, stride) { simulation in
      report.add(simulation)
      if let fault = simulation.fault { explain(simulation.story, fault) }
      return report.failed.count < patience
    }
    do {
      try report.lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      print("the report cannot be written: \(error)")
      return false
    }
    return report.failed.isEmpty
  }

  /// For code that is known to be wrong (scripts/mutants.sh): how often, and what shows it.
  private static func survey(first: UInt64, count: UInt64, stride: UInt64) {
    each(first, count, stride) { simulation in
      if let line = simulation.fault?.split(separator: "\n").first {
        FileHandle.standardOutput.write(Data("\(simulation.story.seed)\t\(line)\n".utf8))
      }
      return true
    }
  }

  /// Plays seeds until `body` says that it is enough.
  private static func each(_ first: UInt64, _ count: UInt64, _ stride: UInt64, _ body: (Simulation) -> Bool) {
    LastWords.install()
    for number in 0..<count {
      let seed = first &+ number &* stride
      LastWords.begin(seed)
      let simulation = Simulation(Story(seed: seed))
      simulation.run()
      if !body(simulation) { return }
    }
  }

  /// A failing seed, the command that repeats it, and the shortest story that fails in the same way.
  private static func explain(_ story: Story, _ fault: String) {
    let short = story.shrunk(toFault: fault)
    let steps = short.steps.map { String($0.number) }.joined(separator: ",")
    var text = "seed \(story.seed): \(fault)\n  make simulate SEED=\(story.seed)\n"
    text += "shrunk from \(story.steps.count) to \(short.steps.count) steps:\n"
    text += "  make simulate SEED=\(story.seed) STEPS=\(steps)\n"
    text += short.lines.map { "  \($0)\n" }.joined()
    FileHandle.standardOutput.write(Data(text.utf8))
  }

  private static func tell(_ seed: UInt64, steps: String?) -> Bool {
    var story = Story(seed: seed)
    if let steps { story = story.keeping(Set(steps.split(separator: ",").compactMap { Int($0) })) }
    let simulation = Simulation(story)
    simulation.log = { FileHandle.standardOutput.write(Data("\($0)\n".utf8)) }
    simulation.run()
    print(simulation.fault.map { "seed \(seed): \($0)" } ?? "seed \(seed): nothing is wrong")
    print("digest \(simulation.digest)")
    return simulation.fault == nil
  }

  private static func merge(_ paths: [String]) -> Bool {
    var report = SimulationReport()
    for path in paths {
      do {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard let part = SimulationReport(lines: text.split(separator: "\n")) else {
          print("\(path) is not a report")
          return false
        }
        report.add(part)
      } catch {
        print("\(path): a process ended without its report: \(error)")
        return false
      }
    }
    for line in report.coverage.lines { print(line) }
    print("\(report.seeds) seeds, \(report.failed.count) failed")
    for missing in report.missing { print("never happened: \(missing)") }
    return report.failed.isEmpty && report.missing.isEmpty
  }
}
