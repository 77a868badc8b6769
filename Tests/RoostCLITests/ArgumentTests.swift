import RoostCore
import RoostWorker
import Testing

@testable import RoostCLI

@Suite("Arguments")
struct ArgumentTests {
  private func parse(_ words: String...) throws -> ParsedCommand {
    try ArgumentParser.parse(words, root: CommandTree.root)
  }

  @Test("options and operands mix, values come after a space or an equals sign, -- ends the options")
  func forms() throws {
    let command = try parse("actor", "wake", "--pending-timeout=5s", "default/gpu", "--dont-sleep", "--", "-a1")
    #expect(command.path == ["actor", "wake"])
    #expect(command.operands == ["default/gpu", "-a1"])
    #expect(command.value("pending-timeout") == "5s")
    #expect(command.has("dont-sleep"))
    #expect(!command.has("no-wait"))
  }

  @Test("an empty value and a value that looks like an option are values")
  func oddValues() throws {
    let command = try parse("actor", "create", "a/b", "x", "--input=", "--key", "--name")
    #expect(command.value("input") == "")
    #expect(command.value("key") == "--name")
  }

  @Test(
    "what is wrong is usage",
    arguments: [
      ["worke"], ["actor"], ["actor", "wake"], ["actor", "wake", "a/b"], ["actor", "wake", "a/b", "x", "y"],
      ["actor", "wake", "a/b", "x", "--nope"], ["actor", "wake", "a/b", "x", "--dont"],
      ["actor", "wake", "a/b", "x", "--timeout"], ["actor", "wake", "a/b", "x", "--dont-sleep=1"],
      ["actor", "wake", "a/b", "x", "--timeout", "1s", "--timeout", "2s"],
      ["actor", "create", "a/b", "x", "--crash-policy", "never"], ["worker", "-d", "x"], ["version", "now"],
    ])
  func refusals(words: [String]) {
    let error = #expect(throws: CLIError.self) { try ArgumentParser.parse(words, root: CommandTree.root) }
    #expect(error?.exitCode == .usage)
    #expect(error?.message.contains("--help`") == true)
  }

  @Test(
    "an ID of a message is a word that can be seen",
    arguments: ["", " ", "a b", "a\u{1b}", "a\u{7f}", "a\u{a0}b", "\u{200b}"])
  func messageIDs(id: String) throws {
    #expect(try parse("actor", "wake", "a/b", "x").messageID() == nil)
    #expect(try parse("actor", "wake", "a/b", "x", "--msg-id", "größe/17").messageID() == "größe/17")
    let command = try parse("actor", "wake", "a/b", "x", "--msg-id", id)
    let error = #expect(throws: CLIError.self) { try command.messageID() }
    #expect(error?.exitCode == .usage)
  }

  @Test("every command of the tree has a summary, and no option twice")
  func tree() {
    func check(_ spec: CommandSpec) {
      #expect(!spec.summary.isEmpty)
      let names = (spec.options + [.help]).map(\.name)
      #expect(Set(names).count == names.count, "\(spec.name)")
      for command in spec.subcommands { check(command) }
    }
    check(CommandTree.root)
  }

  @Test("amounts have units and do not overflow")
  func quantities() {
    #expect(Quantity.milliseconds("250ms") == 250)
    #expect(Quantity.milliseconds("5s") == 5_000)
    #expect(Quantity.milliseconds("30d") == 2_592_000_000)
    for text in ["", "5", "s", "-5s", "1.5s", "5 s", "5S", "٥s", "18446744073709551615d"] {
      #expect(Quantity.milliseconds(text) == nil, "\(text)")
    }
    #expect(Quantity.bytes("1048576") == 1 << 20)
    #expect(Quantity.bytes("4GiB") == 4 << 30)
    #expect(Quantity.bytes("9223372036854775808") == nil)
    #expect(Quantity.bytes("4GB") == nil)
    #expect(Quantity.moment("30s", nowMs: 1_000) == 31_000)
    #expect(Quantity.moment("2026-01-31T12:00:00Z", nowMs: 0) == 1_769_860_800_000)
    #expect(Quantity.moment("tomorrow", nowMs: 0) == nil)
    #expect(Quantity.moment("30s", nowMs: .max) == nil)
  }

  @Test("--json is short for --output jsonl where a journal is read, and --output goes before it")
  func lines() throws {
    for words in [["journal", "dump"], ["history", "a1"], ["state", "a1"]] {
      #expect(try ArgumentParser.parse(words + ["--data", "/d"], root: CommandTree.root).outputForm == .text)
      #expect(
        try ArgumentParser.parse(words + ["--data", "/d", "--json"], root: CommandTree.root).outputForm == .jsonl)
      #expect(
        try ArgumentParser.parse(words + ["--data", "/d", "--json", "--output", "json"], root: CommandTree.root)
          .outputForm == .json)
    }
  }

  @Test("the worker's flags become its configuration")
  func worker() throws {
    let command = try parse(
      "worker", "--data", "/d", "--pool", "a/b", "--pool", "c/d", "--http", "8080", "--set",
      "actor_start_threshold_ms=2000", "--set", "events=outcomes", "--adopt", "--no-setup", "--prefix", "r2",
      "--replicas", "3", "--max-bytes", "8MiB")
    let configuration = try WorkerConfiguration(command, environment: ["NATS_URL": "nats://elsewhere:1"])
    #expect(configuration.access.url == "nats://elsewhere:1")
    #expect(configuration.dataFolder == "/d")
    #expect(configuration.servedPools == [PoolID(namespace: "a", name: "b"), PoolID(namespace: "c", name: "d")])
    #expect(configuration.httpAddress == "8080")
    #expect(configuration.poolDefaults.actorStartThreshold == Milliseconds(2_000))
    #expect(configuration.poolDefaults.events == .outcomes)
    #expect(configuration.adopt && configuration.skipsSetup)
    #expect(configuration.subjectPrefix == "r2")
    #expect(configuration.streamReplicas == 3)
    #expect(configuration.streamMaxBytes == 8 << 20)
    let plain = try WorkerConfiguration(try parse("worker", "--data", "/d", "--server", "nats://s:2"), environment: [:])
    #expect(plain.access.url == "nats://s:2")
    for server in ["foo://x", "nats://a,http://u:secret@b", "://x"] {
      let error = #expect(throws: CLIError.self) {
        try WorkerConfiguration(try parse("worker", "--data", "/d"), environment: ["NATS_URL": server])
      }
      #expect(error?.exitCode == .usage)
      #expect(error?.message.contains("secret") == false)
    }
    for server in ["s:2", "TLS://s", "nats://a, nats://b"] {
      let command = try parse("worker", "--data", "/d", "--server", server)
      #expect(try WorkerConfiguration(command, environment: [:]).access.url == server)
    }
    #expect(plain.poolDefaults == PoolSettings())
    #expect(plain.servedPools.isEmpty && !plain.adopt && !plain.skipsSetup && plain.httpAddress == nil)
  }
}
