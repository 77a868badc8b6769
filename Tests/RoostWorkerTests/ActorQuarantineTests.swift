import Foundation
import RoostCore
import RoostJournal
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("An actor with an entry that this version cannot read")
struct ActorQuarantineTests {
  private let a1 = ActorID("a1")
  private let sleeping = Change.actor(ActorID("a1"), ActorRecord(state: .sleeping, generation: 9))
  private var facts: Change {
    .actorCreated(a1, ActorFacts(name: "", key: nil, crashPolicy: .sleep, input: [], createdAt: Instant(ms: 1)))
  }

  /// Two actors run on a runner, one of them with a key; then the worker ends.
  private func stopped() throws -> Rig {
    let rig = try Rig { $0.segmentBytes = 64 << 10 }
    rig.announce(slots: 2)
    rig.store("a1", .create(Create(key: "k1")))
    rig.store("a2", .create(Create(crashPolicy: .restart)))
    rig.report(
      RunnerEvent(index: 1, actor: a1, generation: 1, kind: .running),
      RunnerEvent(index: 2, actor: ActorID("a2"), generation: 1, kind: .running))
    try rig.settle()
    rig.crash()
    return rig
  }

  private func recovered(_ rig: Rig) throws -> Recovered {
    try Recovered.open(rig.disk.copy(), defaults: rig.defaults, partitions: rig.settings.partitions).1
  }

  @Test("its signals are refused and kept, nothing is decided about it, and the others go on")
  func refused() throws {
    let rig = try stopped()
    try rig.append(sleeping, NewerEntry.record)
    try rig.start()
    let written = rig.journal.lastIndex.rawValue
    rig.store("a1", .wake(Wake()), replyTo: "_INBOX.wake")
    rig.store("a1", .create(Create()), replyTo: "_INBOX.create")
    rig.store("a3", .create(Create(key: "k1")), replyTo: "_INBOX.key")
    rig.store("a3", .create(Create(key: "k3")), replyTo: "_INBOX.other")
    rig.announce(session: "s2", slots: 2)
    try rig.settle()
    rig.ask(.get(a1))
    try rig.settle()

    for refused in ["_INBOX.wake", "_INBOX.create", "_INBOX.key"] {
      #expect(try rig.answers(to: refused).map(\.reason) == ["quarantined"])
      #expect(try rig.answers(to: refused).map(\.outcome) == [.rejected])
    }
    #expect(try rig.answers(to: "_INBOX.other").map(\.outcome) == [.accepted])
    #expect(rig.link.letters.map(\.reason) == ["quarantined", "quarantined", "quarantined"])
    let asked = try #require(rig.link.replies.first { $0.subject == "_INBOX.q" })
    guard case .failed(let error) = try rig.codec.decodeReply(.get, asked.payload) else {
      Issue.record("get shows a state that nobody knows")
      return
    }
    #expect(error.code == "quarantined")
    #expect(rig.loop.machine.reading(rig.pool) { $0.actorIDs.map(\.text) } == ["a2", "a3"])
    let events = rig.events.filter { $0.record > written }
    #expect(!events.contains { $0.actor == a1 })
    // The runner's session, in which a copy may have run, was closed before anything was started in it.
    #expect(events.first { $0.actor.text == "a2" }?.kind == .lost)
    #expect(!rig.starts.contains { $0.actor == a1 })
    #expect(rig.starts.filter { $0.generation == 2 }.map(\.actor.text) == ["a2"])
    #expect(rig.loop.machine.reading(rig.pool) { $0.invariantFaults() } == [])
  }

  @Test("a restart refuses it again, and closes no session that began later; what its old session says is dropped")
  func restarted() throws {
    let rig = try stopped()
    try rig.append(sleeping, NewerEntry.record)
    try rig.start()
    rig.announce(session: "s2", slots: 2)
    rig.report(RunnerEvent(index: 3, actor: a1, generation: 1, kind: .stopped(error: nil)))
    try rig.settle()
    rig.report(RunnerEvent(index: 1, actor: ActorID("a2"), generation: 2, kind: .running), session: "s2")
    try rig.settle()
    rig.crash()
    try rig.start()
    let written = rig.journal.lastIndex.rawValue
    rig.store("a1", .wake(Wake()), replyTo: "_INBOX.wake")
    try rig.settle()
    #expect(try rig.answers(to: "_INBOX.wake").map(\.reason) == ["quarantined"])
    #expect(rig.loop.machine.reading(rig.pool) { $0.openRunners.map(\.session.text) } == ["s2"])
    #expect(!rig.events.contains { $0.record > written })
    #expect(!rig.starts.contains { $0.actor == a1 })
    let ticket = rig.loop.machine.reading(rig.pool) { $0.record.nextTicket } ?? 0
    #expect(ticket >= Limits.ticketGap, "its ticket may be a high one")
  }

