import Foundation
import RoostTestKit
import Testing

extension Outside {
  /// A file system that is filled to its last byte and freed again, under a worker of its own process.
  @Suite("A full disk", .timeLimit(.minutes(2)))
  struct FullDiskTests {
    /// Room for the first segment of 64 MiB and the second, and little more.
    private static let diskMebibytes = 160
    /// Messages that cannot be read: a dead letter stands in the journal as it came, so they fill a segment.
    private static let garbage = 80
    private static let garbageBytes = 900_000
    private static let actors = 20

    /// A worker that serves from `disk`, filled after an actor runs; then so much is sent that the journal has to begin a
    /// segment for which there is no room. Gives back the worker, which holds the batch, and the runner.
    private func heldWorker(_ world: World, _ disk: TinyDisk) throws -> (worker: WorkerProcess, runner: PythonProgram) {
      let worker = try self.worker(world, disk)
      try worker.waitUntilReady()
      try world.observer.waitUntilFollowing()
      let runner = try world.runner(slots: Self.actors + 1)
      try world.observer.publish(Subject.actor("before", "create"))
      try world.observer.event("ready", of: "before")
      try #require(eventually { worker.page("/readyz")?.status == 200 }, "\(worker.log)")
      try disk.fill()
      for _ in 0..<Self.garbage {
        try world.observer.publish(Subject.actor("a1", "mumble"), payload: ["fill": Self.garbageBytes])
      }
      try worker.wait(forLog: "journal has no room, the batch is held")
      return (worker, runner)
    }

    private func worker(_ world: World, _ disk: TinyDisk) throws -> WorkerProcess {
      try WorkerProcess(["--server", world.broker.url, "--data", "\(disk.folder)/data", "--http", "0"])
    }

    private func expectNotReadyForWantOfRoom(_ worker: WorkerProcess) {
      #expect(
        eventually {
          guard let page = worker.page("/readyz") else { return false }
          return page.status == 503 && page.text.contains("no room for the journal") && page.text.contains("free space")
        }, "\(worker.page("/readyz")?.text ?? "nothing"); \(worker.log)")
      #expect(worker.page("/livez")?.status == 200)
    }

    /// What is sent while there is no room, and the replies that are owed for it.
    private func sendMeanwhile(_ world: World) throws -> [String] {
      var replies: [String] = []
      for number in 1...Self.actors {
        try world.observer.publish(Subject.actor("c\(number)", "create"))
        replies.append("roost.reply.c\(number)")
        try world.observer.publish(Subject.actor("c\(number)", "wake"), waiting(ms: 60_000), replyTo: replies.last)
      }
      return replies
    }

    /// Each signal was applied once and in order, and each dead letter published once and in order.
    private func expectAllAppliedOnce(_ world: World, _ replies: [String]) throws {
      for reply in replies { try world.observer.final(at: reply) }
      #expect(replies.allSatisfy { world.observer.outcomes(at: $0).last == "READY final" })
      let created = world.observer.lines(with: ["t": "event", "body.kind": "created"]).map { $0["body.actor_id"] }
      #expect(created == ["before"] + (1...Self.actors).map { "c\($0)" })
      try world.observer.wait(for: ["t": "dead"], count: Self.garbage)
      let letters = try world.observer.read("ROOST_DEAD").compactMap { Int($0["headers.Roost-Dead-Sequence"] ?? "") }
      #expect(letters.count == Self.garbage && Set(letters).count == Self.garbage, "\(letters)")
      let judged = try world.judge()
      #expect(judged.status == 0, "\(judged.output)")
    }

    @Test(
      "the worker holds what it cannot write and says so on /readyz; with room again it goes on, and nothing is lost")
    func filledAndFreed() throws {
      try TinyDisk.mounted(mebibytes: Self.diskMebibytes) { disk in
        let world = try World()
        let (worker, runner) = try heldWorker(world, disk)
        expectNotReadyForWantOfRoom(worker)
        let replies = try sendMeanwhile(world)
        // Those whose signals are read are told that they wait for room; nobody is told anything else.
        #expect(replies.allSatisfy { Set(world.observer.outcomes(at: $0)).isSubset(of: ["PENDING"]) })
        #expect(runner.lines(with: ["saw": "start"]).count == 1)
        #expect(worker.page("/readyz")?.status == 503)

        try disk.free()
        try worker.wait(forLog: "journal has room again")
        #expect(eventually { worker.page("/readyz")?.status == 200 }, "\(worker.log)")
        try expectAllAppliedOnce(world, replies)
        #expect(try worker.stop() == 0, "\(worker.log)")
      }
    }

    @Test("kill -9 while the disk is full, and a start on the full disk: it says so, and with room nothing is lost")
    func killedWhileFull() throws {
      try TinyDisk.mounted(mebibytes: Self.diskMebibytes) { disk in
        let world = try World()
        let (first, runner) = try heldWorker(world, disk)
        try first.kill()
        let replies = try sendMeanwhile(world)
        let second = try worker(world, disk)
        try second.wait(forLog: "journal has no room, the batch is held")
        expectNotReadyForWantOfRoom(second)
        try second.kill()
        // Nor is a lock file needed that has room for a process id.
        try FileManager.default.removeItem(atPath: "\(disk.folder)/data/lock")
        try disk.fill()

        let third = try worker(world, disk)
        expectNotReadyForWantOfRoom(third)
        #expect(runner.lines(with: ["saw": "start"]).filter { $0["actor_id"] != "before" }.isEmpty)
        try disk.free()
        #expect(eventually { third.page("/readyz")?.status == 200 }, "\(third.log)")
        try expectAllAppliedOnce(world, replies)
        #expect(try third.stop() == 0, "\(third.log)")
      }
    }

    @Test("a first start on a full disk ends with 74 and says what to do; with room the same folder is taken")
    func firstStart() throws {
      try TinyDisk.mounted(mebibytes: Self.diskMebibytes) { disk in
        let world = try World()
        try disk.fill()
        let first = try worker(world, disk)
        #expect(try first.exitCode() == 74, "\(first.log)")
        #expect(first.log.contains("ROOST-J002") && first.log.contains("free space"), "\(first.log)")
        try disk.free()
        let second = try worker(world, disk)
        try second.waitUntilReady()
        #expect(try second.stop() == 0, "\(second.log)")
      }
    }
  }
}
