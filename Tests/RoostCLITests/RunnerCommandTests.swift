import Foundation
import RoostRunner
import Testing

@testable import RoostCLI

@Suite("roost runner, as far as its command line goes")
struct RunnerCommandTests {
  private func parse(_ words: String...) throws -> ParsedCommand {
    try ArgumentParser.parse(["runner"] + words, root: CommandTree.root)
  }

  @Test("the command line begins with its first word, and its own options are not ours")
  func commandLine() throws {
    #expect(try parse("--pool", "a/b", "--", "sh", "-c", "--slots").operands == ["sh", "-c", "--slots"])
    #expect(try parse("--pool", "a/b", "sh", "-c", "--help", "--").operands == ["sh", "-c", "--help", "--"])
    #expect(throws: CLIError.self) { try parse("--pool", "a/b") }
    #expect(throws: CLIError.self) { try parse("--pool", "a/b", "--") }
  }

  @Test("every flag arrives where it belongs")
  func flags() throws {
    let command = try parse(
      "--server", "nats://x:1", "--pool", "a/b", "--slots", "7", "--id", "r1", "--version", "3", "--grace", "500ms",
      "--ready-line", "--log-dir", "logs", "--prefix", "blue", "--inbox-prefix", "_INBOX.me", "--", "./run", "x")
    let runner = try RunnerConfiguration(command, environment: [:])
    #expect(runner.access.url == "nats://x:1")
    #expect(runner.pool.description == "a/b")
    #expect(runner.id.text == "r1")
    #expect([runner.slots, runner.version] == [7, 3])
    #expect([runner.subjectPrefix, runner.access.inboxPrefix] == ["blue", "_INBOX.me"])
    let process = try ProcessSettings(command, runner, environment: ["A": "B"])
    #expect(process.command == "./run")
    #expect(process.arguments == ["x"])
    #expect(process.environment == ["A": "B"])
    #expect(process.capacity == 7)
    #expect(process.graceMs == 500)
    #expect(process.waitsForReady)
    #expect(process.output == .folder("logs"))
  }

  @Test("an id of its own is one that the protocol allows")
  func ownID() throws {
    let runner = try RunnerConfiguration(parse("--pool", "a/b", "sh"), environment: [:])
    #expect(throws: Never.self) { try ParsedCommand.identifier(runner.id.text, of: "id") }
  }

  @Test("every flag of the runner has its row in docs/runner.md")
  func documentation() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/runner.md")
    let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| ") }
    for option in CommandTree.runner.ownOptions {
      #expect(rows.contains { $0.hasPrefix("| `--\(option.name)") }, "--\(option.name)")
    }
  }
}
