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
    // Two of the sleeper, two of the alarmed, one of each other.
    #expect(try runner.started(7).filter(exists).count == 1)
  }

  @Test("an alarm set as a time wakes its actor, and one that was cleared does not")
  func alarms() throws {
    let fleet = try Fleet()
    let runner = try fleet.runner("r1", "--slots 4")
    let once = "[ $ROOST_GENERATION = 1 ] && echo sleep >&3; exec sleep 100"
    try fleet.create("cleared", "echo alarm +300ms >&3; echo alarm clear >&3; \(once)")
    #expect(fleet.sees("cleared", .ready, .sleeping), "\(runner.output)")
    try fleet.create("timed", "echo alarm $(($(date +%s%3N) + 600)) >&3; \(once)")
    #expect(fleet.sees("timed", .ready, .sleeping, .ready), "\(runner.output)")
    #expect(fleet.events("timed").last?.generation == 2)
    let cleared = try #require(try fleet.description("cleared"))
    #expect(cleared.state == "sleeping")
    #expect(cleared.alarm == nil)
    #expect(cleared.generation == 1, "its alarm would have been due before that of the other")
  }

  @Test("exit codes, with and without an intent before them, are what the actor ends with")
  func exitCodes() throws {
    let fleet = try Fleet()
    let runner = try fleet.runner("r1", "--slots 10")
    try fleet.create("zero", "exit 0")
    try fleet.create("asleep", "echo sleep >&3; exit 0")
    try fleet.create("stopped", "echo stop >&3; exit 0")
    for (actor, end, message) in [
      ("seven", "exit 7", "exit code 7"), ("signal", "kill -KILL $$", "ended by signal 9"),
      ("words", "echo one >&2; echo two >&2; exit 1", "two"), ("term", "kill -TERM $$", "ended by signal 15"),
    ] {
      try fleet.create(actor, end)
      #expect(fleet.sees(actor, .ready, .stopped, .sleeping), "\(actor): \(runner.output)")
      #expect(fleet.events(actor).first { $0.kind == .stopped }?.message == message)
    }
    #expect(fleet.sees("zero", .ready, .destroyed))
    #expect(fleet.sees("asleep", .ready, .sleeping))
    #expect(fleet.sees("stopped", .ready, .destroyed))
    try fleet.create("again", "[ $ROOST_GENERATION = 3 ] && exec sleep 100; exit 1", .restart)
    #expect(fleet.sees("again", .ready, .stopped, .ready, .stopped, .ready))
    try fleet.create("once", "exit 1", .destroy)
    #expect(fleet.sees("once", .ready, .stopped, .destroyed))
  }

  @Test("however quick an actor is, it was ready before it wanted to sleep")
  func quick() throws {
    let fleet = try Fleet()
    let runner = try fleet.runner("r1", "--slots 50", command: "tee /proc/self/fd/3")
    for number in 1...50 { try fleet.create("a\(number)", "sleep\n") }
    for number in 1...50 { #expect(fleet.sees("a\(number)", .ready, .sleepIntent, .sleeping), "\(runner.output)") }
  }

  @Test("what a process sees of its actor is what the worker says: pool, id, name, key, input, generation")
  func surroundings() throws {
    let fleet = try Fleet()
    let folder = try TemporaryFolder()
    let runner = try fleet.runner("r1", "--log-dir \(folder.path)/logs", environment: ["KEPT": "yes"])
    let script = """
      echo "$ROOST_NAMESPACE $ROOST_POOL $ROOST_ACTOR_ID $ROOST_ACTOR_NAME ${ROOST_ACTOR_KEY-none} $ROOST_GENERATION"
      echo "$ROOST_CONTROL_FD $KEPT"
      echo sleep >&$ROOST_CONTROL_FD
      exec sleep 100
      """
    try fleet.create("keyed", script, key: "gpu key")
    #expect(fleet.sees("keyed", .ready, .sleeping), "\(runner.output)")
    try fleet.signal("keyed", .wake(Wake()))
    #expect(fleet.sees("keyed", .sleeping, .ready, .sleeping), "\(runner.output)")
    try fleet.create("plain", script)
    #expect(fleet.sees("plain", .ready, .sleeping), "\(runner.output)")
    #expect(
      folder.text("logs/keyed.log")
        == "default gpu keyed render gpu key 1\n3 yes\ndefault gpu keyed render gpu key 2\n3 yes\n")
    #expect(folder.text("logs/plain.log") == "default gpu plain render none 1\n3 yes\n")
    #expect(!runner.output.contains("output of an actor"))
  }

  @Test("subjects and answers of another prefix; actors go to the runner of the higher version")
  func prefixes() throws {
    let fleet = try Fleet(prefix: "blue")
    let old = try fleet.runner("r1", "--slots 2")
    let new = try fleet.runner("r2", "--slots 2 --version 2 --inbox-prefix _INBOX.r2")
    for actor in ["a", "b"] {
      try fleet.create(actor, "exec sleep 100")
      #expect(fleet.sees(actor, .ready), "\(new.output)")
    }
    #expect(try new.started(2).allSatisfy(exists))
    #expect(old.started.isEmpty)
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
    #expect(try !first.started(2).contains(where: exists))
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
    #expect(try !first.started(1).contains(where: exists))
    second.signal(SIGTERM)
    #expect(try second.exitCode() == 0)
  }

  @Test("200 actors on one runner start and stop, twice, on the descriptors they need, and nothing is left")
  func many() throws {
    let fleet = try Fleet()
    let runner = try fleet.runner("r1", "--slots 200", before: "ulimit -n \(200 * 3 + 64)")
    let supervisor = try runner.supervisor()
    func descriptors() throws -> [Int] {
      try [runner.pid, supervisor].map { try FileManager.default.contentsOfDirectory(atPath: "/proc/\($0)/fd").count }
    }
    #expect(eventually { (try? descriptors())?.last ?? 9 <= 6 }, "the supervisor keeps only what it needs")
    let before = try descriptors()
    for round in 1...2 {
      for number in 1...200 {
        try fleet.signal(
          "a\(number)", round == 1 ? .create(Create(input: Array("exec sleep 100".utf8))) : .wake(Wake()))
      }
      func all(_ kind: ActorEvent.Kind) -> Bool {
        (1...200).allSatisfy { number in
          fleet.events("a\(number)").contains { $0.kind == kind && $0.generation == round }
        }
      }
      #expect(eventually(seconds: 60) { all(.ready) }, "\(runner.output)")
      #expect(try children(of: supervisor).count == 200)
      for number in 1...200 { try fleet.signal("a\(number)", .sleep) }
      #expect(eventually(seconds: 60) { all(.sleeping) }, "\(runner.output)")
      #expect(try !runner.started(round * 200).contains(where: exists))
      #expect(try children(of: supervisor).isEmpty, "a zombie")
      #expect(eventually { (try? descriptors()) == before }, "\(before)")
    }
    runner.signal(SIGTERM)
    #expect(try runner.exitCode() == 0)
    #expect(!exists(supervisor))
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
