import Foundation
import Glibc
import RoostTestKit
import Testing

extension Outside {
  /// scripts/demo, which `make demo` runs. Its judge is proven by Tests/python/test_demo.py.
  @Suite("The demo", .timeLimit(.minutes(4)))
  struct DemoTests {
    @Test("sees everything that was to be seen, says so in aligned columns, and leaves nothing behind")
    func good() throws {
      let demo = try Demo()
      let exitCode = try demo.exitCode()
      #expect(exitCode == 0, "\(demo.output)")
      #expect(demo.verdict.count == 11, "\(demo.output)")
      #expect(demo.verdict.allSatisfy { $0.word == "seen" && !$0.why.isEmpty }, "\(demo.output)")
      let timeline = demo.output.matches(of: /\n *\d+\.\d{3}  (signal|command|event|answer|note)( {2,})/)
      #expect(timeline.count > 150, "\(demo.output)")
      // The word and its spaces take one width, so the next column begins at the same place.
      #expect(Set(timeline.map { $0.1.count + $0.2.count }) == [9])
      let readme = try String(contentsOfFile: "\(TestProcess.checkout)/README.md", encoding: .utf8)
      let shown = try #require(readme.split(separator: "```\n").first { $0.hasPrefix("$ roost trace ") })
      let traced = try #require(demo.output.split(separator: "\n\n").first { $0.contains("\n   $ roost trace ") })
      #expect(Self.trace(in: String(shown)).count > 10)
      #expect(Self.trace(in: String(traced)) == Self.trace(in: String(shown)), "README.md shows another trace")
      #expect(!demo.output.contains("\u{1b}"), "no colours where nobody sees them")
      #expect(try demo.leftovers() == [])
    }

    /// The command and its lines, without what differs per run: times, spans, and the numbers of signals and records.
    private static func trace(in text: String) -> [String] {
      let lines = text.split(separator: "\n").drop { !$0.contains("$ roost trace ") }
      return lines.map { line -> String in
        String(line).replacing(/^\s+/, with: "").replacing(/^\d{4}-\S+Z/, with: "TIME")
          .replacing(/^(TIME  [a-z]+ +)(\d+|-) +(\d+|-) +/) { match in
            "\(match.1)\(match.2 == "-" ? "-" : "N") \(match.3 == "-" ? "-" : "N") "
          }
          .replacing(/\d+\.\d s/, with: "SPAN").replacing(/\s+/, with: " ")
      }
    }

    @Test(
      "fails at once, and says what was missing and why, when the runner cannot start an actor",
      arguments: [
        ("/nonexistent", "'/nonexistent' is no program that can be run"),
        ("/bin/false", " was stopped: exit code 1"),
      ])
    func noActor(program: String, why: String) throws {
      let demo = try Demo(["--actor", program])
      let exitCode = try demo.exitCode()
      #expect(exitCode == 1, "\(demo.output)")
      #expect(demo.output.contains("The story ended early: waited for") && demo.output.contains(why), "\(demo.output)")
      #expect(demo.verdict.count == 11)
      #expect(demo.verdict.allSatisfy { $0.word == "NOT SEEN" && !$0.why.isEmpty }, "\(demo.output)")
      #expect(try demo.leftovers() == [])
    }

    @Test("fails when the broker is stopped half-way: what was seen before stands, the rest is named")
    func noBroker() throws {
      let demo = try Demo()
      let broker = try demo.part("broker")
      try demo.wait(for: "== A crash with back-off")
      #expect(kill(broker, SIGTERM) == 0)
      let exitCode = try demo.exitCode()
      #expect(exitCode == 1, "\(demo.output)")
      #expect(demo.output.contains("but broker ended by itself"), "\(demo.output)")
      let words = Dictionary(grouping: demo.verdict, by: \.word).mapValues(\.count)
      #expect(words["seen"] ?? 0 >= 3 && words["NOT SEEN"] ?? 0 >= 3, "\(demo.output)")
      #expect(demo.verdict.contains { $0.what == "a new runner rescues one that waits" && $0.word == "NOT SEEN" })
      #expect(try demo.leftovers() == [])
    }

    @Test(
      "Ctrl-C ends it and everything it started",
      arguments: ["started           roost worker, process", "== Sleep and wake", "killed"])
    func interrupted(moment: String) throws {
      let demo = try Demo()
      try demo.wait(for: moment)
      demo.process.signal(SIGINT)
      let exitCode = try demo.exitCode()
      #expect(exitCode == 128 + SIGINT, "\(demo.output)")
      #expect(try demo.leftovers() == [])
    }

    @Test("make demo builds, and hands the program of the actors on")
    func target() throws {
      let make = try TestProcess("make -n demo ACTOR=/nonexistent")
      #expect(try make.exitCode() == 0, "\(make.output)")
      #expect(make.output.contains("swift build --product roost\n"))
      #expect(make.output.contains("scripts/demo/demo.py --actor '/nonexistent'\n"))
    }
  }
}

/// The demo, run with a temporary folder of its own.
private final class Demo {
  let process: TestProcess
  private let folder: URL

  init(_ arguments: [String] = []) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "roost-demo-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let words = ["scripts/demo/demo.py", "--roost", TestProcess.roost] + arguments
    process = try TestProcess(
      "exec .venv/py/bin/python \(words.joined(separator: " "))", environment: ["TMPDIR": folder.path])
  }

  deinit { Glibc.rmdir(folder.path) }

  var output: String { process.output }

  func exitCode() throws -> Int32 { try process.exitCode(within: .seconds(120)) }

  func wait(for text: String) throws {
    try #require(eventually(within: .seconds(60)) { output.contains(text) }, "no '\(text)' in: \(output)")
  }

  /// The process id of a part, as the timeline has it.
  func part(_ name: String) throws -> pid_t {
    let line = /note     (\w+) +started +.*process (\d+)\n/
    var found: pid_t?
    let isThere = eventually(within: .seconds(60)) {
      found = output.matches(of: line).first { $0.1 == name }.flatMap { pid_t($0.2) }
      return found != nil
    }
    try #require(isThere, "\(name) was not started: \(output)")
    return try #require(found)
  }

  struct Row {
    let what: String
    let word: String
    let why: String
  }

  /// The rows of the table at the end.
  var verdict: [Row] {
    guard let table = output.range(of: "== The verdict") else { return [] }
    return output[table.upperBound...].matches(of: /\n   (\S.*?) {2,}(seen|NOT SEEN) +(.*)/).map {
      Row(what: String($0.1), word: String($0.2), why: String($0.3))
    }
  }

  /// Files it left, and processes that still run: everything it starts inherits where its files were to be.
  func leftovers() throws -> [String] {
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let mark = "TMPDIR=\(folder.path)"
    let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
      guard pid_t(name) != nil, let environment = FileManager.default.contents(atPath: "/proc/\(name)/environ")
      else { return false }
      return environment.split(separator: 0).contains { String(decoding: $0, as: UTF8.self) == mark }
    }
    return files + processes.map { "process \($0)" }
  }
}
