import Foundation
import RoostCore
import RoostJournal
import RoostNATS
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Who owns the pools", .timeLimit(.minutes(3)))
struct OwnershipTests {
  private let pool = PoolID(namespace: "default", name: "gpu")

  private func configuration(_ broker: Broker, _ folder: TemporaryFolder) -> WorkerConfiguration {
    var configuration = WorkerConfiguration(NATSAccess(broker.url), dataFolder: folder.path)
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

  @Test("a refused worker leaves the folder as it was: one whose segments are elsewhere, and an empty one")
  func refusedFolder() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    try served(broker, folder)
    let elsewhere = try TemporaryFolder()
    func contents(_ folder: TemporaryFolder) throws -> [String: Data] {
      let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0 != "lock" }
      return Dictionary(
        uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: "\(folder.path)/\($0)") ?? Data()) }
      )
    }
    let segments = try contents(folder).keys.filter { $0.hasSuffix(".segment") }
    func move(from: TemporaryFolder, to: TemporaryFolder) throws {
      for name in segments {
        let last = name.split(separator: "/").last ?? ""
        let (home, away) = ("\(folder.path)/\(name)", "\(elsewhere.path)/\(last)")
        try FileManager.default.moveItem(atPath: from === folder ? home : away, toPath: from === folder ? away : home)
      }
    }
    try move(from: folder, to: elsewhere)
    let before = try contents(folder)
    #expect(before.keys.contains("journal/identity"))
    for _ in 1...2 {
      #expect(failure(RunningWorker(configuration(broker, folder)))?.exitCode == .anotherJournal)
      #expect(try contents(folder) == before)
    }
    try move(from: elsewhere, to: folder)
    try served(broker, folder)

    let empty = try TemporaryFolder()
    #expect(failure(RunningWorker(configuration(broker, empty)))?.exitCode == .anotherJournal)
    #expect(try contents(empty).keys.sorted() == ["journal"])
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
    // What was not written as a whole is no set of pools.
    for text in ["", "roost-pools default/gpu", "pools default/gpu\n"] {
      try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/pools"))
      let damaged = try #require(failure(RunningWorker(one)))
      #expect(damaged.exitCode == .usage && damaged.message.contains("/pools is damaged"), "\(damaged.message)")
    }
  }

  /// A worker of all pools and one of the pool that it also serves, in one order or the other.
  private func pair(
    _ broker: Broker, _ folders: [TemporaryFolder], someFirst: Bool
  ) -> (first: WorkerConfiguration, second: WorkerConfiguration, firstKey: String, secondKey: String) {
    var some = configuration(broker, folders[0])
    some.servedPools = [pool]
    let all = configuration(broker, folders[1])
    return someFirst
      ? (some, all, "journal.default.gpu", "journal") : (all, some, "journal", "journal.default.gpu")
  }

  private func bucket(_ client: ScriptedRunner) -> KeyValue {
    KeyValue(JetStream(client.connection), bucket: "ROOST_META")
  }

  private func owner(_ bucket: KeyValue, _ key: String) throws -> String? {
    guard let entry = try bucket.get(key), !entry.isDeleted else { return nil }
    return try #require(Identity(entry.value)).id
  }

  @Test(
    "of a worker of all pools and a worker of some the second is refused with 78, naming the first one's key and journal",
    arguments: [false, true])
  func otherForm(someFirst: Bool) throws {
    let broker = try Broker.start()
    let folders = [try TemporaryFolder(), try TemporaryFolder()]
    let pair = pair(broker, folders, someFirst: someFirst)
    let first = RunningWorker(pair.first)
    try #require(first.waitUntilReady())
    let client = try ScriptedRunner(broker.url, pool: pool)
    let id = try #require(try owner(bucket(client), pair.firstKey))
    for isRunning in [true, false] {
      let error = try #require(failure(RunningWorker(pair.second)))
      #expect(error.exitCode == .anotherJournal)
      #expect(error.message.contains("key \(pair.firstKey) of") && error.message.contains(id), "\(error.message)")
      #expect(try bucket(client).get(pair.secondKey) == nil)
      if isRunning { #expect(first.stop() == .stopped) }
    }
    let again = RunningWorker(pair.first)
    #expect(again.waitUntilReady())
    #expect(again.stop() == .stopped)
  }

  @Test(
    "an adopting worker takes the keys of the other form away: the one before ends with 78, and stays refused",
    arguments: [false, true])
  func adoptOtherForm(someFirst: Bool) throws {
    let broker = try Broker.start()
    let folders = [try TemporaryFolder(), try TemporaryFolder()]
    var pair = pair(broker, folders, someFirst: someFirst)
    let first = RunningWorker(pair.first)
    try #require(first.waitUntilReady())
    let client = try ScriptedRunner(broker.url, pool: pool)
    pair.second.adopt = true
    let second = RunningWorker(pair.second)
    try #require(second.waitUntilReady(), "\(second.waitForEnd(seconds: 0.1).debugDescription)")
    #expect(try bucket(client).get(pair.firstKey)?.isDeleted == true)
    let id = try #require(try owner(bucket(client), pair.secondKey))

    let replaced = try #require(failure(first))
    #expect(replaced.exitCode == .anotherJournal)
    #expect(replaced.message.contains(id), "\(replaced.message)")
    #expect(failure(RunningWorker(pair.first))?.exitCode == .anotherJournal)
    #expect(second.stop() == .stopped)
    pair.second.adopt = false
    let again = RunningWorker(pair.second)
    #expect(again.waitUntilReady())
    #expect(again.stop() == .stopped)
  }

  @Test("two that find everything free and both write see each other before they serve, and can take it back")
  func writtenTogether() throws {
    let broker = try Broker.start()
    let client = try ScriptedRunner(broker.url, pool: pool)
    try JetStream(client.connection).ensure(RoostStreams(signalsMaxBytes: 64 << 20))
    var all = IdentityKeys(bucket: bucket(client), id: JournalID(high: 1, low: 1), pools: [])
    var some = IdentityKeys(bucket: bucket(client), id: JournalID(high: 2, low: 2), pools: [pool])
    #expect(try all.conflicts(position: 0).isEmpty)
    #expect(try some.conflicts(position: 0).isEmpty)
    _ = try all.write(position: 0, newestGeneration: 0)
    _ = try some.write(position: 0, newestGeneration: 0)
    #expect(try all.conflictsOfOtherForm().map(\.key) == ["journal.default.gpu"])
    #expect(try some.conflictsOfOtherForm().map(\.key) == ["journal"])
    all.serve()
    #expect(try all.conflicts(position: 0).isEmpty, "a claim that comes later will be taken back")
    #expect(try some.conflicts(position: 0).map(\.key) == ["journal"])
    try some.withdraw()
    #expect(try all.conflictsOfOtherForm().isEmpty)
    try all.withdraw()
    #expect(try owner(bucket(client), "journal") == all.id.description, "what is served with is not taken back")
    // A key that was taken back is free for the next one.
    var next = IdentityKeys(
      bucket: bucket(client), id: JournalID(high: 3, low: 3), pools: [pool, PoolID(namespace: "default", name: "web")])
    #expect(try next.conflicts(position: 0).map(\.key) == ["journal"])
    _ = try next.write(position: 0, newestGeneration: 0)
    try next.deleteRivals()
    #expect(try next.conflicts(position: 0).isEmpty)
    #expect(throws: NATSError.self) { _ = try all.write(position: 0, newestGeneration: 0) }
    #expect(try all.conflicts(position: 0).map(\.key) == ["journal.default.gpu", "journal.default.web"])
  }

  @Test("of a worker of all pools and one of some that start at the same moment at most one serves")
  func startedTogether() throws {
    for _ in 1...5 {
      let broker = try Broker.start()
      let folders = [try TemporaryFolder(), try TemporaryFolder()]
      let pair = pair(broker, folders, someFirst: true)
      let workers = [RunningWorker(pair.first), RunningWorker(pair.second)]
      #expect(workers[0].waitUntilReady() != workers[1].waitUntilReady() || workers.allSatisfy { failure($0) != nil })
      for worker in workers where worker.worker.health.isReady { #expect(worker.stop() == .stopped) }
      // Whoever was refused before it served has left nothing in the way of the other.
      let client = try ScriptedRunner(broker.url, pool: pool)
      let owners = try [pair.firstKey, pair.secondKey].compactMap { try owner(bucket(client), $0) }
      #expect(owners.count <= 1)
    }
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
