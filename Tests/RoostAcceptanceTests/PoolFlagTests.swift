import RoostTestKit
import Testing

extension Outside {
  @Suite("--pool: a worker for some pools only", .timeLimit(.minutes(1)))
  struct PoolFlagTests {
    @Test("it serves its own, passes over others' signals, good or bad, and leaves them to whoever serves those")
    func servesItsOwn() throws {
      let world = try World()
      let mine = try world.worker("--pool", "default/gpu", data: "gpu")
      try world.observer.publish(Subject.actor("w1", "create", pool: "default/web"), replyTo: "roost.reply.web")
      try world.observer.publish(Subject.actor("w1", "wake", pool: "default/web"), payload: ["hex": "ff"])
      try world.observer.publish("roost.signal.default.GPU.actor.a1.wake", payload: ["hex": "ff"])
      try world.observer.publish(Subject.actor("g1", "create"), replyTo: "roost.reply.gpu")
      // Signals are read in order: the others are behind it now.
      #expect(try world.observer.final(at: "roost.reply.gpu")["body.outcome"] == "OUTCOME_ACCEPTED")
      #expect(world.observer.outcomes(at: "roost.reply.web").isEmpty)
      #expect(world.observer.events("created", of: "w1").isEmpty)
      #expect(try world.observer.read("ROOST_DEAD").isEmpty)

      let other = try world.worker("--pool", "default/web", data: "web")
      #expect(try world.observer.final(at: "roost.reply.web")["body.outcome"] == "OUTCOME_ACCEPTED")
      try world.observer.wait(for: ["t": "dead", "headers.Roost-Dead-Reason": "undecodable"])
      #expect(try world.observer.read("ROOST_DEAD").map { $0["subject"] } == ["roost.dead.default.web"])
      #expect(world.observer.events("created", of: "g1").count == 1)
      let keys = try world.observer.read("KV_ROOST_META").compactMap { $0["subject"] }
      #expect(Set(keys) == ["$KV.ROOST_META.journal.default.gpu", "$KV.ROOST_META.journal.default.web"])
      #expect(try mine.stop() == 0, "\(mine.log)")
      #expect(try other.stop() == 0, "\(other.log)")
    }

    @Test("two workers that both serve a pool: the second is refused with 78, naming the first one's journal")
    func overlappingSets() throws {
      let world = try World()
      let first = try world.worker("--pool", "default/gpu", data: "one")
      let second = try world.unreadyWorker(["--pool", "default/gpu", "--pool", "default/web"], data: "two")
      #expect(try second.exitCode() == 78, "\(second.log)")
      #expect(second.log.contains("journal.default.gpu"), "\(second.log)")
      #expect(try first.stop() == 0, "\(first.log)")
    }

    @Test(
      "a worker of all pools and one of some: the second is refused with 78 in both orders, and nothing is started twice",
      arguments: [false, true])
    func allAndSome(someFirst: Bool) throws {
      let world = try World()
      let (flags, others) = someFirst ? (["--pool", world.pool], []) : ([], ["--pool", world.pool])
      let first = try world.unreadyWorker(flags, data: "one")
      try first.waitUntilReady()
      try world.observer.waitUntilFollowing()
      let runner = try world.runner(slots: 2)
      let second = try world.unreadyWorker(others, data: "two")
      #expect(try second.exitCode() == 78, "\(second.log)")
      #expect(second.log.contains("key \(someFirst ? "journal.default.gpu" : "journal") of"), "\(second.log)")
      try world.observer.publish(Subject.actor("a1", "create"))
      try world.observer.event("ready", of: "a1")
      #expect(world.observer.lines(with: ["t": "command", "body.actor_id": "a1", "body.generation": "1"]).count == 1)

      // Adopted, it serves, and the one before ends by itself.
      let third = try world.unreadyWorker(others + ["--adopt"], data: "two")
      try third.waitUntilReady()
      #expect(try first.exitCode() == 78, "\(first.log)")
      try runner.wait(for: ["saw": "closed"])
      try world.observer.publish(Subject.actor("b1", "create"))
      try world.observer.event("ready", of: "b1")
      #expect(try third.stop() == 0, "\(third.log)")
    }
  }
}
