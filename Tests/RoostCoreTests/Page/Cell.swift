import Foundation
import Testing

@testable import RoostCore

/// What became of a1: its state, the lines about it in the order in which they leave, its alarm.
struct Outcome: Equatable, CustomStringConvertible {
  var state: String
  var lines: [String]
  var alarm: Int64?
  var description: String {
    ([state] + lines + (alarm.map { ["alarm \($0)"] } ?? [])).joined(separator: "; ")
  }
}

/// A cell of the page, read for one crash policy, with or without room. The words are those the page explains.
struct CellReader {
  let page: MachinePage
  let row: ActorRow
  let policy: CrashPolicy
  let room: Bool
  let before: Outcome
  let stateName: String
  /// Who waits for an answer then, and whether PENDING is still to be told.
  var waiters: [(name: String, isTold: Bool)]

  private struct Reading {
    var state: String
    var lines: [String] = []
    var alarm: Int64?
  }

  func outcome(of cell: String) -> Outcome {
    var reading = Reading(state: before.state, alarm: before.alarm)
    read(cell, into: &reading)
    return finished(reading, [])
  }

  private func finished(_ reading: Reading, _ last: [String], position: Int = 1) -> Outcome {
    // Every answer about an actor that waits has its position: here only a create is answered after the wait began.
    let isWaiting = reading.state.hasPrefix("pending") && stateName != "pending"
    let lines = (reading.lines + last).map { $0 == "x: ACCEPTED." && isWaiting ? "x: ACCEPTED #\(position)." : $0 }
    let ordered = [0, 1, 2, 3].flatMap { kind in lines.filter { self.kind(of: $0) == kind } }
    return Outcome(state: reading.state, lines: ordered, alarm: reading.state == "unknown" ? nil : reading.alarm)
  }

  private func read(_ cell: String, into reading: inout Reading) {
    let byRoom = cell.components(separatedBy: " else ")
    let byPolicy = byRoom[byRoom.count == 2 && !room ? 1 : 0].components(separatedBy: " / ")
    let chosen = byPolicy.count == 3 ? byPolicy[Int(policy.rawValue) - 1] : byPolicy[0]
    for item in chosen.components(separatedBy: "; ") { read(item: item, into: &reading) }
  }

  private func read(item: String, into reading: inout Reading) {
    let (word, argument, runner) = parts(of: item)
    let queued = stateName == "pending" ? " #1" : ""
    switch word {
    case "same": break
    case "ignored": reading.lines.append("x: IGNORED \(stateName)\(queued).")
    case "rejected":
      let place = before.state.contains(" r1") ? " r1" : ""
      reading.lines += ["a1 rejected\(place) \(argument)", "x: REJECTED \(argument)."]
    case "asleep":
      reading.state = "sleeping"
      reading.lines += ["a1 sleeping \(argument)"] + waiters.map { "\($0.name): SLEEPING \(argument)." }
    case "gone":
      reading.state = "destroyed"
      reading.alarm = nil
      reading.lines += ["a1 destroyed \(argument)"] + waiters.map { "\($0.name): DESTROYED \(argument)." }
    case "policy": read("asleep(crash_policy) / attempt(own) \(runner) / gone(crash_policy)", into: &reading)
    case "attempt": attempt(argument, runner, room: room, into: &reading)
    case "placed": attempt(argument, runner, room: true, into: &reading)
    default:
      if item.hasPrefix("alarm ") {
        reading.alarm = Int64(item.dropFirst(6))
      } else if kind(of: item) != nil {
        reading.lines.append(item)
      } else {
        reading.state = item
      }
    }
  }

  /// The page's table of attempts says whether a1 starts, waits or sleeps.
  private func attempt(_ demand: String, _ runner: String, room: Bool, into reading: inout Reading) {
    let inputs = ["none": "wake", "for ever": "wake for ever"]
    let input = demand.hasPrefix("own") ? "create" : inputs[demand] ?? "wake until 5000"
    let cell = page["Attempts", room ? "free slot" : "newest_full", input] ?? "no such attempt"
    var patience = demand == "none" ? "" : " \(demand)"
    if demand.hasPrefix("own") { patience = "\(demand.dropFirst(3))\(policy == .sleep ? "" : " standing")" }
    attempt(cell, patience: patience, on: runner, position: 1, into: &reading)
  }

