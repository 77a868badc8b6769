import Foundation
import RoostTestKit
import Testing

extension Outside {
  @Suite("One journal owns the pools", .timeLimit(.minutes(1)))
  struct OwnershipTests {
    /// The journal that the bucket names as the owner.
    private func owner(_ world: World) throws -> (id: String, position: UInt64) {
      struct Identity: Decodable {
        let id: String
        let position: UInt64
      }
      let entries = try world.observer.read("KV_ROOST_META").filter { $0["subject"] == "$KV.ROOST_META.journal" }
      let bytes = try #require(entries.last?["hex"])
      let identity = try JSONDecoder().decode(Identity.self, from: Data(bytes: bytes))
      return (identity.id, identity.position)
    }

    /// One actor that ran once and sleeps again, through `runner`.
    private func run(_ actor: String, _ world: World, _ runner: PythonProgram) throws {
      try runner.wait(for: ["saw": "welcome"])
      try world.observer.publish(Subject.actor(actor, "create"))
      try world.observer.event("ready", of: actor)
      try runner.order("sleep \(actor)")
      try world.observer.event("sleeping", of: actor)
    }

    /// A start that must be refused: its log.
    private func refused(_ world: World, data: String, _ flags: [String] = []) throws -> String {
      let worker = try world.unreadyWorker(flags, data: data)
      #expect(try worker.exitCode() == 78, "\(worker.log)")
      #expect(worker.log.contains("--adopt"), "\(worker.log)")
      return worker.log
    }

    private func expectNothingStartedTwice(_ world: World) throws {
      let judged = try world.judge()
      #expect(judged.status == 0, "\(judged.output)")
    }

    @Test("a second worker with another folder is refused, while the first runs and after it stopped")
    func anotherFolder() throws {
      let world = try World()
      let first = try world.worker()
      let runner = try world.runner()
      try run("a1", world, runner)
      let id = try owner(world).id
      #expect(try refused(world, data: "other").contains(id))
      #expect(try first.stop() == 0, "\(first.log)")
      // A signal that the intruder would decide, if it were let in.
      try world.observer.publish(Subject.actor("a1", "wake"))
      #expect(try refused(world, data: "other").contains(id))
      #expect(world.observer.lines(with: ["t": "command", "body.actor_id": "a1", "body.generation": "2"]).isEmpty)

      let second = try world.worker()
      try runner.wait(for: ["saw": "start", "actor_id": "a1", "generation": "2"])
      try world.observer.wait(for: ["t": "event", "body.kind": "ready", "body.generation": "2"])
      #expect(try second.stop() == 0, "\(second.log)")
      try expectNothingStartedTwice(world)
    }

    @Test("two workers on one folder: the second is refused with 75 and names the folder; the first goes on")
    func sameFolder() throws {
      let world = try World()
      let first = try world.worker()
      let second = try world.unreadyWorker()
      #expect(try second.exitCode() == 75, "\(second.log)")
      #expect(second.log.contains(world.dataFolder()), "\(second.log)")
      try world.observer.publish(Subject.actor("a1", "create"))
      try world.observer.event("created", of: "a1")
      #expect(try first.stop() == 0, "\(first.log)")
    }

    @Test("an emptied folder is refused; with --adopt it goes on from the end of the stream, all runners closed")
    func emptiedFolder() throws {
      let world = try World()
      let first = try world.worker()
      let runner = try world.runner()
      try run("a1", world, runner)
      let session = try runner.wait(for: ["saw": "welcome"])["in"] ?? ""
      let id = try owner(world).id
      #expect(try first.stop() == 0, "\(first.log)")
      try world.observer.publish(Subject.actor("a1", "wake"))
      try FileManager.default.removeItem(atPath: world.dataFolder())
      #expect(try refused(world, data: "data").contains(id))

      let second = try world.worker("--adopt")
      #expect(try owner(world).id != id)
      // Its session is closed to it, and it takes a new one; what lay in the stream before is not decided again.
      try runner.wait(for: ["saw": "closed", "in": session])
      try world.observer.publish(Subject.actor("b1", "create"))
      try world.observer.event("ready", of: "b1")
      #expect(world.observer.lines(with: ["t": "command", "body.actor_id": "a1", "body.generation": "2"]).isEmpty)
      try runner.order("sleep b1")
      try world.observer.event("sleeping", of: "b1")
      // A runner ignores what is older than it has run: the same actor, made again, goes on far above.
      try world.observer.publish(Subject.actor("a1", "create"))
      try world.observer.wait(
        for: ["t": "event", "body.kind": "ready", "body.actor_id": "a1", "body.generation": "1000002"])
      #expect(try second.stop() == 0, "\(second.log)")

      // What was adopted is ours: no flag is needed again, and the generations go on from there.
      let third = try world.worker()
      try runner.order("sleep a1")
      try world.observer.wait(
        for: ["t": "event", "body.kind": "sleeping", "body.actor_id": "a1", "body.generation": "1000002"])
      try world.observer.publish(Subject.actor("a1", "wake"))
      try world.observer.wait(
        for: ["t": "event", "body.kind": "ready", "body.actor_id": "a1", "body.generation": "1000003"])
      #expect(try third.stop() == 0, "\(third.log)")
      // All that the judge misses is the wake that the adoption passed over.
      let judged = try world.judge()
      #expect(judged.output.split(separator: "\n").count == 2, "\(judged.output)")
      #expect(judged.output.contains("wakes: actor a1 of default.gpu was woken"), "\(judged.output)")
    }

