import Foundation
import Glibc
import RoostCore
import RoostTelemetry
import RoostWire
import Synchronization
import Testing

@testable import RoostRunner

/// A host of real processes, each of which runs the bash script that it finds on its standard input.
final class ProcessRig: Sendable {
  private let host: ProcessHost
  private let said = Mutex<[(ActorID, ActorReport)]>([])
  private let failure = Mutex<RunnerError?>(nil)
  private let lines = Mutex("")
  /// The supervisor: a child of this process that was not there before.
  let supervisor: pid_t

  init(
    command: String = "bash", arguments: [String] = [], capacity: UInt32 = 4, graceMs: Int64 = 10_000,
    waitsForReady: Bool = false, output: OutputTarget = .log, environment: [String: String] = [:]
  ) throws {
    var settings = ProcessSettings(command: command, pool: PoolID(namespace: "default", name: "gpu"))
    settings.arguments = arguments
    settings.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    settings.capacity = capacity
    settings.graceMs = graceMs
    settings.waitsForReady = waitsForReady
    settings.output = output
    let box = Box()
    host = try ProcessHost(
      settings, log: Log(from: .info) { line in box.rig.withLock { $0 }?.lines.withLock { $0 += line } }
    ) { event in
      guard let rig = box.rig.withLock({ $0 }) else { return }
      switch event {
      case .actor(let actor, _, let report): rig.said.withLock { $0.append((actor, report)) }
      case .failed(let error): rig.failure.withLock { $0 = error }
      }
    }
    supervisor = host.supervisor
    box.rig.withLock { $0 = self }
  }

  private final class Box: Sendable {
    let rig = Mutex<ProcessRig?>(nil)
  }

  func start(_ script: String, as actor: String = "a", generation: Generation = 1, key: String? = nil) {
    host.start(
      StartOrder(
        index: 1, actor: ActorID(actor), generation: generation, name: "render", key: key, createdAt: Instant(ms: 0),
        input: Array(script.utf8)))
  }

  func end(_ actor: String = "a", generation: Generation = 1) { host.end(ActorID(actor), generation) }

  func close() { host.close() }

  var log: String { lines.withLock { $0 } }
  var error: RunnerError? { failure.withLock { $0 } }

  func reports(_ actor: String = "a") -> [ActorReport] {
    said.withLock { $0.filter { $0.0 == ActorID(actor) }.map(\.1) }
  }

  func isOver(_ actor: String = "a") -> Bool { error(of: actor) != nil }

  /// How it ended: an empty text for a good end, nil while it has not.
  func error(of actor: String = "a") -> String? {
    if case .stopped(let error) = reports(actor).last { error ?? "" } else { nil }
  }

  /// Runs a script to its end; all that was reported.
  func run(_ script: String, as actor: String = "a", key: String? = nil) throws -> [ActorReport] {
    start(script, as: actor, key: key)
    try #require(eventually { isOver(actor) }, "\(reports(actor))")
    return reports(actor)
  }

  /// What an actor has printed with `echo NAME=VALUE`, from the log.
  func printed(_ name: String) -> String? {
    log.firstMatch(of: try! Regex("roost.process.line=\"\(name)=([^\"]*)\"")).flatMap {
      $0.output[1].substring.map { String($0) }
    }
  }
}

/// Looks again and again, until it holds or the time is over.
func eventually(seconds: Double = 20, _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while true {
    if try condition() { return true }
    if ContinuousClock.now > deadline { return false }
    usleep(1_000)
  }
}

/// True while there is such a process, a zombie included.
func exists(_ pid: pid_t) -> Bool { kill(pid, 0) == 0 || errno == EPERM }

/// The same without zombies: what has lost its parent waits for init, who reaps when it pleases.
func isAlive(_ pid: pid_t) -> Bool {
  // "1234 (sleep) S ..."
  guard let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return false }
  return String(decoding: stat, as: UTF8.self).split(separator: ")").last?.first { $0 != " " } != "Z"
}

func openDescriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
