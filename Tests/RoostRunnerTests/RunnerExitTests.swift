import Foundation
import Glibc
import RoostCore
import RoostTestKit
import Testing

@testable import RoostRunner

@Suite("How roost runner ends", .timeLimit(.minutes(2)), .serialized)
struct RunnerExitTests {
  private static let stubborn = "trap '' TERM; echo ready >&3; while true; do sleep 0.05; done"

  /// A runner with one actor that ignores SIGTERM, from when it is ready on.
  private func stubbornRunner(_ fleet: Fleet, _ options: String) throws -> TestProcess {
    let runner = try fleet.runner("r1", "--ready-line \(options)")
    try fleet.create("a", Self.stubborn)
    #expect(fleet.sees("a", .ready))
    return runner
  }

  @Test("SIGTERM: an actor that ignores it is killed after the grace, and the runner still leaves in good order")
  func grace() throws {
    let fleet = try Fleet()
    let runner = try stubbornRunner(fleet, "--grace 300ms")
    runner.signal(SIGTERM)
    #expect(try runner.exitCode() == 0)
    #expect(runner.output.contains("grace is over, process is killed"))
    #expect(runner.output.contains("roost.outcome=drained"), "\(runner.output)")
    #expect(fleet.sees("a", .goingAway, .sleeping))
  }

  @Test("a second SIGTERM ends it at once, and nothing stays behind")
  func twice() throws {
    let fleet = try Fleet()
    let runner = try stubbornRunner(fleet, "--grace 1h")
    runner.signal(SIGTERM)
    #expect(eventually { runner.output.contains("runner leaves") })
    runner.signal(SIGTERM)
    #expect(try runner.exitCode() == 128 + SIGTERM)
    #expect(eventually(seconds: 1) { !runner.started.contains(where: exists) })
  }

  @Test("without its supervisor it ends with 71 and says so")
  func supervisorKilled() throws {
    let fleet = try Fleet()
    let runner = try stubbornRunner(fleet, "")
    let children = try String(contentsOfFile: "/proc/\(runner.pid)/task/\(runner.pid)/children", encoding: .utf8)
    let supervisor = try #require(children.split(separator: " ").first.flatMap { pid_t($0) })
    kill(supervisor, SIGKILL)
    #expect(try runner.exitCode() == 71)
    #expect(runner.output.contains("ROOST-R004"))
    // Dead at once; init reaps them when it pleases.
    #expect(eventually { !runner.started.contains(where: exists) })
  }

  @Test("a command that is not there is wrong usage; a broker that is away is waited for, and SIGTERM still ends it")
  func early() throws {
    let command = "exec \(TestProcess.roost) runner --server nats://127.0.0.1:1 --pool default/gpu --"
    let missing = try TestProcess("\(command) no-such-program")
    #expect(try missing.exitCode() == 64)
    #expect(missing.output.contains("ROOST-R005: 'no-such-program' is no program that can be run"))
    let waiting = try TestProcess("\(command) true")
    #expect(eventually { waiting.output.contains("broker away, trying again") })
    waiting.signal(SIGTERM)
    #expect(try waiting.exitCode() == 0)
  }

  @Test("with stop_after, a runner that hears nobody ends its actors, and the worker hears of it as an error")
  func stopAfter() throws {
    let fleet = try Fleet("--set actor_stop_threshold_ms=500 --set stop_after_ms=900")
    let runner = try fleet.runner("r1")
    try fleet.create("a", "exec sleep 100")
    #expect(fleet.sees("a", .ready))
    fleet.worker.signal(SIGSTOP)
    #expect(eventually { runner.output.contains("no pong for stop_after") }, "\(runner.output)")
    #expect(eventually { !runner.started.contains(where: exists) })
    fleet.worker.signal(SIGCONT)
    #expect(fleet.sees("a", .ready, .sleeping), "\(runner.output)")
  }
}
