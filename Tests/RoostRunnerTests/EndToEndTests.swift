import Foundation
import Glibc
import RoostCore
import RoostTestKit
import Testing

@testable import RoostRunner

@Suite("roost runner with a real broker and worker", .timeLimit(.minutes(3)), .serialized)
struct EndToEndTests {
  @Test("actors start, sleep, are woken, set alarms, complete and crash, as their processes say")
  func lives() throws {
    let fleet = try Fleet()
    let runner = try fleet.runner("r1", "--slots 4 --ready-line")
    try fleet.create("sleeper", "echo ready >&3; [ $ROOST_GENERATION = 1 ] && echo sleep >&3; exec sleep 100")
    #expect(fleet.sees("sleeper", .ready, .sleepIntent, .sleeping), "\(runner.output)")
    try fleet.signal("sleeper", .wake(Wake()))
    #expect(fleet.sees("sleeper", .sleeping, .ready))
    #expect(fleet.events("sleeper").last?.generation == 2)

    try fleet.create(
      "alarmed", "echo ready >&3; echo alarm +1s >&3; [ $ROOST_GENERATION = 1 ] && echo sleep >&3; exec sleep 100")
    #expect(fleet.sees("alarmed", .ready, .sleeping, .ready))
    try fleet.create("done", "echo ready >&3; echo stop >&3; exec sleep 100")
    #expect(fleet.sees("done", .ready, .destroyed))
    try fleet.create("finished", "exit 0")
    #expect(fleet.sees("finished", .destroyed))
    try fleet.create("crashed", "echo ready >&3; echo 'the disk is full' >&2; exit 3")
    #expect(fleet.sees("crashed", .ready, .stopped, .sleeping))
    #expect(fleet.events("crashed").contains { $0.message == "the disk is full" })
    try fleet.signal("sleeper", .destroy)
    #expect(fleet.sees("sleeper", .destroyed))
    let first = try #require(runner.started.first)
    #expect(!exists(first))
  }

  @Test("killed with -9, the runner's processes are gone within a second; its actors start elsewhere by their policy")
  func killed() throws {
    let fleet = try Fleet()
    let first = try fleet.runner("r1", "--slots 10")
    try fleet.create(
      "again", "setsid sleep 100 & echo member=$! ; trap '' TERM; while true; do wait; sleep 1; done", .restart)
    for number in 1...5 { try fleet.create("a\(number)", "exec sleep 100") }
    for number in 1...5 { #expect(fleet.sees("a\(number)", .ready)) }
    #expect(fleet.sees("again", .ready))
    #expect(eventually { first.output.contains("member=") })
    let member = try #require(first.output.firstMatch(of: /member=(\d+)/).flatMap { pid_t($0.1) })
    let processes = first.started + [member]
    #expect(processes.count == 7)
    #expect(processes.allSatisfy(exists))
    first.signal(SIGKILL)
    #expect(eventually(seconds: 1) { !processes.contains(where: exists) })

    let second = try fleet.runner("r2", "--slots 10")
    #expect(fleet.sees("again", .ready, .lost, .ready), "\(second.output)")
    #expect(fleet.sees("a1", .ready, .lost, .sleeping))
  }

  @Test("told to end, the runner is drained: its actors end, the worker gives them a new place, and it exits with 0")
  func drained() throws {
    let fleet = try Fleet()
    let first = try fleet.runner("r1", "--slots 2")
    try fleet.create("again", "trap 'exit 0' TERM; while true; do sleep 0.05; done", .restart)
    try fleet.create("sleeps", "exec sleep 100")
    #expect(fleet.sees("again", .ready))
    #expect(fleet.sees("sleeps", .ready))
    let second = try fleet.runner("r2", "--slots 2")
    first.signal(SIGTERM)
    #expect(try first.exitCode() == 0, "\(first.output)")
    #expect(first.output.contains("runner has left roost.runner.id=r1 roost.outcome=drained"), "\(first.output)")
    #expect(fleet.sees("again", .ready, .goingAway, .ready))
    #expect(fleet.sees("sleeps", .goingAway, .sleeping))
    #expect(fleet.events("again").last?.runner == RunnerID("r2"))
    #expect(!first.started.contains(where: exists))
    second.signal(SIGINT)
    #expect(try second.exitCode() == 0)
  }

  @Test("a second runner with the same id ends the first, which says so and names the id")
  func superseded() throws {
    let fleet = try Fleet()
    let first = try fleet.runner("r1")
    try fleet.create("a", "exec sleep 100")
    #expect(fleet.sees("a", .ready))
    let second = try fleet.runner("r1")
    #expect(try first.exitCode() == 1, "\(first.output)")
    #expect(first.output.contains("ROOST-R001: runner r1 of default/gpu: another process announced itself"))
    #expect(!first.started.contains(where: exists))
    second.signal(SIGTERM)
    #expect(try second.exitCode() == 0)
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
    #expect(runner.started.count == 2)
  }

  @Test("200 actors on one runner start and stop, and no descriptor is left")
  func many() throws {
    let fleet = try Fleet()
    let runner = try fleet.runner("r1", "--slots 200")
    let folder = "/proc/\(runner.pid)/fd"
    let before = try FileManager.default.contentsOfDirectory(atPath: folder).count
    for number in 1...200 { try fleet.create("a\(number)", "exec sleep 100") }
    for number in 1...200 { #expect(fleet.sees("a\(number)", .ready, seconds: 60)) }
    for number in 1...200 { try fleet.signal("a\(number)", .sleep) }
    for number in 1...200 { #expect(fleet.sees("a\(number)", .ready, .sleeping, seconds: 60)) }
    #expect(runner.started.count == 200)
    #expect(!runner.started.contains(where: exists))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count <= before + 2)
    runner.signal(SIGTERM)
    #expect(try runner.exitCode() == 0)
  }

  @Test("a process sees the limit of descriptors that the runner was given, not the one it took")
  func limits() throws {
    let fleet = try Fleet()
    let runner = try fleet.runner("r1")
    try fleet.create("a", "echo limit=$(ulimit -n); exec sleep 100")
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #expect(eventually { runner.output.contains("limit=\(limit.rlim_cur)") }, "\(runner.output)")
  }
}
