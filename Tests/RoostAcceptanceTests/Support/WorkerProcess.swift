import Glibc
import RoostTestKit

/// A `roost worker` of its own process.
final class WorkerProcess {
  private let process: TestProcess

  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    let words = ([TestProcess.roost, "worker"] + arguments).map { "'\($0)'" }
    process = try TestProcess("exec \(words.joined(separator: " "))", environment: environment)
  }

  /// All it logged.
  var log: String { process.output }

  /// It says so once it has checked everything and begins to serve.
  func waitUntilReady() throws { try wait(forLog: "link to the broker is up") }

  func wait(forLog text: String, within patience: Duration = .seconds(30)) throws {
    guard eventually(within: patience, { log.contains(text) }) else {
      throw WorldError("the worker did not log '\(text)'; it logged: \(log)")
    }
  }

  /// What its health page answers at `path`; nil while nobody listens. Only with `--http 0`.
  func page(_ path: String) -> HTTPProbe.Page? {
    log.firstMatch(of: /roost\.http\.address=127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) }
      .flatMap { HTTPProbe.get(path, port: $0) }
  }

  /// A system's signal ends it when it writes behind so many bytes of a file.
  func limitFiles(toBytes bytes: Int) throws {
    let limiting = try TestProcess("exec prlimit --pid \(process.pid) --fsize=\(bytes)")
    guard try limiting.exitCode() == 0 else { throw WorldError("no limit was set: \(limiting.output)") }
  }

  /// The exit code of one that is expected to end by itself.
  func exitCode() throws -> Int32 { try process.exitCode() }

  /// SIGTERM; its exit code.
  func stop() throws -> Int32 {
    process.signal(SIGTERM)
    return try process.exitCode()
  }

  /// SIGKILL, and gone when this returns.
  func kill() throws {
    process.signal(SIGKILL)
    let code = try process.exitCode()
    guard code == 128 + SIGKILL else { throw WorldError("the worker ended by itself with \(code): \(log)") }
  }
}
