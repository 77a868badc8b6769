import Foundation
import RoostTestKit
import Testing

extension Outside {
  @Suite("The journal of a killed worker, looked at and repaired", .timeLimit(.minutes(4)))
  struct JournalToolTests {
    private func roost(_ words: String, _ world: World) throws -> (code: Int32, text: String) {
      let child = try TestProcess("exec \(TestProcess.roost) \(words)", environment: ["NATS_URL": world.broker.url])
      // A repair by a debug build reads and writes 64 MiB several times.
      let code = try child.exitCode(within: .seconds(90))
      return (code, child.output)
    }

    private func fields(_ text: String) throws -> [String: String] {
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      return try #require(object).mapValues { "\($0)" }
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

    @Test(
      "what the folder says after kill -9 is what the worker said; a repaired pool is served again, others untouched")
    func killedAndRepaired() throws {
      let world = try World()
      let web = "default/web"
      let data = "--data \(world.dataFolder())"
      let first = try world.worker()
      let runner = try world.runner("r1", slots: 3)
      let webRunner = try world.runner("r2", slots: 3, pool: web)
      for (actor, pool) in [
        ("a1", world.pool), ("w1", web), ("victim-of-damage", world.pool), ("a2", world.pool), ("w2", web),
      ] {
        try world.observer.publish(Subject.actor(actor, "create", pool: pool))
        try world.observer.event("ready", of: actor)
      }
      // Beside the worker the journal and the rules of its state are judged; what it does not bear is refused.
      for tool in ["journal verify", "doctor"] {
        let beside = try roost("\(tool) \(data)", world)
        #expect(beside.code == 0 && beside.text.contains("goes on with it"), "\(tool): \(beside.text)")
      }
      #expect(try roost("doctor \(data)", world).text.contains("default/gpu: 3 actors, 1 runner with"))
      for tool in ["journal repair --apply", "journal dump", "history a2 --pool default/gpu"] {
        let busy = try roost("\(tool) \(data)", world)
        #expect(busy.code == 75 && busy.text.contains("in use by process "), "\(tool): \(busy.text)")
      }
      let live = try fields(roost("actor get default/gpu a2 --output json", world).text)
      let past = { () throws in
        var past = try fields(roost("actor state default/gpu a2 --output json \(data)", world).text)
        #expect(past.removeValue(forKey: "journal_sequence") != nil && past.removeValue(forKey: "ts") != nil)
        return past
      }
      #expect(try past() == live, "beside the worker")
      try first.kill()

      #expect(try past() == live)
      #expect(
        try roost("history a2 --pool default/gpu \(data)", world).text.contains("event ready generation=1 runner=r1"))
      let sound = try roost("doctor \(data)", world)
      #expect(sound.code == 0 && sound.text.contains("pool      default/gpu: 3 actors, 1 runner with"), "\(sound.text)")

      try flip("victim-of-damage", in: world)
      #expect(try roost("journal verify \(data)", world).code == 65)
      let dry = try roost("journal repair \(data)", world)
      #expect(dry.code == 65 && dry.text.contains("default/gpu a2"), "\(dry.text)")
      let applied = try roost("journal repair --apply \(data)", world)
      #expect(applied.code == 0, "\(applied.text)")
      #expect(try roost("doctor \(data)", world).code == 0)
      #expect(try roost("journal dump --data \(world.dataFolder())/damaged-1 --pool default/gpu", world).code == 65)

      let second = try world.worker()
      #expect(!second.log.contains("damaged"), "\(second.log)")
      // The runner takes a new session, and what was lost can be made again.
      try world.observer.event("lost", of: "a1")
      try runner.wait(for: ["saw": "welcome"], count: 2)
      try world.observer.publish(Subject.actor("a1", "wake"), replyTo: "roost.reply.a1")
      let woken = try world.observer.final(at: "roost.reply.a1")
      #expect(woken["body.outcome"] == "OUTCOME_READY", "\(woken)")
      #expect((woken["body.generation"].flatMap { Int($0) } ?? 0) > 1_000_000, "\(woken)")
      try world.observer.publish(Subject.actor("a2", "create"), replyTo: "roost.reply.a2")
      #expect(try world.observer.final(at: "roost.reply.a2")["body.outcome"] == "OUTCOME_ACCEPTED")
      let other = try fields(roost("actor get default/web w1 --output json", world).text)
      #expect(other["state"] == "running" && other["generation"] == "1", "\(other)")
      #expect(webRunner.lines(with: ["saw": "stop"]).isEmpty)
      #expect(try second.stop() == 0, "\(second.log)")
      #expect(try roost("doctor \(data)", world).code == 0)
    }
  }
}
