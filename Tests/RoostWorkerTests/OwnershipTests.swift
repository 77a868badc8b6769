import Foundation
import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import RoostWorker
import Testing

@Suite("Who owns the pools", .timeLimit(.minutes(3)))
struct OwnershipTests {
  private let pool = PoolID(namespace: "default", name: "gpu")

  private func configuration(_ broker: Broker, _ folder: TemporaryFolder) -> WorkerConfiguration {
    var configuration = WorkerConfiguration(serverURL: broker.url, dataFolder: folder.path)
    configuration.streamMaxBytes = 64 << 20
    return configuration
  }

  private func failure(_ worker: RunningWorker) -> WorkerError? {
    if case .failed(let error)? = worker.waitForEnd() { error } else { nil }
  }

  /// A worker that has served something and was stopped.
  private func served(_ broker: Broker, _ folder: TemporaryFolder) throws {
    let worker = RunningWorker(configuration(broker, folder))
    try #require(worker.waitUntilReady(), "\(worker.worker.health.reason)")
    let client = try ScriptedRunner(broker.url, pool: pool)
    try client.announce(slots: 1)
    try client.publish("a1", .create(Create()))
    #expect(client.events.wait { !$0.isEmpty })
    #expect(client.commands.wait { $0.count >= 2 })
    #expect(worker.stop() == .stopped)
  }

  @Test("a second worker on the same folder is refused with 75, naming the process")
  func sameFolder() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let first = RunningWorker(configuration(broker, folder))
    try #require(first.waitUntilReady())
    let error = try #require(failure(RunningWorker(configuration(broker, folder))))
    #expect(error.exitCode == .folderInUse)
    #expect(error.message.contains(folder.path))
    #expect(first.stop() == .stopped)
  }

  @Test(
    "a worker with another folder, an emptied one or an older copy is refused with 78, and nothing is started twice")
  func otherJournals() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    try served(broker, folder)
    let copy = try TemporaryFolder()
    let older = copy.path + "/older"
    try FileManager.default.copyItem(atPath: folder.path, toPath: older)
    try served(broker, folder)
    let client = try ScriptedRunner(broker.url, pool: pool)

    let other = try TemporaryFolder()
    let another = try #require(failure(RunningWorker(configuration(broker, other))))
    #expect(another.exitCode == .anotherJournal)
    #expect(another.message.contains("--adopt"))

    var restored = configuration(broker, folder)
    restored.dataFolder = older
    let behind = try #require(failure(RunningWorker(restored)))
    #expect(behind.exitCode == .anotherJournal)
    #expect(behind.message.contains("older copy"))

    try FileManager.default.removeItem(atPath: folder.path)
    let emptied = try #require(failure(RunningWorker(configuration(broker, folder))))
    #expect(emptied.exitCode == .anotherJournal)
    #expect(client.commands.all.isEmpty)
    #expect(client.events.all.isEmpty)
  }

  @Test("an adopted stream goes on from its end, with all runners closed, and the owner before is refused from then on")
  func adopt() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    try served(broker, folder)
    let copy = try TemporaryFolder()
    let older = copy.path + "/older"
    try FileManager.default.copyItem(atPath: folder.path, toPath: older)
    try served(broker, folder)
    let client = try ScriptedRunner(broker.url, pool: pool)

    var configuration = configuration(broker, folder)
    configuration.dataFolder = older
    configuration.adopt = true
    let worker = RunningWorker(configuration)
    try #require(worker.waitUntilReady(), "\(worker.waitForEnd(seconds: 0.1).debugDescription)")
    #expect(client.commands.wait { $0.contains { $0.body == .close(reason: "lost") } })
    try client.publish("a9", .create(Create()))
    #expect(client.events.wait { $0.contains { $0.actor.text == "a9" && $0.kind == .sleeping } })
    #expect(
      !client.events.all.contains { $0.actor.text == "a1" && $0.kind == .rejected }, "the old signals are not read")
    #expect(worker.stop() == .stopped)

    let owner = try #require(failure(RunningWorker(self.configuration(broker, folder))))
    #expect(owner.exitCode == .anotherJournal)
  }

  @Test("a folder serves the same set of pools for life: another one is refused with 64, naming both")
  func poolSet() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    var one = configuration(broker, folder)
    one.servedPools = [pool]
    let first = RunningWorker(one)
    try #require(first.waitUntilReady())
    #expect(first.stop() == .stopped)
    var two = one
    two.servedPools.insert(PoolID(namespace: "default", name: "web"))
    let error = try #require(failure(RunningWorker(two)))
    #expect(error.exitCode == .usage)
    #expect(error.message.contains("default/gpu default/web"))
    let all = try #require(failure(RunningWorker(configuration(broker, folder))))
    #expect(all.exitCode == .usage)
    let again = RunningWorker(one)
    #expect(again.waitUntilReady())
    #expect(again.stop() == .stopped)
  }

  @Test("a broker that comes up later is waited for; one that went away is used again")
  func brokerLater() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    broker.stop()
    let worker = RunningWorker(configuration(broker, folder))
    #expect(eventually { worker.worker.health.reason.contains("no NATS server answers") })
    try broker.restart()
    try #require(worker.waitUntilReady())
    broker.kill()
    try broker.restart()
    let client = try ScriptedRunner(broker.url, pool: pool)
    try client.publish("a1", .create(Create()))
    #expect(client.events.wait { $0.contains { $0.kind == .sleeping } })
    #expect(worker.stop() == .stopped)
  }
}
