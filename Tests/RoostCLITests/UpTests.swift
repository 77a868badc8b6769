import Foundation
import RoostTestKit
import Testing

@testable import RoostCLI

@Suite("roost up", .serialized, .timeLimit(.minutes(2)))
struct UpTests {
  private func roost(_ words: String, _ url: String) throws -> String {
    let child = try TestProcess("\(TestProcess.roost) \(words)", environment: ["NATS_URL": url])
    let code = try child.exitCode()
    #expect(code == 0, "\(words): \(child.output)")
    return child.output
  }

  /// `state` and `generation` of an actor, once they are these.
  private func see(_ actor: String, _ state: String, generation: Int, _ url: String) async throws {
    try await eventually("\(actor) is \(state) as generation \(generation)") { () -> Void? in
      let text = try roost("actor get default/gpu \(actor)", url)
      let found = text.firstMatch(of: /\nstate +(\w+)\ngeneration +(\d+)\n/)
      return found?.1 == state[...] && found?.2 == "\(generation)" ? () : nil
    }
  }

  @Test("its one line on standard output says where it is and what to type, and that starts a process")
  func ready() async throws {
    let world = try UpWorld()
    let up = try world.up()
    let (url, command) = try await up.ready()
    #expect(try TestProcess(command).exitCode() == 0)
    let actor = try await world.started("a1")
    #expect(ProcessTable.isAlive(actor))
    #expect(try ProcessTable.descendants(of: up.pid(of: .runner)).contains(actor))
    #expect(world.lines[0][3] == url, "its NATS_URL is this broker's, not the one that was set outside")
    #expect(up.output.split(separator: "\n").count == 1)
    #expect(up.log.contains("\nworker | ") && up.log.contains("\nrunner | "), "\(up.log)")
    #expect(!up.log.contains("[INF]"), "the broker's everyday lines are not shown: \(up.log)")
    up.signal(SIGTERM)
    #expect(try up.exitCode() == 0, "\(up.log)")
  }

  @Test("Ctrl-C, which goes to its whole group, ends runner, worker and broker in this order, and actors by SIGTERM")
  func inOrder() async throws {
    let world = try UpWorld()
    let up = try world.up()
    let (url, _) = try await up.ready()
    _ = try roost("actor create default/gpu a1", url)
    let actor = try await world.started("a1")
    for part in Part.allCases {
      let pid = try up.pid(of: part)
      #expect(ProcessTable.entry(pid)?.group == pid, "the \(part) is in a group of its own")
    }
    let all = try ProcessTable.descendants(of: up.pid)
    #expect(all.contains(actor))
    #expect(kill(-up.pid, SIGINT) == 0)
    #expect(try up.exitCode() == 0, "\(up.log)")
    #expect(up.ended == ["runner: exit code 0", "worker: exit code 0", "broker: exit code 0"])
    #expect(world.lines.last == ["a1", "ended"])
    #expect(up.log.contains("roost.outcome=drained"), "the pool was told: \(up.log)")
    #expect(all.filter(ProcessTable.isAlive).isEmpty)
  }

  @Test("a second signal ends all at once, a part that hangs and the actors included")
  func secondSignal() async throws {
    let world = try UpWorld()
    let up = try world.up()
    let (url, _) = try await up.ready()
    _ = try roost("actor create default/gpu a1", url)
    _ = try await world.started("a1")
    let all = try ProcessTable.descendants(of: up.pid)
    #expect(kill(try up.pid(of: .runner), SIGSTOP) == 0)
    up.signal(SIGTERM)
    _ = try await eventually("the first is heard") { up.log.contains("stopping") ? () : nil }
    up.signal(SIGTERM)
    #expect(try up.exitCode() == 128 + SIGTERM, "\(up.log)")
    try await eventually("all are gone") { all.contains(where: ProcessTable.isAlive) ? nil : () }
    #expect(up.ended.isEmpty)
  }

  @Test(
    "ended in order or by kill -9, it leaves no process, and goes on where it was: asleep stays, alarms fire, by policy",
    arguments: [SIGTERM, SIGKILL])
  func goesOn(signal: Int32) async throws {
    let world = try UpWorld(
      actor: """
        case $ROOST_ACTOR_ID.$ROOST_GENERATION in
          sleeper.1) echo sleep >&3 ;;
          alarmed.1) echo alarm +6s >&3; echo sleep >&3 ;;
        esac
        """)
    let first = try world.up()
    var url = try await first.ready().url
    for actor in ["sleeper", "alarmed"] { _ = try roost("actor create default/gpu \(actor)", url) }
    _ = try roost("actor create default/gpu restarts --crash-policy restart", url)
    _ = try roost("actor create default/gpu sleeps --crash-policy sleep", url)
    for actor in ["sleeper", "alarmed"] { try await see(actor, "sleeping", generation: 1, url) }
    for actor in ["restarts", "sleeps"] { try await see(actor, "running", generation: 1, url) }
    #expect(try roost("actor get default/gpu alarmed", url).contains("\nalarm "), "it has not fired yet")

    let all = try ProcessTable.descendants(of: first.pid)
    #expect(all.count >= 6, "three parts, the supervisor, two actors")
    first.signal(signal)
    #expect(try first.exitCode() == (signal == SIGKILL ? 128 + SIGKILL : 0), "\(first.log)")
    // At once: it waits by itself for what the kernel is still about to end.
    let second = try world.up()
    url = try await second.ready().url
    #expect(all.filter(ProcessTable.isAlive).isEmpty)
    _ = try await world.started("restarts", generation: 2)
    _ = try await world.started("alarmed", generation: 2)
    try await see("sleeper", "sleeping", generation: 1, url)
    try await see("sleeps", "sleeping", generation: 1, url)
    second.signal(SIGINT)
    #expect(try second.exitCode() == 0, "\(second.log)")
  }

