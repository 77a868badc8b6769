import Foundation
import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import Synchronization
import Testing

@testable import RoostWorker

@Suite("A broker whose streams change under a running worker", .timeLimit(.minutes(3)))
struct KeeperTests {
  private let pool = PoolID(namespace: "default", name: "gpu")

  private func configuration(_ broker: Broker, _ folder: TemporaryFolder) -> WorkerConfiguration {
    var configuration = WorkerConfiguration(NATSAccess(broker.url), dataFolder: folder.path)
    configuration.streamMaxBytes = 64 << 20
    return configuration
  }

  private func hasCreated(_ actor: String, _ client: ScriptedRunner) -> Bool {
    client.events.all.contains { $0.actor.text == actor && $0.kind == .created }
  }

  /// Publishes until the stream is there to take it.
  private func create(_ actor: String, _ client: ScriptedRunner) -> Bool {
    eventually(seconds: 30) {
      do {
        try client.publish(actor, .create(Create()))
        return true
      } catch { return false }
    }
  }

  @Test("a signal stream that is deleted under a running worker is made anew and read from its first message")
  func streamDeleted() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let worker = RunningWorker(configuration(broker, folder))
    try #require(worker.waitUntilReady())
    let client = try ScriptedRunner(broker.url, pool: pool)
    for actor in 1...5 { try client.publish("a\(actor)", .create(Create())) }
    #expect(eventually { hasCreated("a5", client) })
    try JetStream(client.connection).delete("ROOST_SIGNALS")
    #expect(create("b1", client))
    #expect(eventually(seconds: 30) { hasCreated("b1", client) })
    #expect(worker.worker.metrics[.streamLosses] == 1)
    #expect(worker.stop() == .stopped)
  }

  @Test("a bucket that is deleted under a running worker is made anew, with the identity in it")
  func bucketDeleted() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let worker = RunningWorker(configuration(broker, folder))
    try #require(worker.waitUntilReady())
    let client = try ScriptedRunner(broker.url, pool: pool)
    let jetStream = JetStream(client.connection)
    try jetStream.delete("KV_ROOST_META")
    // Nothing is asked of the bucket while it is made: nats-server 2.9.10 crashes on that (jsMsgGetRequest).
    #expect(eventually(seconds: 40) { !worker.worker.health.isReady })
    #expect(worker.waitUntilReady())
    #expect(try KeyValue(jetStream, bucket: "ROOST_META").get("journal") != nil)
    #expect(create("b1", client))
    #expect(eventually(seconds: 30) { hasCreated("b1", client) })
    #expect(worker.stop() == .stopped)
  }

  @Test("an identity that nobody can read is somebody else's: refused with 78, and adopted when asked")
  func unreadableIdentity() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let first = RunningWorker(configuration(broker, folder))
    try #require(first.waitUntilReady())
    #expect(first.stop() == .stopped)
    let client = try ScriptedRunner(broker.url, pool: pool)
    let bucket = KeyValue(JetStream(client.connection), bucket: "ROOST_META")
    let entry = try #require(try bucket.get("journal"))
    _ = try bucket.update("journal", Array("not an identity".utf8), expectedRevision: entry.revision)

    guard case .failed(let error)? = RunningWorker(configuration(broker, folder)).waitForEnd() else {
      Issue.record("not refused")
      return
    }
    #expect(error.exitCode == .anotherJournal)
    var adopting = configuration(broker, folder)
    adopting.adopt = true
    let worker = RunningWorker(adopting)
    #expect(worker.waitUntilReady())
    #expect(worker.stop() == .stopped)
  }

  @Test("adoption goes on above every generation that an identity may name, the largest number included")
  func generationBase() {
    #expect(WorkerLimits.generationBase(above: 0) == 1_000_000)
    #expect(WorkerLimits.generationBase(above: 7) == 1_000_007)
    #expect(WorkerLimits.generationBase(above: 1 << 31) == 1 << 31 + 1_000_000)
    #expect(WorkerLimits.generationBase(above: .max) == 1 << 31 + 1_000_000)
  }

  @Test("a journal whose only partition is damaged is not taken for an older copy: the worker serves the others")
  func damagedJournalIsNoCopy() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let first = RunningWorker(configuration(broker, folder))
    try #require(first.waitUntilReady())
    let client = try ScriptedRunner(broker.url, pool: pool)
    for actor in 1...20 {
      try client.publish("actor-number-\(actor)", .create(Create()))
      #expect(eventually { hasCreated("actor-number-\(actor)", client) })
    }
    #expect(first.stop() == .stopped)
    let segments = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/journal").sorted()
    let path = folder.path + "/journal/" + (try #require(segments.first))
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let place = try #require(bytes.range(of: Data("actor-number-2".utf8)))
    bytes[place.lowerBound] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))

    let worker = RunningWorker(configuration(broker, folder))
    try #require(worker.waitUntilReady(), "\(worker.waitForEnd(seconds: 0.1).debugDescription)")
    let other = try ScriptedRunner(broker.url, pool: PoolID(namespace: "default", name: "sound"))
    try other.publish("b1", .create(Create()))
    #expect(eventually(seconds: 30) { hasCreated("b1", other) })
    #expect(worker.stop() == .stopped)
  }

  @Test("a worker of some pools that has nothing to do leaves the broker in peace")
  func somePoolsAreQuiet() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    let connection = try NATSConnection.connect(NATSSettings(url: broker.url, name: "counter"))
    let counted = Counter()
    let subscription = try connection.subscribe("$JS.API.STREAM.INFO.ROOST_SIGNALS") { [counted] _ in counted.add() }
    try connection.flush(timeoutMs: 5_000)
    var some = configuration(broker, folder)
    some.servedPools = [pool]
    let worker = RunningWorker(some)
    try #require(worker.waitUntilReady())
    let client = try ScriptedRunner(broker.url, pool: pool)
    for actor in 1...20 {
      try client.publish("a\(actor)", .create(Create()))
      #expect(eventually { hasCreated("a\(actor)", client) })
    }
    // Set-up and the look before serving are seen; more than a few would be a circle.
    #expect((1...10).contains(counted.count), "\(counted.count) questions")
    #expect(worker.stop() == .stopped)
    _ = subscription
    connection.close()
  }

  @Test("at 70 % full the stream is trimmed at once, not with the next refresh")
  func trimmedAtOnce() throws {
    let broker = try Broker.start()
    let folder = try TemporaryFolder()
    var configuration = configuration(broker, folder)
    configuration.streamMaxBytes = 1 << 20
    let worker = RunningWorker(configuration)
    try #require(worker.waitUntilReady())
    let client = try ScriptedRunner(broker.url, pool: pool)
    let input = [UInt8](repeating: 7, count: 32 << 10)
    for actor in 1...25 { try client.publish("a\(actor)", .create(Create(input: input))) }
    // Less than the pause between two refreshes.
    #expect(eventually(seconds: 5) { worker.worker.metrics[.streamTrims] > 0 })
    #expect(worker.stop() == .stopped)
  }

  @Test("the end of a stream that lost its last messages is known; that of a new stream is not")
  func endOfTheStream() {
    let position = SignalPosition(sequence: 100, storedAt: Instant(ms: 5_000), subject: "s")
    let older = SignalPosition(sequence: 90, storedAt: Instant(ms: 4_900), subject: "s")
    let newer = SignalPosition(sequence: 3, storedAt: Instant(ms: 6_000), subject: "s")
    #expect(StreamCheck.known(older, at: position) == older)
    #expect(StreamCheck.known(newer, at: position) == nil)
    guard case .afterSequence(90) = StreamCheck.start(after: position, last: older) else {
      Issue.record("reading goes on behind the last message")
      return
    }
  }
}

private final class Counter: Sendable {
  private let value = Mutex<Int>(0)
  func add() { value.withLock { $0 += 1 } }
  var count: Int { value.withLock { $0 } }
}
