import Foundation
import Glibc
import RoostCore
import RoostTestKit
import Testing

@testable import RoostRunner

@Suite("A runner that is killed, cut off or held up", .timeLimit(.minutes(3)), .serialized)
struct RunnerLossTests {
  @Test("killed with -9, the runner's processes are gone within a second; its actors start elsewhere by their policy")
  func killed() throws {
    let fleet = try Fleet("--set runner_lost_threshold_ms=2500")
    let first = try fleet.runner("r1", "--slots 10")
    try fleet.create(
      "again", "trap '' TERM; setsid sleep 100 & sleep 100 & echo member=$!; while true; do wait; sleep 1; done",
      .restart)
    try fleet.create("ends", "exec sleep 100", .destroy)
    for number in 1...5 { try fleet.create("a\(number)", "exec sleep 100") }
    for actor in ["again", "ends", "a1", "a2", "a3", "a4", "a5"] { #expect(fleet.sees(actor, .ready)) }
    #expect(eventually { first.output.contains("member=") })
    let member = try #require(first.output.firstMatch(of: /member=(\d+)/).flatMap { pid_t($0.1) })
    let supervisor = try first.supervisor()
    var processes = try first.started(7) + [member, supervisor]
    let leader = try #require(processes.first { (try? children(of: $0))?.contains(member) == true })
    processes += try children(of: leader)
    #expect(Set(processes).count == 10, "7 actors, 2 children of one, the supervisor")
    #expect(processes.allSatisfy(exists))
    first.signal(SIGKILL)
    #expect(eventually(seconds: 1) { !processes.contains(where: isAlive) })

    let second = try fleet.runner("r2", "--slots 10")
    #expect(fleet.sees("again", .ready, .lost, .ready), "\(second.output)")
    #expect(fleet.events("again").last?.runner == RunnerID("r2"))
    #expect(fleet.events("again").last?.generation == 2)
    #expect(fleet.sees("ends", .ready, .lost, .destroyed))
    #expect(fleet.sees("a1", .ready, .lost, .sleeping))
    #expect(try second.started(1).allSatisfy(exists))
  }

  @Test("held up so long that it is lost, a runner ends its actors and comes back with a new session")
  func heldUp() throws {
    let fleet = try Fleet("--set runner_eligible_threshold_ms=500 --set runner_lost_threshold_ms=1000")
    let runner = try fleet.runner("r1")
    try fleet.create("a", "exec sleep 100")
    #expect(fleet.sees("a", .ready))
    runner.signal(SIGSTOP)
    #expect(fleet.sees("a", .ready, .lost, .sleeping))
    let actor = try #require(try runner.started(1).first)
    #expect(exists(actor), "it knows nothing of it yet")
    runner.signal(SIGCONT)
    #expect(eventually { runner.output.matches(of: /runner is welcome/).count == 2 }, "\(runner.output)")
    #expect(runner.output.contains("session is closed"))
    #expect(!exists(actor))
    try fleet.signal("a", .wake(Wake()))
    #expect(fleet.sees("a", .lost, .ready))
    _ = try runner.started(2)
  }

  @Test("held up and lost, a runner whose id another process has meanwhile ends, and leaves that one alone")
  func replaced() throws {
    let fleet = try Fleet("--set runner_eligible_threshold_ms=500 --set runner_lost_threshold_ms=1000")
    let first = try fleet.runner("r1")
    try fleet.create("a", "exec sleep 100", .restart)
    #expect(fleet.sees("a", .ready))
    first.signal(SIGSTOP)
    #expect(fleet.sees("a", .lost))
    let second = try fleet.runner("r1")
    #expect(fleet.sees("a", .lost, .ready))
    first.signal(SIGCONT)
    #expect(try first.exitCode() == 1, "\(first.output)")
    #expect(first.output.contains("ROOST-R001"))
    #expect(try !first.started(1).contains(where: exists))
    #expect(try second.started(1).allSatisfy(exists))
    #expect(!second.output.contains("session is closed"))
  }

  @Test("a broker and a worker that go and come back lose no actor and no event")
  func outage() throws {
    let fleet = try Fleet()
    let runner = try fleet.runner("r1", "--slots 2")
    let file = "/tmp/roost-outage-\(UUID().uuidString)"
    defer { unlink(file) }
    try fleet.create("a", "while [ ! -e \(file) ]; do sleep 0.02; done; echo sleep >&3; exec sleep 100")
    #expect(fleet.sees("a", .ready))
    fleet.broker.kill()
    #expect(eventually { runner.output.contains("link to the broker broke") })
    try Data().write(to: URL(filePath: file))
    #expect(eventually { runner.output.contains("not stored, trying again") })
    try fleet.broker.restart()
    #expect(eventually { runner.output.contains("process ended") }, "\(runner.output)")
    // Events are plain messages: who was away has missed some. What became of the actor tells.
    #expect(eventually { fleet.isConnected })
    try fleet.signal("a", .wake(Wake()))
    #expect(eventually { fleet.events("a").contains { $0.kind == .ready && $0.generation == 2 } }, "\(runner.output)")
    _ = try runner.started(2)
  }

  @Test("with stop_after, a runner whose broker is away ends its actors; once it is back the worker hears of an error")
  func stopAfter() throws {
    let fleet = try Fleet("--set actor_stop_threshold_ms=500 --set stop_after_ms=900")
    let runner = try fleet.runner("r1", "--slots 2 --grace 200ms --ready-line")
    try fleet.create("a", "echo ready >&3; exec sleep 100")
    try fleet.create("b", "trap '' TERM; echo ready >&3; while true; do sleep 0.05; done")
    #expect(fleet.sees("a", .ready))
    #expect(fleet.sees("b", .ready))
    let actors = try runner.started(2)
    fleet.broker.kill()
    #expect(eventually { runner.output.contains("no pong for stop_after") }, "\(runner.output)")
    #expect(eventually { !actors.contains(where: exists) })
    #expect(runner.output.contains("grace is over, process is killed"))
    try fleet.broker.restart()
    // Events are plain messages: who was away has missed some. What the worker knows tells.
    for actor in ["a", "b"] {
      #expect(try eventually { try fleet.description(actor)?.state == "sleeping" }, "\(runner.output)")
      #expect(try fleet.description(actor)?.lastErrorMessage == "stop_after")
      try fleet.signal(actor, .wake(Wake()))
      #expect(
        eventually { fleet.events(actor).contains { $0.kind == .ready && $0.generation == 2 } }, "\(runner.output)")
    }
    #expect(runner.output.matches(of: /no pong for stop_after/).count == 1)
  }