  @Test("a later entry of the same part that can be read makes it whole again, and no other does")
  func wholeAgain() throws {
    let rig = try stopped()
    try rig.append(sleeping, NewerEntry.record)
    try rig.append(facts)
    try rig.append(.actorRemoved(a1))
    #expect(try recovered(rig).quarantine.members == [rig.pool: [a1]])
    try rig.append(facts)
    try rig.append(sleeping)
    let whole = try recovered(rig)
    #expect(whole.quarantine.isEmpty && whole.undecodable.isEmpty)
    #expect(whole.machine.reading(rig.pool) { $0.actorView(a1)?.record.generation } == 9)
    try rig.append(facts, NewerEntry.facts)
    try rig.append(sleeping)
    #expect(try recovered(rig).quarantine.members == [rig.pool: [a1]])
  }

  @Test("while its key is not known, no other key of the pool is given out")
  func unknownKey() throws {
    let rig = try stopped()
    try rig.append(facts, NewerEntry.facts)
    try rig.start()
    rig.store("a3", .create(Create(key: "k3")), replyTo: "_INBOX.key")
    rig.store("a4", .create(Create()), replyTo: "_INBOX.none")
    rig.store(
      "a5", .create(Create(key: "k1")), replyTo: "_INBOX.elsewhere", pool: PoolID(namespace: "default", name: "web"))
    try rig.settle()
    #expect(try rig.answers(to: "_INBOX.key").map(\.reason) == ["quarantined"])
    #expect(try rig.answers(to: "_INBOX.none").map(\.outcome) == [.accepted])
    #expect(try rig.answers(to: "_INBOX.elsewhere").map(\.outcome) == [.accepted])
  }

  @Test("what is not known to be one actor's stays the partition's")
  func partition() throws {
    let rig = try stopped()
    let closed = RunnerRecord(phase: .closed(at: Instant(ms: 1), until: Instant(ms: 2)))
    try rig.append(.runner(RunnerID("r1"), closed), NewerEntry.runner)
    let found = try recovered(rig)
    #expect(found.damagedPartitions == [rig.pool.partition(of: rig.settings.partitions)])
    #expect(found.quarantine.isEmpty && found.undecodable.map(\.runner) == [RunnerID("r1")])
  }

  @Test("nothing is compacted, and nothing repaired: both would throw away what another version can read")
  func keptAsItIs() throws {
    let rig = try stopped()
    try rig.append(sleeping, NewerEntry.record)
    try rig.start()
    for number in 0..<400 {
      rig.store("b\(number)", .create(Create(input: [UInt8](repeating: 1, count: 200))))
      if number % 50 == 49 { try rig.settle() }
    }
    let sealed = rig.journal.sealed
    let compaction = Compaction(
      disk: rig.disk, journal: rig.journal.id, defaults: rig.defaults, partitions: rig.settings.partitions)
    #expect {
      try compaction.run(segments: sealed.segments, through: sealed.through)
    } throws: {
      "\($0)".contains("actor a1")
    }
    rig.crash()
    let folder = try FilesOfDisk(rig.disk)
    let found = try DataFolder(folder.path).examine()
    #expect(!found.isSound && found.quarantined.isEmpty && found.unread.isEmpty)
    #expect(found.quarantinedActors.members == [rig.pool: [a1]])
    #expect(found.undecodable.map(\.actor) == [a1])
    #expect(try DataFolder(folder.path).planRepair().refusal?.contains("cannot read") == true)
    #expect(try DataFolder.repair(folder.path) == nil)
    #expect(try DataFolder(folder.path).state(of: rig.pool, through: nil).quarantine.contains(a1, in: rig.pool))
  }
}

extension Rig {
  /// Writes a record as a worker does that has run between two of ours; its bytes may be what we cannot read.
  fileprivate func append(_ change: Change, _ written: ([UInt8]) -> [UInt8] = { $0 }) throws {
    var configuration = JournalConfiguration()
    configuration.segmentBytes = segmentBytes
    let (journal, recovered) = try Recovered.open(
      disk, configuration: configuration, defaults: defaults, partitions: settings.partitions)
    let batch = JournalBatch(
      settled: recovered.read.settled, sections: [PoolSection(pool: pool, changes: [change])])
    let group = RecordGroup()
    let payload = written(codec.encode(batch, record: journal.nextIndex.rawValue))
    try group.add(partition: pool.partition(of: settings.partitions), epoch: 0, payload: payload)
    try journal.append(group)
    try journal.close()
  }
}
