import RoostCore
import RoostJournal
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("A start on a damaged journal")
struct DamagedStartTests {
  /// Three actors of one pool, a record each, all of them flushed for sure.
  private func played(partitions: UInt32 = 64) throws -> Rig {
    let rig = try Rig {
      $0.segmentBytes = 64 << 10
      $0.settings.partitions = partitions
    }
    for actor in 1...3 {
      rig.store("actor-number-\(actor)", .create(Create()))
      try rig.settle()
    }
    rig.crash()
    // The mark of a start vouches for the last record: it is no torn tail.
    try rig.start()
    rig.crash()
    return rig
  }

  /// Flips a bit of the record that made the actor.
  private func damage(_ disk: SimulatedDisk, _ actor: String) throws {
    let name = try #require(disk.fileNames.first { $0.hasSuffix(".segment") })
    var bytes = try #require(disk[name])
    let text = Array(actor.utf8)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: text) })
    bytes[place] ^= 1
    disk[name] = bytes
  }

  private func open(_ rig: Rig, damaged actor: String? = nil) throws -> Recovered {
    let disk = rig.disk.copy()
    if let actor { try damage(disk, actor) }
    let (journal, recovered) = try Recovered.open(
      disk, defaults: rig.defaults, partitions: rig.settings.partitions)
    try journal.close()
    return recovered
  }

  @Test("how far it was is known from whole records behind the damage, also of a partition that is not served")
  func position() throws {
    let rig = try played()
    let whole = try open(rig)
    #expect(whole.endIsKnown && whole.damagedPartitions.isEmpty)
    for actor in ["actor-number-1", "actor-number-2"] {
      let found = try open(rig, damaged: actor)
      #expect(found.damagedPartitions == [rig.pool.partition(of: 64)])
      #expect(found.endIsKnown, "\(actor)")
      #expect(found.position == whole.position, "\(actor)")
      #expect(found.machine.reading(rig.pool) { $0.actorIDs } == nil, "nothing of the partition is in the state")
    }
  }

  @Test("where the damage ends the log it is not known how far it was")
  func damagedEnd() throws {
    let rig = try played()
    let found = try open(rig, damaged: "actor-number-3")
    #expect(found.damagedPartitions == [rig.pool.partition(of: 64)])
    #expect(!found.endIsKnown)
    #expect(found.position.sequence > 0)
    #expect(try found.position.sequence < open(rig).position.sequence)
  }

  @Test("where every partition is quarantined the start is refused with 74, naming the damage and what to do")
  func nothingToServe() throws {
    let rig = try played(partitions: 1)
    let error = try #require(throws: WorkerError.self) { try open(rig, damaged: "actor-number-2") }
    #expect(error.exitCode == .journalFailed)
    #expect(error.code == "ROOST-J008")
    #expect(error.message.contains(".segment at offset") && error.message.contains("roost journal repair"))
    // With a partition more the others are served.
    #expect(try open(played(partitions: 64), damaged: "actor-number-2").damagedPartitions.count == 1)
  }
}
