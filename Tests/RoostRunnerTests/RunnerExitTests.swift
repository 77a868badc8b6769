import Foundation
import Glibc
import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import Testing

@testable import RoostRunner

@Suite("How roost runner ends", .timeLimit(.minutes(2)), .serialized)
struct RunnerExitTests {
  private static let stubborn = "trap '' TERM; echo ready >&3; while true; do sleep 0.05; done"

  /// A runner with one actor that ignores SIGTERM, from when it is ready on.
  private func stubbornRunner(_ fleet: Fleet, _ options: String) throws -> (TestProcess, actor: pid_t) {
    let runner = try fleet.runner("r1", "--ready-line \(options)")
    try fleet.create("a", Self.stubborn)
    #expect(fleet.sees("a", .ready))
    return (runner, try #require(try runner.started(1).first))
  }

  @Test("SIGTERM: an actor that ignores it is killed after the grace, and the runner still leaves in good order")
  func grace() throws {
    let fleet = try Fleet()
    let (runner, actor) = try stubbornRunner(fleet, "--grace 300ms")
    runner.signal(SIGTERM)
    #expect(try runner.exitCode() == 0)
    #expect(!exists(actor))
    #expect(runner.output.contains("grace is over, process is killed"))
    #expect(runner.output.contains("roost.outcome=drained"), "\(runner.output)")
    #expect(fleet.sees("a", .goingAway, .sleeping))
  }

  @Test("a second SIGTERM ends it at once, and nothing stays behind")
  func twice() throws {
    let fleet = try Fleet()
    let (runner, actor) = try stubbornRunner(fleet, "--grace 1h")
    runner.signal(SIGTERM)
    #expect(eventually { runner.output.contains("runner leaves") })
    runner.signal(SIGTERM)
    #expect(try runner.exitCode() == 128 + SIGTERM)
    #expect(eventually(seconds: 1) { !isAlive(actor) })
  }

  @Test("without its supervisor it ends with 71 and says so")
  func supervisorKilled() throws {
    let fleet = try Fleet()
    let (runner, actor) = try stubbornRunner(fleet, "")
    let supervisor = try runner.supervisor()
    kill(supervisor, SIGKILL)
    #expect(try runner.exitCode() == 71)
    #expect(runner.output.contains("ROOST-R004"))
    #expect(eventually { !isAlive(actor) })
  }

  @Test("a supervisor that was stopped still ends everything when the runner is killed")
  func supervisorStopped() throws {
    let fleet = try Fleet()
    let (runner, actor) = try stubbornRunner(fleet, "")
    let supervisor = try runner.supervisor()
    kill(supervisor, SIGSTOP)
    runner.signal(SIGKILL)
    #expect(eventually(seconds: 1) { !isAlive(actor) && !isAlive(supervisor) })
  }

  @Test("when both are killed at the same instant, the kernel ends the actors")
  func bothKilled() throws {
    let fleet = try Fleet()
    let (runner, actor) = try stubbornRunner(fleet, "")
    let supervisor = try runner.supervisor()
    // So that neither sees the other's end.
    runner.signal(SIGSTOP)
    kill(supervisor, SIGKILL)
    runner.signal(SIGKILL)
    #expect(eventually(seconds: 1) { !isAlive(actor) })
  }

  @Test("what the broker or the worker refuses is said with its code, and is no reason to try again")
  func refused() throws {
    let closed = try Broker.start(extra: "authorization { user: roost, password: right }")
    let runner = "exec \(TestProcess.roost) runner --pool default/gpu --id r1 --server"
    let stranger = try TestProcess("\(runner) nats://roost:wrong@127.0.0.1:\(closed.port) -- true")
    #expect(try stranger.exitCode() == 69)
    #expect(stranger.output.contains("ROOST-R006"), "\(stranger.output)")

    let broker = try Broker.start()
    let worker = try RefusingWorker(broker.url)
    defer { worker.close() }
    let refused = try TestProcess("\(runner) \(broker.url) -- true")
    #expect(try refused.exitCode() == 1)
    #expect(refused.output.contains("ROOST-R002: runner r1 of default/gpu: the worker refuses it (limit:total_slots)"))
  }

  @Test("slots for which there are not enough descriptors are refused at once, with the number that is needed")
  func tooFewDescriptors() throws {
    let runner = "exec \(TestProcess.roost) runner --server nats://127.0.0.1:1 --pool default/gpu"
    let many = try TestProcess("ulimit -n 363; \(runner) --slots 100 -- true")
    #expect(try many.exitCode() == 71)
    #expect(many.output.contains("ROOST-R003: 100 slots need 364 descriptors, 363 are allowed; raise ulimit -n"))
    let enough = try TestProcess("ulimit -n 364; \(runner) --slots 100 -- true")
    #expect(eventually { enough.output.contains("broker away, trying again") }, "\(enough.output)")
    // And before there is a broker, too, a supervisor that is gone is the end.
    kill(try enough.supervisor(), SIGKILL)
    #expect(try enough.exitCode() == 71)
    #expect(enough.output.contains("ROOST-R004"))
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

  @Test("a folder for output that nobody can write to is refused at the start, not when output is lost")
  func noLogFolder() throws {
    let command = "exec \(TestProcess.roost) runner --server nats://127.0.0.1:1 --pool default/gpu"
    for (folder, reason) in [("/etc/passwd", "Not a directory"), ("/nowhere/logs", "No such file")] {
      let runner = try TestProcess("\(command) --log-dir \(folder) -- true")
      #expect(try runner.exitCode() == 64, "\(folder)")
      #expect(runner.output.contains("--log-dir \(folder): no output can be written there: \(reason)"))
    }
  }

  @Test("with stop_after, a runner that hears nobody ends its actors, and the worker hears of it as an error")
  func stopAfter() throws {
    let fleet = try Fleet("--set actor_stop_threshold_ms=500 --set stop_after_ms=900")
    let runner = try fleet.runner("r1")
    try fleet.create("a", "exec sleep 100")
    #expect(fleet.sees("a", .ready))
    fleet.worker.signal(SIGSTOP)
    #expect(eventually { runner.output.contains("no pong for stop_after") }, "\(runner.output)")
    #expect(try eventually { try !runner.started(1).contains(where: exists) })
    fleet.worker.signal(SIGCONT)
    #expect(fleet.sees("a", .ready, .sleeping), "\(runner.output)")
  }
}

/// Closes every session that is announced to it.
private final class RefusingWorker: Sendable {
  private let connection: NATSConnection
  private let subscription: NATSSubscription

  init(_ url: String) throws {
    connection = try NATSConnection.connect(NATSSettings(url: url, name: "refusing"))
    let (pool, id, subjects) = (PoolID(namespace: "default", name: "gpu"), RunnerID("r1"), Subjects())
    subscription = try connection.subscribe(subjects.signal(pool, id, .initialize)) { [connection] message in
      do {
        let subject = try SubjectParser(subjects).signal(message.subject)
        let signal = try WireCodec().decodeSignal(
          SignalMessage(subject: subject, sequence: 1, storedAt: Instant(ms: 0)), payload: message.payload)
        guard case .runner(_, .initialize(let it)) = signal.body else { return }
        let close = OutgoingCommand(runner: id, session: it.session, body: .close(reason: "limit:total_slots"))
        try connection.publish(subjects.command(pool, id, .close), payload: WireCodec().encode(close))
      } catch {
        Issue.record("an announcement cannot be answered: \(error)")
      }
    }
    try connection.flush(timeoutMs: 5_000)
  }

  func close() { connection.close() }
}
