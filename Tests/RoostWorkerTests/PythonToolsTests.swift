import Foundation
import Testing

/// The Python tools are the outside view of a worker: a runner from the published protos and the checker that judges.
@Suite struct PythonToolsTests {
  @Test("the Python runner keeps the rules of its side, and the checker finds the fault in each doctored recording")
  func pythonToolsAreProven() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let python = root.appending(path: ".venv/py/bin/python")
    try #require(
      FileManager.default.isExecutableFile(atPath: python.path),
      "no \(python.path): run scripts/venv.sh (make test does)")

    let process = Process()
    process.executableURL = python
    process.arguments = ["-m", "unittest", "discover", "-s", "Tests/python", "-p", "test_*.py"]
    process.currentDirectoryURL = root
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()

    #expect(process.terminationStatus == 0, "\(output)")
    #expect(!output.contains("Ran 0 tests"), "\(output)")
  }
}
