import Foundation
import RoostTestKit
import Testing

extension Outside {
  @Suite("A damaged journal", .timeLimit(.minutes(1)))
  struct DamageTests {
    /// The one segment of a young journal, as far as anything was written.
    private struct Segment {
      /// More than these tests write: the rest of the file is zeros.
      static let readBytes = 4 << 20
      let name: String
      let path: String
      let file: FileHandle

      init(_ world: World) throws {
        let journal = world.dataFolder() + "/journal"
        let names = try FileManager.default.contentsOfDirectory(atPath: journal).filter { $0.hasSuffix(".segment") }
        name = try #require(names.max())
        path = "\(journal)/\(name)"
        file = try #require(FileHandle(forUpdatingAtPath: path))
      }

      func bytes() throws -> Data {
        try file.seek(toOffset: 0)
        return try file.read(upToCount: Self.readBytes) ?? Data()
      }

      /// Flips a bit where `text` stands for the first time; gives back the offset.
      func flip(at text: String) throws -> Int {
        let bytes = try bytes()
        let offset = try #require(bytes.range(of: Data(text.utf8))).lowerBound
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: Data([bytes[offset] ^ 0x10]))
        try file.close()
        return offset
      }

      /// Cuts the file in the middle of its last record; gives back where.
      func cut() throws -> Int {
        let last = try #require(try bytes().lastIndex { $0 != 0 })
        try file.truncate(atOffset: UInt64(last - 8))
        try file.close()
        return last - 8
      }
    }

    @Test("a flipped byte: that pool is not served and says so, another is, and the log names file and offset")
    func flippedByte() throws {
      let world = try World()
      let web = "default/web"
      let first = try world.worker()
      let gpuRunner = try world.runner("r1", slots: 2)
      let webRunner = try world.runner("r2", slots: 2, pool: web)
      for (actor, pool) in [("victim-of-damage", world.pool), ("w1", web), ("a2", world.pool), ("w2", web)] {
        try world.observer.publish(Subject.actor(actor, "create", pool: pool))
        try world.observer.event("ready", of: actor)
      }
      #expect(try first.stop() == 0, "\(first.log)")
      let segment = try Segment(world)
      let flipped = try segment.flip(at: "victim-of-damage")

      let second = try world.worker()
      let named = second.log.split(separator: "\n").filter { $0.contains("damaged") && $0.contains(segment.name) }
      #expect(!named.isEmpty, "\(second.log)")
      // The record's own offset, at or before the byte.
      let offsets = named.joined().matches(of: /offset[ =](\d+)/).compactMap { Int($0.1) }
      #expect(offsets.contains { $0 <= flipped && flipped - $0 < 1_000 }, "\(offsets) \(flipped) \(named)")

      let wake = try world.observer.publish(Subject.actor("a2", "sleep"), replyTo: "roost.reply.gpu")
      let final = try world.observer.final(at: "roost.reply.gpu")
      #expect(final["body.outcome"] == "OUTCOME_REJECTED")
      #expect(final["body.reason"] == "quarantined")
      let sequence = wake["seq"] ?? ""
      try world.observer.wait(for: ["t": "dead", "headers.Roost-Dead-Sequence": sequence])
      let letter = try world.observer.read("ROOST_DEAD").first { $0["headers.Roost-Dead-Sequence"] == sequence }
      #expect(letter?["headers.Roost-Dead-Reason"] == "quarantined")
      #expect(letter?["subject"] == "roost.dead.default.gpu")

      try webRunner.order("sleep w1")
      try world.observer.event("sleeping", of: "w1")
      try world.observer.publish(Subject.actor("w1", "wake", pool: web), replyTo: "roost.reply.web")
      #expect(try world.observer.final(at: "roost.reply.web")["body.outcome"] == "OUTCOME_READY")
      // Nothing was decided for the damaged pool: its runner has heard of two starts in all.
      #expect(gpuRunner.lines(with: ["saw": "start"]).count == 2)
      #expect(gpuRunner.lines(with: ["saw": "stop"]).isEmpty)
      #expect(try second.stop() == 0, "\(second.log)")
      let judged = try world.judge()
      #expect(judged.status == 0, "\(judged.output)")
    }

    @Test(
      "a file cut inside its last record after a kill: the record's signal is read again and decided the same, and the log names the file"
    )
    func cutRecord() throws {
      let world = try World()
      let first = try world.worker()
      let runner = try world.runner(slots: 4)
      try world.observer.publish(Subject.actor("a1", "create"))
      try world.observer.event("ready", of: "a1")
      try world.observer.publish(Subject.actor("a2", "create"), replyTo: "roost.reply.cut")
      try world.observer.event("created", of: "a2")
      try first.kill()
      let segment = try Segment(world)
      let cut = try segment.cut()

      let second = try world.worker()
      let said = second.log.split(separator: "\n").filter { $0.contains("cut short") && $0.contains(segment.name) }
      #expect(said.count == 1 && said[0].contains("offset \(cut)"), "\(second.log)")
      #expect(!second.log.contains("damaged"), "\(second.log)")
      try world.observer.event("ready", of: "a2")
      try world.observer.publish(Subject.actor("a3", "create"))
      try runner.wait(for: ["saw": "start", "actor_id": "a3"])
      try world.observer.event("ready", of: "a3")
      #expect(try second.stop() == 0, "\(second.log)")
      let judged = try world.judge()
      #expect(judged.status == 0, "\(judged.output)")
    }
  }
}
