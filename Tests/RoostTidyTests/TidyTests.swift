import Foundation
import Testing

@Suite("The house rules that a program can check")
struct TidyTests {
  /// What each target may import of the project, besides the system's libraries.
  private static let imports: [String: Set<String>] = [
    "roost": ["RoostCLI"],
    "RoostCLI": [
      "RoostWorker", "RoostRunner", "RoostNATS", "RoostJournal", "RoostWire", "RoostTelemetry", "RoostCore",
      "CRoostSystem",
    ],
    "RoostWorker": [
      "RoostNATS", "RoostJournal", "RoostWire", "RoostTelemetry", "RoostCore", "CMicroHTTPD", "CRoostHTTP",
    ],
    "RoostRunner": ["RoostNATS", "RoostWire", "RoostTelemetry", "RoostCore", "CRoostSystem"],
    "RoostNATS": ["RoostCore", "CNats", "CCrypto"],
    "RoostJournal": ["RoostCore", "CRoostSystem"],
    "RoostWire": ["RoostCore", "CRoostProtos", "CProtobufC"],
    "RoostTelemetry": ["RoostCore"],
    "RoostCore": [],
    "RoostTestKit": ["RoostWorker", "RoostNATS", "RoostJournal", "RoostWire", "RoostTelemetry", "RoostCore"],
  ]

  private static let systemLibraries: Set<String> = ["Foundation", "Glibc", "Synchronization", "Dispatch"]

  private func imported(by file: SourceTree.File) -> Set<String> {
    Set(
      file.lines.compactMap { line in
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
          words[..<at].allSatisfy({ $0.hasPrefix("@") || $0 == "package" || $0 == "private" || $0 == "internal" })
        else { return nil }
        return String(words[at + 1].prefix { $0 != "." })
      })
  }

  @Test("imports go one way: a target imports what stands below it, and each C library has one importer")
  func directionOfImport() {
    #expect(!SourceTree.swift(in: "Sources").isEmpty)
    for file in SourceTree.swift(in: "Sources") {
      let target = String(file.path.split(separator: "/")[1])
      guard let allowed = Self.imports[target] else {
        Issue.record("\(file.path): the target \(target) has no rule here; say what it may import")
        continue
      }
      let system = target == "RoostCore" ? [] : Self.systemLibraries
      let extra = imported(by: file).subtracting(allowed).subtracting(system).sorted()
      #expect(extra.isEmpty, "\(file.path) imports \(extra.joined(separator: ", "))")
    }
  }

  @Test("the layout is what `make lint` accepts")
  func layout() throws {
    let lint = Process()
    lint.executableURL = URL(filePath: "/usr/bin/env")
    lint.arguments = ["make", "lint"]
    lint.currentDirectoryURL = SourceTree.top
    let pipe = Pipe()
    lint.standardOutput = pipe
    lint.standardError = pipe
    try lint.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    lint.waitUntilExit()
    #expect(lint.terminationStatus == 0, "run `make format`; \(said)")
  }

  @Test("no source file has more than 300 lines, and no line runs away")
  func size() {
    for file in SourceTree.swift(in: "Sources") {
      #expect(file.lines.count <= 301, "\(file.path) has \(file.lines.count - 1) lines")
    }
    // The formatter keeps code to 120 columns; comments and texts it leaves alone may end a word later.
    for file in SourceTree.swift(in: "Sources") + SourceTree.swift(in: "Tests") {
      for (number, line) in file.lines.enumerated() where line.count > 140 {
        Issue.record("\(file.path):\(number + 1) has \(line.count) columns")
      }
    }
  }

  @Test("every folder of Sources is a target, and every file is named after its content, not Manager or Helper")
  func names() {
    let banned = ["Manager", "Helper", "Util", "Utils", "Impl", "Data", "Info", "Misc", "Common"]
    for file in SourceTree.swift(in: "Sources") {
      let stem = file.name.dropLast(".swift".count)
      #expect(!banned.contains { stem.hasSuffix($0) }, "\(file.path)")
      #expect(file.path.split(separator: "/").count <= 4, "\(file.path): one folder per concern, not deeper")
    }
  }

  @Test("nothing is left to do, and nothing names a machine or a place outside the checkout")
  func leftovers() {
    // Written in pieces, so that this file does not find itself.
    let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "/wo" + "rk/", "../sha" + "red", "/ho" + "me/", "/ro" + "ot/"]
    for file in SourceTree.files {
      for (number, line) in file.lines.enumerated() {
        for word in words where line.contains(word) { Issue.record("\(file.path):\(number + 1) has \(word)") }
      }
    }
  }

  @Test("errors are not swallowed: no try?, and every empty catch and unchecked Sendable says why")
  func errors() {
    let swallowing = /\btry[!?]/
    // JSON says only by trying what kind of value comes next.
    for file in SourceTree.swift(in: "Sources") where file.name != "JSONValue.swift" {
      for (number, line) in file.lines.enumerated() {
        let code = line.trimmingCharacters(in: .whitespaces)
        if code.hasPrefix("//") { continue }
        #expect(!code.contains(swallowing), "\(file.path):\(number + 1)")
        if code.contains("catch {}") {
          let before = file.lines[max(0, number - 2)..<number]
          #expect(before.contains { $0.contains("//") }, "\(file.path):\(number + 1) does not say why")
        }
        if code.contains("@unchecked" + " Sendable") {
          let before = file.lines[max(0, number - 6)..<number]
          #expect(before.contains { $0.contains("nchecked") }, "\(file.path):\(number + 1) does not say why")
        }
      }
    }
  }

  @Test("public is only what others import: the command line and the runner; targets share by package access")
  func access() {
    let declaration = /^\s*public\s/
    let shared = ["Sources/RoostCLI/", "Sources/RoostRunner/"]
    for file in SourceTree.swift(in: "Sources") where !shared.contains(where: { file.path.hasPrefix($0) }) {
      for (number, line) in file.lines.enumerated() where line.contains(declaration) {
        Issue.record("\(file.path):\(number + 1) is public")
      }
    }
  }

  @Test("every metric is counted somewhere: one that is always 0 would be a lie")
  func metrics() throws {
    let sources = SourceTree.swift(in: "Sources")
    let metric = try #require(sources.first { $0.path == "Sources/RoostTelemetry/Metric.swift" })
    let body = metric.text.prefix(upTo: try #require(metric.text.range(of: "enum Kind")).lowerBound)
    let cases = body.matches(of: /\n  case ([a-zA-Z, ]+)/).flatMap { $0.1.split(separator: ", ") }
    #expect(cases.count > 20)
    let users = sources.filter { !$0.path.hasPrefix("Sources/RoostTelemetry/") }.map(\.text)
    for name in cases {
      #expect(users.contains { $0.contains(".\(name)") && $0.contains("metrics") }, "\(name) is not counted")
    }
  }
}
