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

    private func sessions(_ world: World) throws -> [String] {
      let runners = try roost(world, "runner", "list", "default/gpu", "--output", "json").output
      return runners.matches(of: /"session":"([^"]+)"/).map { String($0.1) }
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
      let json = try roost(world, "actor", "list", "default/gpu", "--runner", "r1", "--output", "jsonl")
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

    @Test("which pools there are, of all workers, and how each of them is")
    func pools() throws {
      let world = try World()
      let none = try roost(world, "pool", "list", "--timeout", "1s")
      #expect(none.status == 69 && none.output.contains("no worker answers"), "\(none.output)")
      let workers = try [
        world.worker("--pool", "default/gpu", data: "gpu"), world.worker("--pool", "default/cpu", data: "cpu"),
      ]
      let nothing = try roost(world, "pool", "list")
      #expect(nothing.status == 0 && nothing.output.contains("no pools yet"), "\(nothing.output)")
      let runner = try world.runner("r1", slots: 2)
      for pool in ["gpu", "cpu"] {
        try world.observer.publish("roost.signal.default.\(pool).actor.a1.create")
      }
      try world.observer.event("ready", of: "a1")
      let wanted = [
        ["pool", "actors", "waiting", "runners", "slots", "free", "an", "actor", "woken", "now"],
        ["default/cpu", "1", "0", "0", "0", "0", "waits:", "no_runner"],
        ["default/gpu", "1", "0", "1", "2", "1", "is", "placed"],
      ]
      var text = ""
      let isListed = try eventually {
        text = try roost(world, "pool", "list").output
        return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) } == wanted
      }
      #expect(isListed, "\(text)")
      // The observer hears the question too, so the broker does not say that nobody is there.
      #expect(try roost(world, "pool", "get", "default/web", "--timeout", "200ms").status == 69)
      for worker in workers { #expect(try worker.stop() == 0, "\(worker.log)") }
      withExtendedLifetime(runner) {}
    }

    @Test("a pool is configured and its runners are drained by the command line, and the worker does it")
    func poolSignals() throws {
      let world = try World()
      let worker = try world.worker()
      let runners = try [world.runner("r1", slots: 1), world.runner("r2", slots: 1)]
      let set = try roost(world, "pool", "configure", "default/gpu", "--set", "max_pending=1", "--set", "max_actors=3")
      #expect(set.status == 0 && set.output.contains("ACCEPTED"), "\(set.output)")
      for number in 1...4 {
        let created = try roost(world, "actor", "create", "default/gpu", "a\(number)")
        #expect((created.status == 0) == (number < 4), "\(created.output)")
        if number == 4 { #expect(created.output.contains("limit:max_actors"), "\(created.output)") }
      }
      let shown = try roost(world, "pool", "get", "default/gpu").output
      #expect(shown.contains(/max_pending +1, of its own\n/) && shown.contains(/events +all\n/), "\(shown)")
      let refused = try roost(world, "pool", "configure", "default/gpu", "--set", "runner_ping_interval_ms=60000")
      #expect(refused.status == 1 && refused.output.contains("invalid_settings"), "\(refused.output)")
      #expect(try roost(world, "pool", "configure", "default/gpu").status == 64)
      let back = try roost(world, "pool", "configure", "default/gpu", "--defaults", "--output", "json")
      #expect(back.status == 0 && back.output.contains(#""outcome":"ACCEPTED""#), "\(back.output)")
      #expect(try roost(world, "actor", "create", "default/gpu", "a4").status == 0)

      let before = try sessions(world)
      #expect(before.count == 2)
      let one = try roost(world, "runner", "drain", "default/gpu", "r1")
      #expect(one.status == 0 && one.output.contains("ACCEPTED"), "\(one.output)")
      let unknown = try roost(world, "runner", "drain", "default/gpu", "nobody")
      #expect(unknown.status == 1 && unknown.output.contains("unknown_runner"), "\(unknown.output)")
      let all = try roost(world, "pool", "drain", "default/gpu")
      #expect(all.status == 0 && all.output.contains("ACCEPTED"), "\(all.output)")
      // Drained, their sessions were closed; what lives on has announced itself anew.
      for session in before { #expect(try !sessions(world).contains(session)) }
      _ = try worker.stop()
      withExtendedLifetime(runners) {}
    }
  }
}
