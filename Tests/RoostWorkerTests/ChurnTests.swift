import Foundation
import Glibc
import RoostTestKit
import Testing

@Suite("Killed while it writes, rolls, compacts and trims")
struct ChurnTests {
  private let program = TestProcess.roost.replacing(/roost$/, with: "RoostJournalBench")

  private func number(_ line: Substring?, after word: String) -> UInt64? {
    guard let line, let place = line.range(of: word) else { return nil }
    return UInt64(line[place.upperBound...].prefix { $0.isNumber })
  }

  @Test(
    "with -9 at any moment, the journal gives the state of all batches up to one that is not before the last promised")
  func killed() throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: UInt64(getpid()))
    var last: UInt64 = 0
    var snapshots = 0
    let rounds = Int(ProcessInfo.processInfo.environment["ROOST_CHURN_ROUNDS"] ?? "") ?? 25
    for round in 1...rounds {
      let churn = try TestProcess("exec '\(program)' churn '\(folder.path)'")
      // Some rounds end within the first batches, some after compactions.
      let wanted = last + 1 + random.next() % (round % 3 == 0 ? 5 : 600)
      #expect(
        eventually { number(churn.output.split(separator: "\n").last, after: "durable ") ?? 0 >= wanted },
        "\(churn.output)")
      churn.signal(SIGKILL)
      _ = try churn.exitCode()
      let promised = churn.output.split(separator: "\n").last { $0.hasPrefix("durable") }
      last = max(last, try #require(number(promised, after: "durable ")))
      let check = try TestProcess("exec '\(program)' check '\(folder.path)'")
      try #require(try check.exitCode() == 0, "round \(round): \(check.output)")
      let sound = try #require(number(Substring(check.output), after: "sound through "))
      #expect(sound >= last, "round \(round): \(last) was promised")
      snapshots += check.output.contains("2 snapshots") ? 1 : 0
    }
    #expect(snapshots > rounds / 3, "it came to compactions")
  }
}
