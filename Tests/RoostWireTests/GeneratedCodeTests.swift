import Foundation
import Testing

/// The checked-in C code and the released field numbers against the .proto files.
@Suite("Generated code")
struct GeneratedCodeTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Runs a program in the repository and returns its exit code and everything it printed.
  static func run(_ arguments: [String], in directory: URL = root) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = directory
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test("the checked-in C code is what scripts/generate-protos.sh makes of Protos/")
  func checkedInCode() throws {
    let result = try Self.run(["scripts/generate-protos.sh", "--check"])
    #expect(result.code == 0, "\(result.output)")
  }

  @Test("a changed field, a used-again number and a field removed without `reserved` are refused, each by name")
  func releasedNumbers() throws {
    let copy = FileManager.default.temporaryDirectory.appending(path: "roost-protos-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: copy.appending(path: "Sources"), withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: copy) } }
    for part in ["Protos", "scripts", "Sources/CRoostProtos"] {
      try FileManager.default.copyItem(at: Self.root.appending(path: part), to: copy.appending(path: part))
    }
    let signals = copy.appending(path: "Protos/roost/v1/signals.proto")
    let original = try String(contentsOf: signals, encoding: .utf8)
    let edits = [
      (" string worker = 1;", " bytes worker = 1;", "roost.v1.Tick.worker = 1 string: released, and its number"),
      (" string worker = 1;", " string host = 1;", "roost.v1.Tick.worker = 1 string: released, and its number"),
      (" string worker = 1;", "", "roost.v1.Tick.worker = 1 string: released, then removed"),
    ]
    for (from, to, complaint) in edits {
      let edited = original.replacingOccurrences(of: from, with: to)
      #expect(edited != original)
      try edited.write(to: signals, atomically: true, encoding: .utf8)
      let result = try Self.run(["scripts/generate-protos.sh"], in: copy)
      #expect(result.code != 0)
      #expect(result.output.contains(complaint), "\(result.output)")
      #expect(try Self.run(["scripts/generate-protos.sh", "--check"], in: copy).code != 0)
    }
    try original.replacingOccurrences(of: " string worker = 1;", with: " reserved 1;")
      .write(to: signals, atomically: true, encoding: .utf8)
    let reserved = try Self.run(["scripts/generate-protos.sh"], in: copy)
    #expect(reserved.code == 0, "\(reserved.output)")
  }
}
