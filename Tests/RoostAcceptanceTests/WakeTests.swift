import RoostTestKit
import Testing

extension Outside {
  @Suite("A bare publish wakes an actor", .timeLimit(.minutes(1)))
  struct WakeTests {
    @Test("an empty payload from nats-py and one typed over TCP wake an actor", arguments: Broker.Version.allCases)
    func emptyPayloadWakes(version: Broker.Version) throws {
      let world = try World(version)
      let worker = try world.worker()
      let runner = try world.runner(slots: 2)

      // From nats-py, with an answer.
      try world.observer.publish(Subject.actor("a1", "create"))
      try runner.wait(for: ["saw": "start", "actor_id": "a1", "generation": "1"])
      try world.observer.event("ready", of: "a1")
      try runner.order("sleep a1")
      try world.observer.event("sleeping", of: "a1")
      let wake = try world.observer.publish(
        Subject.actor("a1", "wake"), payload: ["hex": ""], "roost.reply.one")
      let start = try runner.wait(for: ["saw": "start", "actor_id": "a1", "generation": "2"])
      #expect(start["cause_sequence"] == wake["seq"])
      try runner.wait(for: ["saw": "reported", "actor_id": "a1", "generation": "2"])
      let ready = try world.observer.wait(
        for: ["t": "event", "body.kind": "ready", "body.actor_id": "a1", "body.generation": "2"])
      #expect(ready["body.runner_id"] == "r1")
      let final = try world.observer.final(at: "roost.reply.one")
      #expect(world.observer.outcomes(at: "roost.reply.one") == ["ACCEPTED", "READY final"])
      #expect(final["body.signal_sequence"] == wake["seq"])
      #expect(final["body.runner_id"] == "r1")
      #expect(final["body.generation"] == "2")

      // From a TCP connection that types CONNECT and PUB.
      try world.observer.publish(Subject.actor("a2", "create"))
      try world.observer.event("ready", of: "a2")
      try runner.order("sleep a2")
      try world.observer.event("sleeping", of: "a2")
      let typed = try PythonProgram.run([
        "Tests/python/bare_tcp.py", "--server", world.broker.url, "--pool", world.pool, "--actor", "a2",
      ])
      #expect(typed.status == 0, "\(typed.output)")
      try runner.wait(for: ["saw": "start", "actor_id": "a2", "generation": "2"])
      try world.observer.wait(
        for: ["t": "event", "body.kind": "ready", "body.actor_id": "a2", "body.generation": "2"])

      #expect(runner.stop() == 0)
      #expect(try worker.stop() == 0, "\(worker.log)")
      let judged = try world.judge()
      #expect(judged.status == 0, "\(judged.output)")
    }
  }
}
