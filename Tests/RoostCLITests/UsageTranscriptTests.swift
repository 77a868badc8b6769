import Testing

@testable import RoostCLI

@Suite("What the command line says before it talks to a broker")
struct UsageTranscriptTests {
  @Test("help of every command")
  func help() throws {
    var text = ""
    func add(_ spec: CommandSpec, _ path: [String]) {
      text += HelpText.of(spec, path: path) + "\n"
      for next in spec.subcommands { add(next, path + [next.name]) }
    }
    add(CommandTree.root, [])
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    try Golden.expect(text, is: "help")
  }

  @Test("help is found by every way of asking for it")
  func ways() {
    var asked = Transcript()
    for words in [["help"], ["--help"], ["-h"], []] {
      var transcript = Transcript()
      switch words.count {
      case 0: #expect(transcript.roost() == .success)
      default: #expect(transcript.roost(words[0]) == .success)
      }
      #expect(transcript.text.contains("usage: roost COMMAND"))
    }
    #expect(asked.roost("actor", "wake", "--help") == .success)
    #expect(asked.text.contains("usage: roost actor wake NS/POOL ACTOR [OPTIONS]"))
  }

  @Test("wrong usage")
  func mistakes() throws {
    var it = Transcript()
    it.roost("wrker")
    it.roost("actor")
    it.roost("actor", "wake", "default/gpu")
    it.roost("actor", "wake", "default", "a1")
    it.roost("actor", "wake", "default/gpu", "a.1")
    it.roost("actor", "wake", "default/gpu", "a1", "--dontsleep")
    it.roost("actor", "wake", "default/gpu", "a1", "--pending-timeout", "5")
    it.roost("actor", "wake", "default/gpu", "a1", "--pending-timeout", "31d")
    it.roost("actor", "wake", "default/gpu", "a1", "--wait", "--no-wait")
    it.roost("actor", "wake", "default/gpu", "a1", "--ready-timeout", "5s")
    it.roost("actor", "wake", "default/gpu", "a1", "--expires", "soon")
    it.roost("actor", "wake", "default/gpu", "a1", "--msg-id", "")
    it.roost("actor", "wake", "default/gpu", "a1", "--msg-id", "two words")
    it.roost("pool", "configure", "default/gpu", "--defaults", "--msg-id", "two\nlines")
    it.roost("actor", "wake", "default/gpu", "a1", "--server", "")
    it.roost("pending", "default/gpu", "--server", ", ,")
    it.roost("actor", "create", "default/gpu", "a1", "--crash-policy", "panic")
    it.roost("actor", "create", "default/gpu", "a1", "--input", "x", "--input-file", "y")
    it.roost("actor", "create", "default/gpu", "a1", "--input-file", "no/such/file")
    it.roost("actor", "allocate", "default/gpu", "a1")
    it.roost("actor", "allocate", "default/gpu", "a1", "--runner", "r1", "--ticket", "last")
    it.roost("trace", "default/gpu", "--output", "json")
    it.roost("pending", "default/gpu", "--watch", "--output", "json")
    it.roost("pending", "default/gpu", "--watch=5")
    it.roost("worker")
    it.roost("worker", "--data", "d", "--pool", "gpu")
    it.roost("worker", "--data", "d", "--http", "gpu")
    it.roost("worker", "--data", "d", "--set", "runner_lost_threshold_ms=5000")
    it.roost("worker", "--data", "d", "--set", "lost=5000")
    it.roost("worker", "--data", "d", "--prefix", "a.b")
    it.roost("worker", "--data", "d", "--replicas", "2")
    it.roost("runner")
    it.roost("runner", "--pool", "default/gpu")
    it.roost("runner", "--", "true")
    it.roost("runner", "--pool", "default/gpu", "--slots", "-1", "--", "true")
    it.roost("runner", "--pool", "default/gpu", "--slots", "100001", "--", "true")
    it.roost("runner", "--pool", "default/gpu", "--id", "a.b", "--", "true")
    it.roost("runner", "--pool", "default/gpu", "--grace", "2h", "--", "true")
    it.roost("up")
    it.roost("up", "--", "true")
    it.roost("up", "--data", "d", "--", "true")
    it.roost("up", "--data", "d", "--pool", "gpu", "--", "true")
    it.roost("up", "--data", "d", "--pool", "default/gpu", "--port", "65536", "--", "true")
    it.roost("up", "--data", "d", "--pool", "default/gpu", "--slots", "no", "--", "true")
    it.roost("up", "--data", "d", "--pool", "default/gpu", "--http", "gpu", "--", "true")
    it.roost("up", "--data", "d", "--pool", "default/gpu", "--set", "max_pending", "--", "true")
    it.roost("up", "--data", "d", "--pool", "default/gpu", "--nats-server", "nats", "--", "true")
    it.roost("setup", "--max-bytes", "1")
    try Golden.expect(it.text, is: "usage")
  }

  @Test("the settings, the version, and the streams that set-up would make")
  func data() throws {
    var it = Transcript()
    it.roost("worker", "--set", "help")
    it.roost("version")
    it.roost("--version")
    it.roost("setup", "--dry-run", "--prefix", "blue", "--replicas", "3", "--max-bytes", "512MiB")
    try Golden.expect(it.text, is: "data")
  }

  @Test("standard output that cannot be written ends a command with its own exit code")
  func closedOutput() {
    let console = Console(out: { _ in false }, err: { _ in })
    #expect(RoostCLI.run(["version"], environment: [:], console: console) == .ioError)
  }
}