    /// Runs `a1`, takes a copy of the stopped worker's folder, then runs `a1` again and `a2`, and puts the copy in the
    /// folder's place; the folder is moved to `newest`. Gives back the newest position.
    private func restoreCopy(_ world: World, _ runner: PythonProgram) throws -> UInt64 {
      let first = try world.worker()
      try run("a1", world, runner)
      #expect(try first.stop() == 0, "\(first.log)")
      try FileManager.default.copyItem(atPath: world.dataFolder(), toPath: world.dataFolder("copy"))
      let copied = try owner(world)
      let second = try world.worker()
      try run("a2", world, runner)
      #expect(try second.stop() == 0, "\(second.log)")
      let newest = try owner(world)
      #expect(newest.id == copied.id)
      #expect(newest.position > copied.position)
      try FileManager.default.moveItem(atPath: world.dataFolder(), toPath: world.dataFolder("newest"))
      try FileManager.default.moveItem(atPath: world.dataFolder("copy"), toPath: world.dataFolder())
      return newest.position
    }

    @Test("a folder restored from an earlier copy is refused, and says so; the right one goes on")
    func restoredFolder() throws {
      let world = try World()
      let runner = try world.runner(isHeld: true)
      try runner.order("announce")
      let position = try restoreCopy(world, runner)
      // A signal that the old state would decide with a generation that was used.
      try world.observer.publish(Subject.actor("a2", "wake"))
      let log = try refused(world, data: "data")
      #expect(log.contains("older copy") && log.contains(String(position)), "\(log)")
      #expect(world.observer.lines(with: ["t": "command", "body.actor_id": "a2", "body.generation": "2"]).isEmpty)

      let right = try world.worker(data: "newest")
      try runner.wait(for: ["saw": "start", "actor_id": "a2", "generation": "2"])
      try world.observer.wait(
        for: ["t": "event", "body.kind": "ready", "body.actor_id": "a2", "body.generation": "2"])
      #expect(try right.stop() == 0, "\(right.log)")
      try expectNothingStartedTwice(world)
    }

    @Test("with --adopt the actors of a restored folder run again, on new sessions")
    func adoptedCopy() throws {
      let world = try World()
      let runner = try world.runner(isHeld: true)
      try runner.order("announce")
      _ = try restoreCopy(world, runner)
      let worker = try world.worker("--adopt")
      try runner.wait(for: ["saw": "closed"])
      try world.observer.publish(Subject.actor("a1", "wake"))
      try world.observer.wait(
        for: ["t": "event", "body.kind": "ready", "body.actor_id": "a1", "body.generation": "1000002"])
      #expect(try worker.stop() == 0, "\(worker.log)")
      try expectNothingStartedTwice(world)
    }

    @Test(
      "the position is refreshed while a worker runs: a copy of a folder that was in use is refused after kill -9 too")
    func restoredAfterKill() throws {
      let world = try World()
      let first = try world.worker()
      let runner = try world.runner()
      #expect(try first.stop() == 0, "\(first.log)")
      try FileManager.default.copyItem(atPath: world.dataFolder(), toPath: world.dataFolder("copy"))
      let copied = try owner(world)
      let second = try world.worker()
      try run("a1", world, runner)
      try #require(try eventually { try owner(world).position > copied.position })
      try second.kill()
      try FileManager.default.removeItem(atPath: world.dataFolder())
      try FileManager.default.moveItem(atPath: world.dataFolder("copy"), toPath: world.dataFolder())
      #expect(try refused(world, data: "data").contains("older copy"))
      try expectNothingStartedTwice(world)
    }

    @Test("a folder of one set of pools is refused to another set, with both named")
    func otherSet() throws {
      let world = try World()
      let first = try world.worker("--pool", "default/gpu")
      #expect(try first.stop() == 0, "\(first.log)")
      for flags in [[], ["--pool", "default/web"], ["--pool", "default/gpu", "--pool", "default/web"]] {
        let worker = try world.unreadyWorker(flags)
        #expect(try worker.exitCode() == 64, "\(worker.log)")
        #expect(worker.log.contains("default/gpu"), "\(worker.log)")
      }
      let again = try world.worker("--pool", "default/gpu")
      #expect(try again.stop() == 0, "\(again.log)")
    }
  }
}

extension Data {
  /// From hexadecimal digits, two a byte.
  init(bytes hexadecimal: String) {
    let digits = hexadecimal.compactMap { $0.hexDigitValue }
    self.init(stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
  }
}
