import Foundation
import Glibc
import RoostTestKit
import Testing

@testable import RoostCLI

@Suite("A repair that is killed")
struct RepairKillTests {
  @Test("kill -9 at any moment of it leaves the journal as it was, or repaired")
  func killed() throws {
    let original = try WrittenFolder.story()
    try original.close(inOrder: false)
    // In the payload of the first record.
    try original.flip(1, 8192 + 64 + 60)
    let damaged = try journal(original.path)
    var outcomes: [Int32: Int] = [:]
    for delayMs in stride(from: 0, to: 600, by: 25) {
      let path = "\(original.path)-\(delayMs)"
      try FileManager.default.copyItem(atPath: original.path, toPath: path)
      defer { remove(path) }
      let repair = try TestProcess("exec \(TestProcess.roost) journal repair --apply --data \(path)")
      usleep(UInt32(delayMs) * 1_000)
      repair.signal(SIGKILL)
      _ = try repair.exitCode()
      let console = Console(out: { _ in true }, err: { _ in })
      let verdict = RoostCLI.run(["doctor", "--data", path], environment: [:], console: console)
      outcomes[verdict.rawValue, default: 0] += 1
      if verdict == .damaged { #expect(try journal(path) == damaged, "after \(delayMs) ms") }
      // Whatever it left behind, the next one ends it.
      let again = RoostCLI.run(["journal", "repair", "--apply", "--data", path], environment: [:], console: console)
      #expect(again == .success, "after \(delayMs) ms")
      #expect(RoostCLI.run(["doctor", "--data", path], environment: [:], console: console) == .success)
      let left = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix("damaged") }
      #expect(left == ["damaged-1"], "after \(delayMs) ms")
      #expect(try journal(path + "/damaged-1") == damaged, "after \(delayMs) ms")
    }
    // How far it comes in that time is the machine's affair.
    #expect(Set(outcomes.keys).isSubset(of: [ExitCode.success.rawValue, ExitCode.damaged.rawValue]), "\(outcomes)")
    #expect(outcomes[ExitCode.damaged.rawValue] != nil, "none was killed in time")
  }

  private func journal(_ path: String) throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path + "/journal") {
      result[name] = try Data(contentsOf: URL(filePath: "\(path)/journal/\(name)"))
    }
    return result
  }

  private func remove(_ folder: String) {
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      Issue.record("\(folder) stays: \(error)")
    }
  }
}
