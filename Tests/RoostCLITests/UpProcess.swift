import Foundation
import RoostTestKit
import Testing

@testable import RoostCLI

/// The data folder of a `roost up`, the program of its actors and what they wrote; gone with this object.
final class UpWorld {
  let folder: String
  var data: String { "\(folder)/data" }
  private var record: String { "\(folder)/record" }

  /// `actor`: what the shell does in an actor's process before it waits for SIGTERM. Control lines go to `>&3`.
  init(actor: String = "") throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "roost-up-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let script = """
      trap 'echo "$ROOST_ACTOR_ID ended" >>'\(record)'; exit 0' TERM
      echo "$ROOST_ACTOR_ID g$ROOST_GENERATION $$ $NATS_URL" >>\(record)
      \(actor)
      sleep 1000 & wait
      """
    try script.write(toFile: "\(folder)/actor.sh", atomically: true, encoding: .utf8)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      Issue.record("\(folder) stays: \(error)")
    }
  }

  /// Lines of the actors: `a1 g1 PID NATS_URL` at a start, `a1 ended` after SIGTERM.
  var lines: [[Substring]] { text(record).split(separator: "\n").map { $0.split(separator: " ") } }

  func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  /// Starts `roost up` with a free port and what `flags` say.
  func up(_ flags: String = "--port 0 --grace 2s", command: String? = nil) throws -> UpProcess {
    try UpProcess(self, flags, command ?? "sh \(folder)/actor.sh")
  }

  /// Waits until a process of this generation runs; its id.
  func started(_ actor: String, generation: Int = 1) async throws -> pid_t {
    try await eventually("\(actor) runs as generation \(generation)") {
      lines.first { $0.count == 4 && $0[0] == actor && $0[1] == "g\(generation)" }.flatMap { pid_t($0[2]) }
    }
  }
}

/// A `roost up` that is the first of a session of its own, as one at a terminal is of its group.
final class UpProcess {
  private let world: UpWorld
  private let process: TestProcess
  private let errors: String

  init(_ world: UpWorld, _ flags: String, _ command: String) throws {
    self.world = world
    errors = "\(world.folder)/\(UUID().uuidString).err"
    process = try TestProcess(
      "exec setsid \(TestProcess.roost) up --data \(world.data) --pool default/gpu --slots 4 \(flags) -- \(command) "
        + "2>\(errors)",
      environment: ["NATS_URL": "nats://127.0.0.1:1"])
  }

  var pid: pid_t { process.pid }
  var output: String { process.output }
  var log: String { world.text(errors) }

  func signal(_ number: Int32) { process.signal(number) }
  func exitCode() throws -> Int32 { try process.exitCode() }

  /// Waits for the line that says so; its address, and the publish it tells to try.
  func ready() async throws -> (url: String, command: String) {
    let line = try await eventually("up is ready; it said: \(log)") { () -> String? in
      output.hasSuffix("\n") ? output : nil
    }
    let match = try #require(line.wholeMatch(of: /ready (nats:\/\/127\.0\.0\.1:\d+) try: (.*)\n/), "\(line)")
    return (String(match.1), String(match.2))
  }

  /// The process of a part, from the log.
  func pid(of part: Part) throws -> pid_t {
    let line = /part started roost\.part=(\w+) roost\.process\.id=(\d+)/
    let found = log.matches(of: line).first { $0.1 == part.rawValue }.flatMap { pid_t($0.2) }
    return try #require(found, "\(part) was not started: \(log)")
  }

  /// Which parts were ended, in order, and how.
  var ended: [String] {
    log.matches(of: /part ended roost\.part=(\w+) roost\.process\.end="([^"]*)"/).map { "\($0.1): \($0.2)" }
  }
}
