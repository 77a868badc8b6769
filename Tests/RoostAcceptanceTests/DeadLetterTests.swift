import Foundation
import RoostTestKit
import Testing

extension Outside {
  @Suite("Dead letters, looked at, tried again and dropped", .timeLimit(.minutes(4)))
  struct DeadLetterTests {
    private func roost(_ words: String, _ world: World) throws -> (code: Int32, text: String) {
      let child = try TestProcess("exec \(TestProcess.roost) \(words)", environment: ["NATS_URL": world.broker.url])
      // A repair by a debug build reads and writes 64 MiB several times.
      let code = try child.exitCode(within: .seconds(90))
      return (code, child.output)
    }

    private func objects(_ text: String) throws -> [[String: String]] {
      try text.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
        let object = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        return try #require(object).mapValues { "\($0)" }
      }
    }

    @Test("a signal that cannot be read is listed, shown and dropped")
    func malformed() throws {
      let world = try World()
      let worker = try world.worker()
      let signal = try world.observer.publish(Subject.actor("a1", "wake"), payload: ["fill": 3])
      let sequence = signal["seq"] ?? ""
      try world.observer.wait(for: ["t": "dead", "headers.Roost-Dead-Sequence": sequence])

      let letter = try #require(try objects(roost("dead list --output jsonl", world).text).first)
      #expect(letter["reason"] == "undecodable" && letter["signal_sequence"] == sequence, "\(letter)")
      #expect(letter["subject"] == Subject.actor("a1", "wake"))
      let shown = try roost("dead show \(letter["letter"] ?? "")", world)
      #expect(shown.code == 0 && shown.text.contains("bytes       ffffff"), "\(shown.text)")

      // It is no better now: it comes back, as one new letter, and the command does not go on with that one.
      let again = try roost("dead redrive --pool default/gpu --output jsonl", world)
      let redriven = try objects(again.text)
      #expect(again.code == 0 && redriven.count == 1, "\(again.text)")
      let stored = try #require(redriven[0]["signal_sequence"])
      try world.observer.wait(for: ["t": "dead", "headers.Roost-Dead-Sequence": stored])
      let back = try objects(roost("dead list --output jsonl", world).text)
      try #require(back.count == 1)
      let dropped = try roost("dead drop \(back[0]["letter"] ?? "")", world)
      #expect(dropped.code == 0 && dropped.text.hasPrefix("dropped letter="), "\(dropped.text)")
      #expect(try world.observer.read("ROOST_DEAD").isEmpty)
      #expect(try worker.stop() == 0, "\(worker.log)")
    }

    /// Flips a bit where `text` stands for the first time in the first segment.
    private func flip(_ text: String, in world: World) throws {
      let file = try #require(FileHandle(forUpdatingAtPath: world.dataFolder() + "/journal/0000000000000001.segment"))
      let bytes = try file.read(upToCount: 4 << 20) ?? Data()
      let offset = try #require(bytes.range(of: Data(text.utf8))).lowerBound
      try file.seek(toOffset: UInt64(offset))
      try file.write(contentsOf: Data([bytes[offset] ^ 0x10]))
      try file.close()
    }

    @Test("signals refused while a pool was not served are re-driven after the repair, and applied once")
    func quarantined() throws {
      let world = try World()
      let data = "--data \(world.dataFolder())"
      let first = try world.worker()
      let runner = try world.runner("r1", slots: 3)
      for actor in ["a1", "victim-of-damage"] {
        try world.observer.publish(Subject.actor(actor, "create"))
        try world.observer.event("ready", of: actor)
      }
      #expect(try first.stop() == 0, "\(first.log)")
      try flip("victim-of-damage", in: world)

      let second = try world.worker()
      for (actor, verb) in [("late", "create"), ("late", "wake"), ("later", "create")] {
        let replyTo = "roost.reply.\(actor).\(verb)"
        try world.observer.publish(Subject.actor(actor, verb), replyTo: replyTo)
        #expect(try world.observer.final(at: replyTo)["body.reason"] == "quarantined")
      }
      #expect(try eventually { try objects(roost("dead list --output jsonl", world).text).count >= 3 })
      #expect(try second.stop() == 0, "\(second.log)")
      #expect(try roost("journal repair --apply \(data)", world).code == 0)

      let third = try world.worker()
      try runner.wait(for: ["saw": "welcome"], count: 2)
      let redriven = try objects(
        roost("dead redrive --pool default/gpu --reason quarantined --output jsonl", world).text
      )
      .filter { $0["result"] == "redriven" }.map { $0["subject"] ?? "" }
      #expect(
        redriven == [
          Subject.actor("late", "create"), Subject.actor("late", "wake"), Subject.actor("later", "create"),
        ])
      for actor in ["late", "later"] { try world.observer.event("ready", of: actor) }

      let stored = try world.observer.read("ROOST_SIGNALS").filter { $0["subject"]?.contains(".actor.lat") == true }
      #expect(stored.count == 6, "\(stored)")
      let again = try roost("dead redrive --pool default/gpu --reason quarantined", world)
      #expect(!again.text.contains("redriven"), "\(again.text)")
      #expect(
        try world.observer.read("ROOST_SIGNALS").filter { $0["subject"]?.contains(".actor.lat") == true }.count == 6)
      for actor in ["late", "later"] {
        #expect(world.observer.events("created", of: actor).count == 1)
        #expect(runner.lines(with: ["saw": "start", "actor_id": actor]).count == 1)
      }
      // Who asked when it was refused was answered then, and hears nothing of it now.
      #expect(world.observer.outcomes(at: "roost.reply.late.create") == ["REJECTED final"])
      #expect(try third.stop() == 0, "\(third.log)")
    }
  }
}
