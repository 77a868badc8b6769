import Foundation
import RoostTestKit
import Testing

extension Outside {
  @Suite("roost trace")
  struct TraceTests {
    private func trace(_ world: World, _ words: String...) throws -> TestProcess {
      let all = [TestProcess.roost, "trace"] + words + ["--server", world.broker.url]
      return try TestProcess("exec " + all.map { "'\($0)'" }.joined(separator: " "))
    }

    /// Once the title stands there everything is heard.
    private func listening(_ world: World, _ words: String...) throws -> TestProcess {
      let all = [TestProcess.roost, "trace"] + words + ["--server", world.broker.url]
      let process = try TestProcess("exec " + all.map { "'\($0)'" }.joined(separator: " "))
      #expect(eventually { process.output.hasPrefix("time ") }, "\(process.output)")
      return process
    }

    /// Where and what, of each line.
    private func steps(_ process: TestProcess) -> [String] {
      process.output.matches(of: /\n\d\S+Z  ([a-z]+) +(?:\d+|-) +(?:\d+|-) +(\S+)/).map { "\($0.1) \($0.2)" }
    }

    @Test("follows one actor from the signal to the runner's report, live and from the journal alike, and nothing else")
    func oneActor() throws {
      let world = try World()
      let worker = try world.worker()
      let runner = try world.runner("r1", slots: 1)
      let live = try listening(world, "default/gpu", "a1")
      let pool = try listening(world, "default/gpu")
      let anywhere = try listening(world, "a2", "--count", "3")
      try world.observer.publish("roost.signal.default.gpu.actor.a1.create")
      try world.observer.event("ready", of: "a1")
      try world.observer.publish("roost.signal.default.gpu.actor.a2.create")
      try world.observer.publish("roost.signal.default.gpu.actor.a2.wake", waiting(ms: nil))
      try world.observer.event("pending", of: "a2")
      try world.observer.publish("roost.signal.default.gpu.actor.a1.sleep")
      try world.observer.event("sleeping", of: "a1")
      try world.observer.event("ready", of: "a2")
      // Bytes that are no message of theirs.
      try world.observer.publish("roost.signal.default.gpu.actor.a1.wake", payload: ["hex": "ff"])
      #expect(eventually { live.output.contains("dead letter") }, "\(live.output)")

      let decided = [
        "signal create", "command start", "event created", "runner running", "event ready", "signal sleep",
        "command stop", "event sleep_intent", "runner stopped", "event stopped", "event sleeping",
      ]
      #expect(steps(live) == decided + ["signal undecodable", "dead dead"], "\(live.output)")
      live.signal(SIGINT)
      #expect(try live.exitCode() == 0, "\(live.output)")
      #expect(try anywhere.exitCode() == 0 && anywhere.output.contains("  default/gpu/a2 "), "\(anywhere.output)")
      pool.signal(SIGTERM)
      #expect(try pool.exitCode() == 0)
      #expect(pool.output.contains(" a2 ") && pool.output.contains("a1 gave its slot back") == false, "\(pool.output)")

      let past = try trace(world, "default/gpu", "a1", "--since", "10m")
      #expect(try past.exitCode() == 0)
      #expect(steps(past) == decided + ["signal undecodable"], "\(past.output)")
      let other = try trace(world, "default/gpu", "a2", "--since", "10m")
      #expect(try other.exitCode() == 0)
      #expect(
        other.output.contains(/start +generation 1 on r1, waited \d+\.\d s, a1 gave its slot back\n/), "\(other.output)"
      )
      let history = try TestProcess(
        "exec \(TestProcess.roost) actor history default/gpu a1 --server \(world.broker.url)")
      #expect(try history.exitCode() == 0)
      #expect(
        steps(history) == decided.filter { !$0.hasPrefix("signal") && !$0.hasPrefix("runner") }, "\(history.output)")
      let nobody = try trace(world, "default/gpu", "a9", "--since", "10m")
      #expect(try nobody.exitCode() == 1 && nobody.output.contains("says nothing of an actor a9"), "\(nobody.output)")
      withExtendedLifetime((worker, runner)) {}
    }

    @Test("an actor that gave up waiting: until when, why, and by what it ended")
    func patience() throws {
      let world = try World()
      let worker = try world.worker()
      try world.observer.publish("roost.signal.default.gpu.actor.a1.create")
      try world.observer.publish("roost.signal.default.gpu.actor.a1.wake", waiting(ms: 300))
      try world.observer.event("pending_timeout", of: "a1")
      let past = try trace(world, "default/gpu", "a1", "--since", "10m")
      #expect(try past.exitCode() == 0)
      #expect(past.output.contains("pending          no_runner (the pool has no runner), place 1, gives up in 0.3 s\n"))
      #expect(past.output.contains(/event +- +\d+ +pending_timeout  waited \d\.\d s, no_runner/), "\(past.output)")
      #expect(past.output.contains(/signal +\d+ +- +wake +waits 0\.3 s for room\n/), "\(past.output)")
      withExtendedLifetime(worker) {}
    }

    @Test("ends by itself after the time it was given, and says when the broker is away")
    func ends() throws {
      let world = try World()
      let live = try trace(world, "default/gpu", "--for", "300ms", "--output", "jsonl")
      #expect(try live.exitCode() == 0 && live.output.isEmpty, "\(live.output)")
      let away = try TestProcess("exec '\(TestProcess.roost)' trace default/gpu --server nats://127.0.0.1:1")
      #expect(try away.exitCode() == 69, "\(away.output)")
    }
  }
}
