import Foundation
import RoostRunner
import RoostTestKit
import Testing

@testable import RoostCLI

@Suite("roost up, as far as its command line goes")
struct UpSettingsTests {
  private let environment = ["PATH": "/usr/sbin"]

  private func settings(_ words: String...) throws -> UpSettings {
    try UpSettings(ArgumentParser.parse(["up"] + words, root: CommandTree.root), environment: environment)
  }

  @Test("every flag arrives at the part it is for, once")
  func flags() throws {
    let it = try settings(
      "--data", "d", "--pool", "a/b", "--slots", "7", "--port", "0", "--http", "8080", "--set", "max_pending=3",
      "--set", "max_actors=4", "--id", "r1", "--version", "3", "--grace", "500ms", "--ready-line", "--log-dir", "logs",
      "--", "./run", "--slots")
    #expect([it.folder, it.pool.description, it.runner.text] == ["d", "a/b", "r1"])
    #expect(it.port == 0)
    #expect(
      it.workerArguments(server: "nats://x:1", folder: "d/journal") == [
        "worker", "--server", "nats://x:1", "--data", "d/journal", "--http", "8080", "--set", "max_pending=3", "--set",
        "max_actors=4",
      ])
    #expect(
      it.runnerArguments(server: "nats://x:1") == [
        "runner", "--server", "nats://x:1", "--id", "r1", "--pool", "a/b", "--slots", "7", "--version", "3", "--grace",
        "500ms", "--ready-line", "--log-dir", "logs", "--", "./run", "--slots",
      ])
    #expect(it.bounds[.runner] == 500 + 10_000 + UpLimits.runnerMarginMs)
  }

  @Test("what is not given has the defaults of the parts; the id is the same at every start, the port NATS's own")
  func defaults() throws {
    let it = try settings("--data", "d", "--pool", "a/b", "--", "sh")
    #expect(it.port == 4222)
    #expect(it.workerArguments(server: "s", folder: "f") == ["worker", "--server", "s", "--data", "f"])
    #expect(it.runnerArguments(server: "s") == ["runner", "--server", "s", "--id", "up", "--pool", "a/b", "--", "sh"])
  }

  @Test("every flag of up is one of the worker or the runner, or is listed here")
  func unknownFlags() {
    let known = CommandTree.worker.options + CommandTree.runner.options
    let own = CommandTree.up.options.map(\.name).filter { name in !known.contains { $0.name == name } }
    #expect(own == ["port", "nats-server"])
  }

  @Test("the broker is looked for in PATH, then where Debian has it; a missing one names the package")
  func broker() throws {
    let broker = BrokerProgram.debianPath
    #expect(try BrokerProgram.find(given: nil, path: "/nowhere:/usr/sbin") == "/usr/sbin/nats-server")
    #expect(try BrokerProgram.find(given: nil, path: "/nowhere") == broker)
    #expect(try BrokerProgram.find(given: broker, path: nil) == broker)
    for given in [nil, "/usr", "/etc/passwd"] {
      let error = #expect(throws: CLIError.self) {
        try BrokerProgram.find(given: given, path: "/nowhere", fallback: "/nowhere/nats-server")
      }
      #expect(error?.exitCode == .unavailable)
      #expect(error?.message.contains("apt-get install nats-server") == true)
    }
  }

  @Test("the broker's configuration in the executable is compose/nats-server.conf")
  func configuration() throws {
    let file = "\(TestProcess.checkout)/compose/nats-server.conf"
    #expect(try String(contentsOfFile: file, encoding: .utf8) == BrokerConfiguration.text)
  }

  @Test("parts that outlive a killed one keep the folder from the next, for a while")
  func partsLeftBehind() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "roost-folder-\(UUID().uuidString)").path
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
    let part: Int32
    do {
      let first = try UpFolder(path)
      // As a part has it: the same open file, in a process that goes on.
      part = dup(first.partsLock)
      let error = #expect(throws: CLIError.self) { try UpFolder(path) }
      #expect(error?.exitCode == .folderInUse)
      #expect(error?.message.contains("(process \(getpid()))") == true)
    }
    let error = #expect(throws: CLIError.self) { try UpFolder(path, patienceMs: 100) }
    #expect(error?.exitCode == .folderInUse)
    #expect(error?.message.contains("parts of an earlier") == true)
    close(part)
    _ = try UpFolder(path)
  }

  @Test("a folder that cannot be made is said, and what to do")
  func noFolder() {
    let error = #expect(throws: CLIError.self) { try UpFolder("/proc/nowhere") }
    #expect(error?.exitCode == .ioError)
    #expect(error?.message.contains("/proc/nowhere") == true)
    #expect(error?.message.contains("give a --data DIR that this user may write") == true)
  }
}