  @Test(
    "a part that is killed ends it with 70; it says which one and with what, and ends the others",
    arguments: Part.allCases)
  func partKilled(part: Part) async throws {
    let world = try UpWorld()
    let up = try world.up("--port 0 --grace 100ms")
    _ = try await up.ready()
    let all = try ProcessTable.descendants(of: up.pid)
    #expect(kill(try up.pid(of: part), SIGKILL) == 0)
    #expect(try up.exitCode() == ExitCode.partEnded.rawValue, "\(up.log)")
    #expect(up.log.contains("roost: the \(part) ended by itself (signal 9)"), "\(up.log)")
    let others = Part.allCases.reversed().filter { $0 != part }
    #expect(up.ended == others.map { "\($0): exit code 0" }, "\(up.log)")
    #expect(all.filter(ProcessTable.isAlive).isEmpty)
  }

  @Test("a runner or worker that ends by itself with a code of ours ends it with that code")
  func partRefuses() throws {
    let world = try UpWorld()
    let up = try world.up(command: "\(world.folder)/nothing")
    #expect(try up.exitCode() == 64, "\(up.log)")
    #expect(up.log.contains("the runner ended by itself (exit code 64)"), "\(up.log)")
    #expect(up.log.contains("runner | roost: ROOST-R005"), "\(up.log)")
    #expect(up.ended == ["worker: exit code 0", "broker: exit code 0"])
    #expect(up.output.isEmpty)
  }

  @Test("a port in use is refused with 64, naming who listens when it is a NATS server, which is left alone")
  func portInUse() throws {
    let world = try UpWorld()
    let broker = try Broker.start()
    let up = try world.up("--port \(broker.port)")
    #expect(try up.exitCode() == 64)
    #expect(up.log.contains("port \(broker.port) of 127.0.0.1"), "\(up.log)")
    #expect(up.log.contains("in use by a NATS server (\(broker.name), 2.9.10)"), "\(up.log)")
    #expect(!up.log.contains("part started"))
    #expect(broker.pid.map(ProcessTable.isAlive) == true)
  }

  @Test("a port in use by something else is refused too")
  func portOfSomethingElse() async throws {
    let world = try UpWorld()
    let listener = try TestProcess(
      """
      exec python3 -c 'import socket, time
      s = socket.create_server(("127.0.0.1", 0))
      print(s.getsockname()[1], flush=True)
      time.sleep(100)'
      """)
    let port = try await eventually("it listens") { UInt16(listener.output.trimmingCharacters(in: .newlines)) }
    let up = try world.up("--port \(port)")
    #expect(try up.exitCode() == 64)
    #expect(up.log.contains("in use; give another with --port"), "\(up.log)")
  }

  @Test("without nats-server it ends with 69 and names Debian's package")
  func noBroker() throws {
    let world = try UpWorld()
    let up = try world.up("--nats-server \(world.folder)/nats-server")
    #expect(try up.exitCode() == 69)
    #expect(up.log.contains("apt-get install nats-server"), "\(up.log)")
  }

  @Test("a broker that is none is an error, not a wait")
  func wrongBroker() throws {
    let world = try UpWorld()
    let up = try world.up("--port 0 --nats-server /bin/false")
    #expect(try up.exitCode() == ExitCode.partEnded.rawValue)
    #expect(up.log.contains("the broker ended by itself (exit code 1)"), "\(up.log)")
  }

  @Test("Ctrl-C while it is starting ends what was started, with 0")
  func interruptedStart() async throws {
    let world = try UpWorld()
    let slow = "\(world.folder)/slow"
    try "#!/bin/sh\nexec sleep 100\n".write(toFile: slow, atomically: true, encoding: .utf8)
    #expect(chmod(slow, 0o755) == 0)
    let up = try world.up("--port 0 --nats-server \(slow)")
    _ = try await eventually("its broker is started") { up.log.contains("roost.part=broker") ? () : nil }
    up.signal(SIGINT)
    #expect(try up.exitCode() == 0, "\(up.log)")
    #expect(up.ended == ["broker: signal 2"], "\(up.log)")
    #expect(up.output.isEmpty)
  }

  @Test("a second one on the folder is refused with 75, naming the first, which is not disturbed")
  func folderInUse() async throws {
    let world = try UpWorld()
    let first = try world.up()
    let (url, command) = try await first.ready()
    let before = try ProcessTable.descendants(of: first.pid)
    let second = try world.up()
    #expect(try second.exitCode() == 75)
    #expect(second.log.contains("(process \(first.pid))"), "\(second.log)")
    #expect(second.output.isEmpty)
    #expect(try ProcessTable.descendants(of: first.pid) == before)
    #expect(try TestProcess(command).exitCode() == 0)
    _ = try await world.started("a1")
    try await see("a1", "running", generation: 1, url)
    first.signal(SIGTERM)
    #expect(try first.exitCode() == 0, "\(first.log)")
  }
}
