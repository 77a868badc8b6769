import RoostTestKit
import Testing

extension Outside {
  @Suite("Questions by the command line")
  struct QuestionTests {
    private func roost(_ world: World, _ words: String...) throws -> (status: Int32, output: String) {
      let all = [TestProcess.roost] + words + ["--server", world.broker.url]
      let process = try TestProcess("exec " + all.map { "'\($0)'" }.joined(separator: " ") + " 2>&1")
      return (try process.exitCode(), process.output)
    }

    @Test("who is there, who waits and why, and what would help")
    func operatorAtNight() throws {
      let world = try World()
      let worker = try world.worker()
      let runner = try world.runner("r1", slots: 1)
      try world.observer.publish("roost.signal.default.gpu.actor.a1.create", ["name": "render"])
      try world.observer.event("ready", of: "a1")
      for actor in ["a2", "a3"] {
        try world.observer.publish("roost.signal.default.gpu.actor.\(actor).create")
        try world.observer.publish(
          "roost.signal.default.gpu.actor.\(actor).wake",
          ["allocation_override": ["dont_sleep": ["pending_timeout_ms": "600000"]]])
        try world.observer.event("pending", of: actor)
      }

      let actors = try roost(world, "actor", "list", "default/gpu")
      #expect(actors.status == 0)
      let rows = actors.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      #expect(
        rows == [
          ["actor", "state", "generation", "runner", "name"], ["a1", "running", "1", "r1", "render"],
          ["a2", "pending", "0", "-", "actor"], ["a3", "pending", "0", "-", "actor"],
        ], "\(actors.output)")
      #expect(
        try roost(world, "actor", "list", "default/gpu", "--state", "pending", "--limit", "1").output
          .split(separator: "\n").dropFirst().map { $0.prefix(2) } == ["a2"])
      let json = try roost(world, "actor", "list", "default/gpu", "--runner", "r1", "--output", "json")
      #expect(
        json.output.contains(#""actor_id":"a1""#) && json.output.split(separator: "\n").count == 1, "\(json.output)")

      let runners = try roost(world, "runner", "list", "default/gpu").output.split(separator: "\n")
      #expect(runners.count == 2)
      #expect(runners.last?.split(separator: " ").prefix(4).map(String.init) == ["r1", "open", "1", "1"])

      let pending = try roost(world, "pending", "default/gpu").output.split(separator: "\n")
      #expect(pending.first == "2 wait, because: newest_full")
      #expect(
        pending.dropFirst(2).map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == ["1 a2", "2 a3"])

      let why = try roost(world, "actor", "explain", "default/gpu", "a3")
      #expect(why.status == 0 && why.output.contains("remedy"), "\(why.output)")
      let next = try roost(world, "pool", "explain", "default/gpu")
      #expect(next.status == 0 && !next.output.isEmpty, "\(next.output)")

      // What cannot be answered says why, and what to do.
      let unknown = try roost(world, "actor", "explain", "default/gpu", "nobody")
      #expect(unknown.status != 0 && unknown.output.contains("unknown_actor"), "\(unknown.output)")
      let state = try roost(world, "actor", "list", "default/gpu", "--state", "tired")
      #expect(state.status != 0 && state.output.contains("there are sleeping"), "\(state.output)")
      #expect(try roost(world, "pending", "default/gpu", "--limit", "0").status == 64)
      _ = try worker.stop()
      #expect(try roost(world, "pending", "default/gpu", "--timeout", "200ms").status == 69)
      withExtendedLifetime(runner) {}
    }
  }
}
