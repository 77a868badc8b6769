import Foundation
import RoostTestKit
import Testing

extension Outside {
  @Suite("The broker is away", .timeLimit(.minutes(1)))
  struct BrokerFaultTests {
    @Test("at the start: a clear line, tried again with growing pauses, and it serves once the broker is there")
    func unreachableAtStart() throws {
      let world = try World()
      world.broker.stop()
      let worker = try world.unreadyWorker()
      #expect(
        eventually { worker.log.components(separatedBy: "broker not reached, trying again").count > 3 }, "\(worker.log)"
      )
      let lines = worker.log.split(separator: "\n").filter { $0.contains("broker not reached") }
      #expect(lines.allSatisfy { $0.contains(world.broker.url) }, "\(lines)")
      let pauses = lines.compactMap { $0.firstMatch(of: /delay_ms=(\d+)/).flatMap { Int($0.1) } }
      #expect(pauses.count == lines.count && pauses == pauses.sorted() && pauses.first != pauses.last, "\(lines)")

      try world.broker.restart()
      try worker.waitUntilReady()
      try world.observer.waitUntilFollowing()
      try world.observer.publish(Subject.actor("a1", "create"), replyTo: "roost.reply.one")
      #expect(try world.observer.final(at: "roost.reply.one")["body.outcome"] == "OUTCOME_ACCEPTED")
      #expect(try worker.stop() == 0, "\(worker.log)")
    }

    @Test("and is told to stop while the broker is away: it ends with 0")
    func stoppedWhileAway() throws {
      let world = try World()
      world.broker.stop()
      let worker = try world.unreadyWorker()
      try worker.wait(forLog: "broker not reached, trying again")
      #expect(try worker.stop() == 0, "\(worker.log)")
    }

    @Test("frozen for longer than a runner may be silent, the link unbroken: nobody is lost, and the actor runs on")
    func frozen() throws {
      let world = try World()
      let worker = try world.worker(
        "--set", "runner_ping_interval_ms=500", "--set", "runner_eligible_threshold_ms=1500", "--set",
        "runner_lost_threshold_ms=3000")
      let runner = try world.runner()
      try world.observer.publish(Subject.actor("a1", "create"))
      try world.observer.event("ready", of: "a1")
      try world.broker.freeze()
      #expect(!eventually(within: .seconds(5)) { worker.log.contains("runner lost") }, "\(worker.log)")
      world.broker.thaw()
      try worker.wait(forLog: "broker stood still")
      // A verdict of before would have been carried out before this wake.
      try world.observer.publish(Subject.actor("a1", "wake"), replyTo: "roost.reply.one")
      #expect(try world.observer.final(at: "roost.reply.one")["body.state"] == "running")
      #expect(!eventually(within: .seconds(2)) { worker.log.contains("runner lost") }, "\(worker.log)")
      #expect(runner.lines(with: ["saw": "closed"]).isEmpty)
      #expect(world.observer.events("lost", of: "a1").isEmpty)
      #expect(try worker.stop() == 0, "\(worker.log)")
    }

    @Test("killed and started again while actors run: the runner keeps its session and its actors, and wakes go on")
    func brokerKilled() throws {
      let world = try World()
      let worker = try world.worker()
      let runner = try world.runner(slots: 2)
      try world.observer.publish(Subject.actor("a1", "create"))
      try world.observer.event("ready", of: "a1")
      let session = try runner.wait(for: ["saw": "welcome"])["in"] ?? ""
      world.broker.kill()
      try worker.wait(forLog: "link to the broker broke")
      try world.broker.restart()
      #expect(
        eventually { worker.log.components(separatedBy: "link to the broker is up").count == 3 }, "\(worker.log)")
      try world.observer.publish(Subject.actor("a2", "create"))
      try runner.wait(for: ["saw": "start", "actor_id": "a2", "in": session])
      try world.observer.event("ready", of: "a2")
      #expect(runner.lines(with: ["saw": "start", "actor_id": "a1"]).count >= 1)
      #expect(runner.lines(with: ["saw": "closed"]).isEmpty)
      #expect(world.observer.events("lost", of: "a1").isEmpty)
      #expect(try worker.stop() == 0, "\(worker.log)")
    }
  }
}