  @Test("without stop_after, actors go on while the broker is away, and are the same afterwards")
  func goesOn() throws {
    let fleet = try Fleet()
    let runner = try fleet.runner("r1")
    try fleet.create("a", "exec sleep 100")
    #expect(fleet.sees("a", .ready))
    fleet.broker.kill()
    #expect(eventually { runner.output.contains("link to the broker broke") })
    try fleet.broker.restart()
    #expect(try eventually { try fleet.description("a")?.state == "running" })
    try fleet.signal("a", .sleep)
    #expect(try eventually { try fleet.description("a")?.state == "sleeping" }, "\(runner.output)")
    #expect(try runner.started(1).allSatisfy { !exists($0) })
    #expect(runner.output.matches(of: /runner is welcome/).count == 1)
  }

  @Test("a runner that is there before its worker waits for it")
  func early() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let runner = try TestProcess(
      "exec \(TestProcess.roost) runner --server \(broker.url) --pool default/gpu --id r1 -- true")
    #expect(eventually { runner.output.contains("not stored, trying again") }, "\(runner.output)")
    let worker = try TestProcess(
      "exec \(TestProcess.roost) worker --server \(broker.url) --data \(folder.path)/data --http 0")
    #expect(eventually { runner.output.contains("runner is welcome") }, "\(runner.output) \(worker.output)")
  }
}
