import RoostTestKit
import Testing

extension Outside {
  /// The broker's disk is put back to an older copy: signals that it had acknowledged, and that were applied, are gone from
  /// it, and it gives their numbers to new ones.
  @Suite("The broker's store is rolled back", .timeLimit(.minutes(2)))
  struct RollbackTests {
    /// Made before the copy, made after it and lost with it, made after the loss.
    private static let kept = ["k1", "k2", "k3"]
    private static let lost = ["l1", "l2", "l3"]
    private static let new = (1...10).map { "n\($0)" }
    private static let loss = "broker has lost acknowledged signals"

    /// Creates actors, one after the other.
    private func create(_ actors: [String], _ world: World, waits: Bool = true) throws {
      for actor in actors {
        try world.observer.publish(Subject.actor(actor, "create"))
        if waits { try world.observer.event("ready", of: actor) }
      }
    }

    private func losses(_ worker: WorkerProcess) -> String? {
      let page = worker.page("/metrics")?.text ?? ""
      return page.firstMatch(of: /\nroost_stream_losses_total (\d+)/).map { String($0.1) }
    }

    /// A create that is applied twice is rejected the second time: whose were.
    private func appliedAgain(_ world: World) -> [String] {
      world.observer.lines(with: ["t": "event", "body.kind": "rejected"]).compactMap { $0["body.actor_id"] }
    }

    /// Every actor was created once and started once.
    private func expectEachStartedOnce(_ world: World, _ runner: PythonProgram, _ actors: [String]) throws {
      for actor in actors {
        try world.observer.event("ready", of: actor)
        #expect(Set(world.observer.events("created", of: actor).map { $0["body.journal_sequence"] }).count == 1)
        let starts = runner.lines(with: ["saw": "start", "actor_id": actor]).map {
          "\($0["in"] ?? "") \($0["index"] ?? "")"
        }
        #expect(Set(starts).count == 1, "\(actor): \(starts)")
      }
    }

    @Test(
      "under a worker: found when the link is back, with an alarm; new signals are read, none twice",
      arguments: Broker.Version.allCases)
    func underWorker(_ version: Broker.Version) throws {
      let world = try World(version)
      let worker = try world.worker("--http", "0")
      let runner = try world.runner(slots: 20)
      try create(Self.kept, world)
      try world.broker.backUpStore()
      try create(Self.lost, world)
      #expect(losses(worker) == "0")
      try world.broker.rollBackStore()

      try worker.wait(forLog: Self.loss)
      try create(Self.new, world)
      #expect(losses(worker) == "1")
      #expect(eventually { worker.page("/readyz")?.status == 200 }, "\(worker.log)")
      try expectEachStartedOnce(world, runner, Self.kept + Self.lost + Self.new)
      #expect(appliedAgain(world).isEmpty, "\(appliedAgain(world)); \(worker.log)")
      #expect(try worker.stop() == 0, "\(worker.log)")

      // It is over: the next start finds nothing.
      let second = try world.worker("--http", "0")
      #expect(losses(second) == "0")
      #expect(try second.stop() == 0, "\(second.log)")
    }

    @Test(
      "while no worker runs, and the lost numbers are in use again: found at the start, and no new signal is skipped",
      arguments: Broker.Version.allCases)
    func numbersUsedAgain(_ version: Broker.Version) throws {
      let world = try World(version)
      let first = try world.worker()
      let runner = try world.runner(slots: 20)
      try create(Self.kept, world)
      try world.broker.backUpStore()
      try create(Self.lost, world)
      #expect(try first.stop() == 0, "\(first.log)")
      try world.broker.rollBackStore()
      // More than were lost, what the runner said of it included: the last number that the journal knows is that of another signal now.
      try create(Self.new, world, waits: false)

      let second = try world.worker("--http", "0")
      try expectEachStartedOnce(world, runner, Self.kept + Self.lost + Self.new)
      // Told apart by the broker's clock alone, which may have been set back: the last ten seconds are read once more.
      let again = appliedAgain(world)
      #expect(Set(again).isSubset(of: Self.kept) && Set(again).count == again.count, "\(again)")
      #expect(second.log.contains(Self.loss), "\(second.log)")
      #expect(second.log.contains("is not the one that the journal has applied"), "\(second.log)")
      #expect(losses(second) == "1")
      #expect(try second.stop() == 0, "\(second.log)")
    }
  }
}
