import Foundation
import RoostCore
import RoostJournal
import RoostNATS
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("A copy of a data folder", .timeLimit(.minutes(3)))
struct CopiedFolderTests {
  private let pool = PoolID(namespace: "default", name: "gpu")

  private func configuration(_ broker: Broker, _ folder: String) -> WorkerConfiguration {
    var configuration = WorkerConfiguration(NATSAccess(broker.url), dataFolder: folder)
    configuration.streamMaxBytes = 64 << 20
    return configuration
  }

  /// The bucket of a broker that no worker has used, and a client that keeps it open.
  private func bucket(_ broker: Broker) throws -> (ScriptedRunner, KeyValue) {
    let client = try ScriptedRunner(broker.url, pool: pool)
    let jetStream = JetStream(client.connection)
    try jetStream.ensure(RoostStreams(signalsMaxBytes: 64 << 20))
    return (client, KeyValue(jetStream, bucket: "ROOST_META"))
  }

  private func keys(_ bucket: KeyValue) -> IdentityKeys {
    IdentityKeys(bucket: bucket, id: JournalID(high: 1, low: 1), pools: [])
  }

  @Test("of two workers on a folder and its copy the one whose key the other took over ends with 78, the other goes on")
  func servedTwice() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let first = RunningWorker(configuration(broker, folder.path))
    try #require(first.waitUntilReady())
    #expect(first.stop() == .stopped)
    let copies = try TemporaryFolder()
    let copy = copies.path + "/copy"
    try FileManager.default.copyItem(atPath: folder.path, toPath: copy)

    let owner = RunningWorker(configuration(broker, folder.path))
    try #require(owner.waitUntilReady())
    let other = RunningWorker(configuration(broker, copy))
    try #require(other.waitUntilReady())
    guard case .failed(let error)? = owner.waitForEnd(seconds: 60) else {
      Issue.record("both serve")
      return
    }
    #expect(error.exitCode == .anotherJournal)
    #expect(error.code == "ROOST-W020")
    #expect(error.message.contains("another process serves a copy of \(folder.path)"), "\(error.message)")
    let client = try ScriptedRunner(broker.url, pool: pool)
    try client.publish("a1", .create(Create()))
    #expect(client.events.wait { $0.contains { $0.actor.text == "a1" && $0.kind == .created } })
    #expect(other.stop() == .stopped)
  }

  @Test("an older copy is refused with 78 although a partition of it is damaged: whole records tell how far it was")
  func damagedOlderCopy() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let client = try ScriptedRunner(broker.url, pool: pool)
    func serve(_ actors: ClosedRange<Int>) throws {
      let worker = RunningWorker(configuration(broker, folder.path))
      try #require(worker.waitUntilReady(), "\(worker.worker.health.reason)")
      for actor in actors {
        try client.publish("actor-number-\(actor)", .create(Create()))
        #expect(client.events.wait { $0.contains { $0.actor.text == "actor-number-\(actor)" && $0.kind == .created } })
      }
      #expect(worker.stop() == .stopped)
    }
    try serve(1...3)
    let copies = try TemporaryFolder()
    let copy = copies.path + "/copy"
    try FileManager.default.copyItem(atPath: folder.path, toPath: copy)
    try serve(4...6)
    let names = try FileManager.default.contentsOfDirectory(atPath: copy + "/journal").sorted()
    let segment = URL(fileURLWithPath: copy + "/journal/" + (try #require(names.first { $0.hasSuffix(".segment") })))
    var bytes = try Data(contentsOf: segment)
    bytes[try #require(bytes.range(of: Data("actor-number-2".utf8))).lowerBound] ^= 1
    try bytes.write(to: segment)

    guard case .failed(let error)? = RunningWorker(configuration(broker, copy)).waitForEnd() else {
      Issue.record("the copy is served")
      return
    }
    #expect(error.exitCode == .anotherJournal)
    #expect(error.message.contains("older copy"), "\(error.message)")
  }

  /// One that has written, and one behind it that has looked.
  private func twoLives(_ bucket: KeyValue) throws -> (IdentityKeys, IdentityKeys) {
    var before = keys(bucket)
    #expect(try before.conflicts(position: 0).isEmpty)
    _ = try before.write(position: 7, newestGeneration: 0)
    var now = keys(bucket)
    #expect(try now.conflicts(position: 7).isEmpty)
    return (before, now)
  }

  @Test("another life of the journal that writes after this one's claim serves a copy; one that wrote before does not")
  func lives() throws {
    let broker = try Broker.start()
    let (client, bucket) = try bucket(broker)
    defer { withExtendedLifetime(client) {} }
    var (before, now) = try twoLives(bucket)
    _ = try now.write(position: 7, newestGeneration: 0)
    #expect(try now.conflicts(position: 7).isEmpty)
    #expect(throws: NATSError.self) { _ = try before.write(position: 7, newestGeneration: 0) }
    #expect(try before.conflicts(position: 7).map(\.kind) == [.copyServes])
    #expect(try before.conflicts(position: 7).map(\.kind) == [.copyServes], "looking changes nothing")
  }

  @Test("a write of our own whose answer was lost is ours, and so is a claim before anything was known to be stored")
  func lostAnswer() throws {
    let broker = try Broker.start()
    let (client, bucket) = try bucket(broker)
    defer { withExtendedLifetime(client) {} }
    var (_, now) = try twoLives(bucket)
    // The same life, and what it learns from the answer is forgotten with it.
    for _ in 1...2 {
      var unheard = now
      _ = try unheard.write(position: 8, newestGeneration: 0)
      #expect(throws: NATSError.self) { _ = try now.write(position: 8, newestGeneration: 0) }
      #expect(try now.conflicts(position: 8).isEmpty)
    }
    _ = try now.write(position: 8, newestGeneration: 0)
  }

  @Test("a broker that forgot our write and shows that of a life before is no copy; values without a life are read")
  func forgottenWrite() throws {
    let broker = try Broker.start()
    let (client, bucket) = try bucket(broker)
    defer { withExtendedLifetime(client) {} }
    let value = #"{"id":"\#(keys(bucket).id)","position":7,"generation":3}"#
    _ = try bucket.create("journal", Array(value.utf8))
    var now = keys(bucket)
    #expect(try now.conflicts(position: 7).isEmpty)
    _ = try now.write(position: 7, newestGeneration: 3)
    _ = try now.write(position: 7, newestGeneration: 3)
    try JetStream(client.connection).delete("KV_ROOST_META")
    try JetStream(client.connection).ensure(RoostStreams(signalsMaxBytes: 64 << 20))
    _ = try bucket.create("journal", Array(value.utf8))
    #expect(try now.conflicts(position: 7).isEmpty)
    _ = try now.write(position: 7, newestGeneration: 3)
    #expect(try now.conflicts(position: 6).map(\.kind) == [.newerState])
  }
}
