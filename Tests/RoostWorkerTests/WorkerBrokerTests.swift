import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import RoostWorker
import Testing

@Suite("A worker and a real broker", .timeLimit(.minutes(2)))
struct WorkerBrokerTests {
  private let pool = PoolID(namespace: "default", name: "gpu")

  private func configuration(_ broker: Broker, _ folder: TemporaryFolder) -> WorkerConfiguration {
    var configuration = WorkerConfiguration(NATSAccess(broker.url), dataFolder: folder.path)
    configuration.streamMaxBytes = 64 << 20
    return configuration
  }

  @Test("a wake with an empty payload becomes CommandStartActor, running becomes ready")
  func wakeBecomesStart() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let worker = RunningWorker(configuration(broker, folder))
    try #require(worker.waitUntilReady(), "\(worker.worker.health.reason)")
    let runner = try ScriptedRunner(broker.url, pool: pool)
    try runner.publish("a1", .create(Create()))
    #expect(runner.events.wait { $0.contains { $0.kind == .sleeping } })
    try runner.announce(slots: 1)
    #expect(runner.commands.wait { $0.contains { if case .welcome = $0.body { true } else { false } } })
    try runner.publish("a1", .wake(Wake()), wantsAnswer: true)
    #expect(runner.commands.wait { $0.contains { if case .start = $0.body { true } else { false } } })
    let start = try #require(runner.starts.first)
    #expect(start.actor == ActorID("a1"))
    #expect(start.generation == 1)
    try runner.publish(
      .events(
        session: runner.session, [RunnerEvent(index: 1, actor: start.actor, generation: 1, kind: .running)]))
    #expect(runner.events.wait { $0.contains { $0.kind == .ready } })
    #expect(runner.answers.wait { $0.map(\.outcome) == [.accepted, .ready] })
    #expect(try runner.ping(lastCommandIndex: 1).status == .known)
    #expect(worker.stop() == .stopped)
  }
}
