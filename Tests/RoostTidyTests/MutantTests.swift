import Foundation
import Testing

@Suite("The deliberate bugs of `make mutants`")
struct MutantTests {
  private struct Mutant {
    let name: String
    let path: String
    let words: Substring
    let touched: [String]
  }

  private func mutants() throws -> [Mutant] {
    let folder = SourceTree.top.appending(path: "Tests/Mutants")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
      let path = folder.appending(path: name).path
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let diff = try #require(text.range(of: "\n--- a/"), "\(name) has no words above its diff, or no diff")
      return Mutant(
        name: name, path: path, words: text[..<diff.lowerBound],
        touched: text.matches(of: /\n\+\+\+ b\/(.+)\n/).map { String($0.1) })
    }
  }

  @Test("there are at least 15, in the machine, the loop and the journal, and each says what it breaks and which rule")
  func words() throws {
    let mutants = try mutants()
    #expect(mutants.count >= 15)
    for part in ["RoostCore", "RoostWorker", "RoostJournal"] {
      #expect(mutants.contains { $0.touched.contains { $0.hasPrefix("Sources/\(part)/") } }, "none in \(part)")
    }
    for mutant in mutants {
      #expect(mutant.name.hasSuffix(".patch"))
      #expect(mutant.words.contains("\nRule: "), "\(mutant.name) names no rule")
      #expect(mutant.touched.allSatisfy { $0.hasPrefix("Sources/Roost") }, "\(mutant.name)")
      #expect(mutant.touched.allSatisfy { !$0.contains("TestKit") }, "\(mutant.name) breaks the judge")
    }
  }

  @Test("each still applies to the sources as they are")
  func apply() throws {
    for mutant in try mutants() {
      let git = Process()
      git.executableURL = URL(filePath: "/usr/bin/env")
      git.arguments = ["git", "apply", "--check", mutant.path]
      git.currentDirectoryURL = SourceTree.top
      let pipe = Pipe()
      git.standardError = pipe
      try git.run()
      let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      git.waitUntilExit()
      #expect(git.terminationStatus == 0, "make \(mutant.name) anew: \(said)")
    }
  }
}
