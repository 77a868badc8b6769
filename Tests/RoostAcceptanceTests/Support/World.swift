import Foundation
import Glibc
import RoostTestKit

/// A broker, an observer of all that passes it, and a folder for the workers' journals; gone with this object.
final class World {
  let broker: Broker
  let observer: Observer
  let folder: String
  let pool = "default/gpu"

  init(_ version: Broker.Version = .debian, extra: String = "") throws {
    broker = try Broker.start(version, extra: extra)
    // In the broker's folder, which is removed with it.
    folder = broker.folder
    observer = try Observer(broker.url, recording: "\(folder)/recording.jsonl")
  }

  // A client that outlives its broker only fills the log.
  deinit { observer.stop() }

  /// Starts a worker and waits until it serves.
  func worker(
    _ flags: String..., data: String = "data", environment: [String: String] = [:]
  ) throws -> WorkerProcess {
    let worker = try unreadyWorker(flags, data: data, environment: environment)
    try worker.waitUntilReady()
    try observer.waitUntilFollowing()
    return worker
  }

  /// Starts a worker of which nothing is expected yet.
  func unreadyWorker(
    _ flags: [String] = [], data: String = "data", environment: [String: String] = [:]
  ) throws -> WorkerProcess {
    try WorkerProcess(["--server", broker.url, "--data", dataFolder(data)] + flags, environment: environment)
  }

  func dataFolder(_ name: String = "data") -> String { "\(folder)/\(name)" }

  /// A Python runner, welcome unless it is `held` (then it keeps silent until the order `announce`).
  func runner(
    _ id: String = "r1", slots: Int = 1, pool: String? = nil, behaviour: String = "ready", isHeld: Bool = false
  ) throws -> PythonProgram {
    let runner = try PythonProgram(
      "runner.py",
      ["--server", broker.url, "--pool", pool ?? self.pool, "--id", id, "--slots", "\(slots)", "--stdin"]
        + (isHeld ? ["--held"] : []) + ["--behaviour"] + behaviour.split(separator: " ").map(String.init))
    try runner.wait(for: ["saw": isHeld ? "held" : "welcome"])
    return runner
  }

  /// The recording so far, complete, before the checker; what it found is its output.
  func judge() throws -> (status: Int32, output: String) {
    try observer.finish()
    return try PythonProgram.run(["Tests/python/checker.py", "judge", "\(folder)/recording.jsonl"])
  }
}

/// Asks again and again until it holds; false when it does not in time.
func eventually(within patience: Duration = .seconds(20), _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = ContinuousClock.now + patience
  while true {
    if try condition() { return true }
    if ContinuousClock.now > deadline { return false }
    usleep(2_000)
  }
}

/// Milliseconds since the epoch, as everything recorded has them.
func nowMs() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

/// Why a test could not be carried out.
struct WorldError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
