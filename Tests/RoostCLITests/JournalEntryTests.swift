import RoostCore
import RoostNATS
import Testing

@testable import RoostCLI

@Suite("What a journal record says, by its names")
struct JournalEntryTests {
  @Test("the reason of a stop is written as events and traces write it", arguments: 1...5)
  func stops(number: UInt8) throws {
    let reason = try #require(StopReason(rawValue: number))
    let command = Command(
      index: 1, kind: .stop(reason), actor: ActorID("a1"), generation: 1, cause: Cause(sequence: 4), record: 2)
    let words = ["sleep", "stop", "going_away", "destroy", "stale"]
    let fields = JournalEntry(command, to: RunnerID("r1")).fields("change")
    #expect(fields["reason"] == .string(words[Int(number) - 1]))
    #expect(fields["change"] == .string("stop"))
  }
}
