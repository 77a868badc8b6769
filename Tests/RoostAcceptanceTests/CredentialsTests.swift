import Foundation
import RoostTestKit
import Testing

/// Users by JWT and seed (`--creds`), on a real server that knows no user but trusts an operator.
@Suite("Credentials")
struct CredentialsTests {
  /// A broker in operator mode, and the folder with files of credentials.
  private final class Trust {
    let broker: Broker
    let folder: String

    init(_ version: Broker.Version) throws {
      folder = "\(NSTemporaryDirectory())roost-creds-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let made = try PythonProgram.run(["Tests/python/credentials.py", folder])
      try #require(made.status == 0, "\(made.output)")
      broker = try Broker.start(
        version, extra: try String(contentsOfFile: "\(folder)/operator.conf", encoding: .utf8))
    }

    deinit {
      // A folder that stays is no failure of what was tested.
      do { try FileManager.default.removeItem(atPath: folder) } catch {}
    }

    func flags(_ name: String) -> [String] { ["--server", broker.url, "--creds", "\(folder)/\(name).creds"] }

    /// `command`: the command line of a runner's actors.
    func roost(_ words: String, _ name: String, command: String = "") throws -> TestProcess {
      let flags = flags(name).map { "'\($0)'" }.joined(separator: " ")
      return try TestProcess("exec \(TestProcess.roost) \(words) \(flags) \(command)")
    }
  }

  @Test("a worker, a runner and a caller with a file of credentials do their work", arguments: Broker.Version.allCases)
  func accepted(_ version: Broker.Version) throws {
    let trust = try Trust(version)
    let worker = try WorkerProcess(["--data", "\(trust.broker.folder)/data"] + trust.flags("right"))
    try worker.waitUntilReady()
    let runner = try trust.roost("runner --pool default/gpu", "right", command: "-- sleep 100")
    defer { runner.signal(SIGTERM) }
    let created = try trust.roost("actor create default/gpu a1", "right")
    #expect(try created.exitCode() == 0, "\(created.output)")
    let woken = try trust.roost("actor wake default/gpu a1 --wait", "right")
    #expect(try woken.exitCode() == 0, "\(woken.output)\nrunner: \(runner.output)")
    #expect(try worker.stop() == 0, "\(worker.log)")
  }

  @Test("credentials that the server does not take are refused, and the message says so; the seed is in none")
  func refused() throws {
    let trust = try Trust(.debian)
    for name in ["seed", "account", "expired"] {
      let refused = try trust.roost("pending default/gpu", name)
      #expect(try refused.exitCode() == 69)
      #expect(refused.output.contains("the server refuses us (Auth"), "\(name): \(refused.output)")
      #expect(!refused.output.contains("SUA"), "a seed is in the error")
    }
    let nobody = try TestProcess("exec \(TestProcess.roost) pending default/gpu --server \(trust.broker.url)")
    #expect(try nobody.exitCode() == 69, "\(nobody.output)")
    #expect(nobody.output.contains("the server refuses us (Auth"), "\(nobody.output)")

    // A worker tries again, and says why, until an operator has put the file right.
    let worker = try WorkerProcess(["--data", "\(trust.broker.folder)/data"] + trust.flags("seed"))
    #expect(eventually { worker.log.contains("the server refuses us (Auth") }, "\(worker.log)")
    try Data(contentsOf: URL(filePath: "\(trust.folder)/right.creds"))
      .write(to: URL(filePath: "\(trust.folder)/seed.creds"))
    try worker.waitUntilReady()
    #expect(!worker.log.contains("SUA"), "a seed is in the log")
    #expect(try worker.stop() == 0, "\(worker.log)")
  }
}