  /// `start`, `wait(REASON)` or another word, for a demand as the state's line shows it.
  private func attempt(
    _ cell: String, patience: String, on runner: String, position: Int, into reading: inout Reading
  ) {
    let byPolicy = cell.components(separatedBy: " / ")
    for item in byPolicy[byPolicy.count == 3 ? Int(policy.rawValue) - 1 : 0].components(separatedBy: "; ") {
      let (word, reason, _) = parts(of: item)
      switch word {
      case "start":
        reading.state = "starting g\(row.generation + 1) \(runner)\(patience)"
        reading.lines.append("\(runner) <- start a1 g\(row.generation + 1)")
      case "wait":
        reading.state = "pending\(patience)"
        reading.lines.append("a1 pending \(reason) #\(position)")
        for waiter in waiters where !waiter.isTold {
          reading.lines.append("\(waiter.name): PENDING \(reason) #\(position) ...")
        }
      case "back off":
        reading.state = "backoff\(patience)"
        reading.lines.append("a1 backoff")
        for waiter in waiters where !waiter.isTold { reading.lines.append("\(waiter.name): PENDING backoff ...") }
      default: read(item: item, into: &reading)
      }
    }
  }

  /// A cell of the table of attempts itself; `first` leaves before what the cell says.
  func outcome(ofAttempt cell: String, patience: String, position: Int, first: [String], last: [String]) -> Outcome {
    var reading = Reading(state: before.state, lines: first, alarm: nil)
    attempt(cell, patience: patience, on: "r1", position: position, into: &reading)
    return finished(reading, last, position: position)
  }

  /// `word(argument) runner`; the runner is r1 where none is named.
  private func parts(of item: String) -> (word: String, argument: String, runner: String) {
    let words = [
      "same", "ignored", "rejected(", "asleep(", "gone(", "policy", "attempt(", "placed(", "start", "wait(", "back off",
    ]
    guard !item.hasPrefix("starting"), let word = words.first(where: { item.hasPrefix($0) }) else {
      return ("", "", "")
    }
    let tail = item.dropFirst(word.count)
    let argument = word.hasSuffix("(") ? String(tail.prefix { $0 != ")" }) : ""
    let rest = word.hasSuffix("(") ? tail.drop { $0 != ")" }.dropFirst() : tail
    let runner = rest.trimmingCharacters(in: .whitespaces)
    return (word.filter { $0 != "(" }, argument, runner.isEmpty ? "r1" : runner)
  }

  /// 0 a command, 1 an event, 2 an answer, 3 a dead letter: the order in which they leave. nil: a state.
  private func kind(of line: String) -> Int? {
    if line.contains(" <- ") { return 0 }
    if line.hasPrefix("a1 ") { return 1 }
    if line.contains(": ") { return 2 }
    return line.hasPrefix("dead ") ? 3 : nil
  }
}

/// Command indexes are left out of the page: a ledger checks after every step that they have no gap.
func withoutIndex(_ line: String) -> String {
  line.replacing(/<- \d+ (start|stop)/) { "<- \($0.output.1)" }
}

extension World {
  /// What the last step did to a1.
  func outcome() -> Outcome {
    let commands = effects.commands.filter {
      switch $0.body {
      case .start(let command, _), .stop(let command, _): command.actor.text == "a1"
      case .welcome, .close: false
      }
    }
    let events = events.filter { $0.hasPrefix("a1 ") }.map { $0.replacing(/backoff '\d+'/, with: "backoff") }
    let lines = commands.map { withoutIndex($0.line) } + events + answers + deadLetters
    return Outcome(state: self["a1"], lines: lines, alarm: record(of: "a1")?.alarm?.ms)
  }
}
