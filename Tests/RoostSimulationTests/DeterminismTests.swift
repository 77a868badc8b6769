import RoostTestKit
import Testing

@Suite("One seed, one story")
struct DeterminismTests {
  private func log(of seed: Int) throws -> String {
    let program = TestProcess.roost.replacing(/roost$/, with: "RoostSimulate")
    let process = try TestProcess("'\(program)' seed \(seed)")
    #expect(try process.exitCode() == 0)
    return process.output
  }

  @Test("two processes that run one seed say the same, byte for byte", arguments: [1, 7, 23, 104])
  func sameLog(seed: Int) throws {
    let first = try log(of: seed)
    #expect(first.contains("everything heals") && first.contains("digest"))
    #expect(try log(of: seed) == first)
  }

  @Test("other seeds are other stories")
  func otherLog() throws { #expect(try log(of: 1) != log(of: 2)) }
}
