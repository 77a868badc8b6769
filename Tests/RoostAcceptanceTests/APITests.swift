import Foundation
import RoostTestKit
import Testing

extension Outside {
  @Suite("The API, asked by a NATS client of another language", .timeLimit(.minutes(2)))
  struct APITests {
    /// The reply to one question.
    private func ask(_ world: World, _ verb: String, _ body: String = "{}") throws -> [String: Any] {
      let asked = try PythonProgram.run(["Tests/python/asking.py", "--server", world.broker.url, verb, body])
      guard asked.status == 0 else { throw WorldError("\(verb): \(asked.output)") }
      return try JSONSerialization.jsonObject(with: Data(asked.output.utf8)) as? [String: Any] ?? [:]
    }

    private func code(_ reply: [String: Any]) -> String? { (reply["error"] as? [String: Any])?["code"] as? String }
    private func rows(_ reply: [String: Any], _ field: String) -> [[String: Any]] {
      reply[field] as? [[String: Any]] ?? []
    }

    @Test("who is there, who waits and why, what happened, and a wake that is waited for")
    func questions() throws {
      let world = try World()
      let worker = try world.worker()
      #expect(code(try ask(world, "list")) == "unknown_pool")
      for id in ["a1", "a2", "a3"] { try world.observer.publish(Subject.actor(id, "create"), ["name": "room"]) }
      try world.observer.event("sleeping", of: "a3")

      let cures = try ask(world, "explain")["remedies"] as? [String]
      #expect(cures == ["Start a runner: roost runner --pool default/gpu."])
      let timedOut = try ask(
        world, "wake", #"{"actor_id":"a1","allocation_override":{"dont_sleep":{"pending_timeout_ms":300}}}"#)
      #expect((timedOut["outcome"] as? [String: Any])?["outcome"] as? String == "OUTCOME_TIMED_OUT")

      let runner = try world.runner(slots: 1)
      let ready = try ask(world, "wake", #"{"actor_id":"a1"}"#)["outcome"] as? [String: Any]
      #expect(ready?["outcome"] as? String == "OUTCOME_READY")
      #expect(ready?["runner_id"] as? String == "r1")

      let late = try ask(world, "wake", #"{"actor_id":"a2","ready_timeout_ms":300}"#)
      #expect(code(late) == "ready_timeout")
      let pending = try ask(world, "pending")
      #expect(pending["reason"] as? String == "newest_full")
      #expect(rows(pending, "actors").map { $0["actor_id"] as? String } == ["a2"])
      let first = try ask(world, "list", #"{"limit":2,"name_prefix":"ro"}"#)
      #expect(rows(first, "actors").map { $0["state"] as? String } == ["running", "pending"])
      let second = try ask(world, "list", #"{"limit":2,"after":"\#(first["next"] as? String ?? "")"}"#)
      #expect(rows(second, "actors").map { $0["actor_id"] as? String } == ["a3"])
      let runners = rows(try ask(world, "runners"), "runners")
      #expect(runners.map { $0["state"] as? String } == ["open"])
      #expect(runners.map { $0["reserved_slots"] as? Int } == [1])
      let explained = try ask(world, "explain", #"{"actor_id":"a2"}"#)
      #expect((explained["summary"] as? String)?.contains("all slots of the runners of the highest version") == true)
      let story = rows(try ask(world, "history", #"{"actor_id":"a1"}"#), "entries").map { $0["kind"] as? String }
      #expect(
        story.reversed() == ["created", "sleeping", "pending", "pending_timeout", "sleeping", "start", "ready"])
      #expect(code(try ask(world, "get", #"{"actor_id":"a9"}"#)) == "unknown_actor")

      #expect(runner.stop() == 0)
      #expect(try worker.stop() == 0, "\(worker.log)")
    }

    @Test("tools for NATS services find the workers: all of them, those called roost, and each by its id")
    func services() throws {
      let world = try World()
      let worker = try world.worker()
      try world.observer.publish(Subject.actor("a1", "create"))
      _ = try ask(world, "get", #"{"actor_id":"a9"}"#)
      let asked = try PythonProgram.run(["Tests/python/asking.py", "--server", world.broker.url, "services"])
      #expect(asked.status == 0, "\(asked.output)")
      let faces = try asked.output.split(separator: "\n").map {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
      }
      #expect(faces.map { $0["name"] as? String } == ["roost", "roost", "roost"])
      let stats = rows(try #require(faces.last), "endpoints")
      #expect(stats.count == 7)
      let get = stats.first { $0["name"] as? String == "get" }
      #expect(get?["num_requests"] as? Int == 1)
      #expect(get?["num_errors"] as? Int == 1)
      #expect(try worker.stop() == 0, "\(worker.log)")
    }
  }
}
