import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import RoostWorker
import Testing

@Suite("When the broker loses acknowledged signals", .timeLimit(.minutes(3)))
struct StreamLossTests {
  private let pool = PoolID(namespace: "default", name: "gpu")

  private func configuration(_ broker: Broker, _ folder: TemporaryFolder) -> WorkerConfiguration {
    var configuration = WorkerConfiguration(NATSAccess(broker.url), dataFolder: folder.path)
    configuration.streamMaxBytes = 64 << 20
    return configuration
  }

  private func emptyStream(_ client: ScriptedRunner) throws {
    try client.jetStream.delete("ROOST_SIGNALS")
    _ = try client.jetStream.ensure(RoostStreams(signalsMaxBytes: 64 << 20).signals)
  }

  @Test("a stream made anew while the worker was away is read from its first message, and nothing is taken for old")
  func whileAway() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let client = try ScriptedRunner(broker.url, pool: pool)
    let first = RunningWorker(configuration(broker, folder))
    try #require(first.waitUntilReady())
    for actor in 1...5 { try client.publish("a\(actor)", .create(Create())) }
    #expect(client.events.wait { $0.contains { $0.actor.text == "a5" && $0.kind == .sleeping } })
    #expect(first.stop() == .stopped)
    try emptyStream(client)
    for actor in 6...7 { try client.publish("a\(actor)", .create(Create())) }
    let second = RunningWorker(configuration(broker, folder))
    #expect(client.events.wait { $0.contains { $0.actor.text == "a7" && $0.kind == .sleeping } })
    #expect(client.events.all.contains { $0.actor.text == "a6" && $0.kind == .sleeping })
    #expect(second.worker.metrics[.streamLosses] == 1)
    // The state of before is still there.
    try client.publish("a5", .create(Create()))
    #expect(client.events.wait { $0.contains { $0.actor.text == "a5" && $0.kind == .rejected } })
    #expect(second.stop() == .stopped)
    let third = RunningWorker(configuration(broker, folder))
    #expect(third.waitUntilReady())
    #expect(third.worker.metrics[.streamLosses] == 0, "known by now")
    #expect(third.stop() == .stopped)
  }

  @Test(
    "a stream made anew under a running worker is noticed though the link does not break",
    arguments: Broker.Version.allCases)
  func linkUnbroken(_ version: Broker.Version) throws {
    let broker = try Broker.start(version)
    let folder = try TemporaryFolder()
    let client = try ScriptedRunner(broker.url, pool: pool)
    let worker = RunningWorker(configuration(broker, folder))
    try #require(worker.waitUntilReady())
    for actor in 1...5 { try client.publish("a\(actor)", .create(Create())) }
    #expect(client.events.wait { $0.contains { $0.actor.text == "a5" && $0.kind == .sleeping } })
    try emptyStream(client)
    try client.publish("a6", .create(Create()))
    #expect(client.events.wait { $0.contains { $0.actor.text == "a6" && $0.kind == .sleeping } })
    #expect(worker.worker.metrics[.streamLosses] == 1)
    #expect(!client.events.all.contains { $0.kind == .rejected }, "none was applied twice")
    #expect(worker.stop() == .stopped)
  }

  @Test("a stream made anew under a running worker is noticed after the next break of the link")
  func whileRunning() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let client = try ScriptedRunner(broker.url, pool: pool)
    let worker = RunningWorker(configuration(broker, folder))
    try #require(worker.waitUntilReady())
    for actor in 1...5 { try client.publish("a\(actor)", .create(Create())) }
    #expect(client.events.wait { $0.contains { $0.actor.text == "a5" && $0.kind == .sleeping } })
    try emptyStream(client)
    try client.publish("a6", .create(Create()))
    broker.kill()
    try broker.restart()
    let again = try ScriptedRunner(broker.url, pool: pool)
    #expect(again.events.wait { $0.contains { $0.actor.text == "a6" && $0.kind == .sleeping } })
    #expect(worker.worker.metrics[.streamLosses] == 1)
    try again.publish("a7", .create(Create()))
    #expect(again.events.wait { $0.contains { $0.actor.text == "a7" && $0.kind == .sleeping } })
    #expect(worker.stop() == .stopped)
  }
}
