import Foundation
import RoostCore
import RoostTelemetry
import Testing

@testable import RoostCLI

@Suite("The documentation says what the code does")
struct DocumentationTests {
  private static let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func page(_ path: String) throws -> String {
    try String(contentsOf: Self.top.appending(path: path), encoding: .utf8)
  }

  @Test("every exit code has its row")
  func exitCodes() throws {
    let rows = try page("docs/operating.md").split(separator: "\n")
    for code in ExitCode.allCases {
      #expect(rows.filter { $0.hasPrefix("| \(code.rawValue) |") }.count == 1, "exit code \(code.rawValue)")
    }
  }

  @Test("every metric has its row, with the help text of the code, and no other row stands there")
  func metrics() throws {
    let rows = Set(try page("docs/operating.md").split(separator: "\n").filter { $0.hasPrefix("| `roost_") })
    let wanted = Set(Metric.allCases.map { "| `\($0.description.name)` | \($0.description.help) |"[...] })
    #expect(rows == wanted)
  }

  @Test("every pool setting has its row with its default")
  func settings() throws {
    let text = try page("docs/limits.md")
    for field in PoolSettingField.all {
      let row = "\n| `\(field.name)` | \(field.read(PoolSettings())) |"
      #expect(text.contains(row), "\(field.name)")
    }
  }

  @Test("every flag of the worker and of up has its row, and no other row stands there")
  func flags() throws {
    for (heading, spec) in [("A worker", CommandTree.worker), ("Everything on one machine", CommandTree.up)] {
      let sections = try page("docs/operating.md").split(separator: "\n## ")
      let section = try #require(sections.first { $0.hasPrefix(heading) })
      let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `--") }
      // The first column may name several.
      let named = rows.flatMap { $0.split(separator: "|")[0].matches(of: /`--([a-z-]+)/).map { String($0.1) } }
      #expect(named.sorted() == spec.ownOptions.map(\.name).sorted(), "\(heading)")
    }
  }

  @Test("every option by which a command reaches the broker has its row in docs/security.md")
  func access() throws {
    let rows = try page("docs/security.md").split(separator: "\n").filter { $0.hasPrefix("| `--") }
    let named = rows.flatMap { $0.split(separator: "|")[0].matches(of: /`--([a-z-]+)/).map { String($0.1) } }
    #expect(named.sorted() == CommandTree.access.map(\.name).sorted())
  }

  @Test("every verb, event and limit of the protocol is named")
  func protocolWords() throws {
    let text = try page("docs/protocol.md")
    for spec in CommandTree.actor.subcommands where !["get", "state"].contains(spec.name) {
      #expect(text.contains("| \(spec.name) |"), "\(spec.name)")
    }
    for kind in ActorEvent.Kind.allCases { #expect(text.contains(kind.rawValue), "\(kind.rawValue)") }
    let limits = try page("docs/limits.md")
    for number in [
      Int(Limits.pendingTimeoutMs.upperBound), Limits.runnersPerPool, Limits.pools, Limits.keyBytes.upperBound,
      Limits.metadataBytes, Limits.waitersPerActor, Limits.errorMessageBytes, Limits.placementsPerTurn,
      Limits.timersPerTurn, Limits.replySubjectBytes,
    ] {
      #expect(limits.contains("\(number)"), "\(number)")
    }
  }

  @Test("links between pages lead somewhere")
  func links() throws {
    let link = /\]\(([^)#]+)(?:#[^)]*)?\)/
    for path in [
      "README.md", "docs/architecture.md", "docs/operating.md", "docs/protocol.md", "docs/limits.md", "docs/runner.md",
      "docs/security.md",
    ] {
      let folder = Self.top.appending(path: path).deletingLastPathComponent()
      for match in try page(path).matches(of: link) where !match.1.hasPrefix("http") {
        let target = folder.appending(path: String(match.1))
        #expect(FileManager.default.fileExists(atPath: target.path), "\(path) links to \(match.1)")
      }
    }
  }
}
