import Foundation
import RoostCore
import RoostJournal
import RoostTestKit
import Testing

@testable import RoostWorker

@Suite("A data folder that is read beside its worker")
struct LiveFolderTests {
  /// A sound journal of several records, as a worker has it.
  private func written() throws -> Rig {
    let rig = try Rig()
    for actor in 1...5 {
      rig.store("a\(actor)", .create(Create(input: [UInt8](repeating: 7, count: 500))))
      try rig.settle()
    }
    return rig
  }

  /// A copy that some process has, with one bit flipped at `offset` of its first segment.
  private func taken(_ rig: Rig, flippedAt offset: Int? = nil) throws -> DataFolder {
    let disk = rig.disk.copy()
    if let offset { disk["journal/0000000000000001.segment"]?[offset] ^= 0x10 }
    _ = try disk.lock("lock")
    return DataFolder(try JournalView(disk: disk, besideOwner: true))
  }

  /// What the readings of these folders, one after the other, come to.
  private func examine(_ folders: [DataFolder]) throws(JournalError) -> (found: Examination, readings: Int) {
    var readings = 0
    let found = try DataFolder.examined { () throws(JournalError) in
      defer { readings += 1 }
      return folders[min(readings, folders.count - 1)]
    }.found
    return (found, readings)
  }

  private let pool = PoolID(namespace: "default", name: "gpu")

  /// The same of the state of the pool.
  private func state(_ folders: [DataFolder]) throws(JournalError) -> (past: Past, readings: Int) {
    var readings = 0
    let past = try DataFolder.state(of: pool, through: nil) { () throws(JournalError) in
      defer { readings += 1 }
      return folders[min(readings, folders.count - 1)]
    }
    return (past, readings)
  }

  @Test("the past of a pool is told beside its worker: without what is half written, and with what is damaged twice")
  func past() throws {
    let rig = try written()
    let bad = try taken(rig, flippedAt: 8_400)
    try #require(try bad.state(of: pool, through: nil).damage != nil)
    let passing = try state([bad, taken(rig)])
    #expect(passing.past.damage == nil && passing.readings == 2)
    #expect(passing.past.machine.reading(pool) { $0.actorCount } == 5)
    let sound = try state([taken(rig)])
    #expect(sound.past.damage == nil && sound.readings == 1)
    let damaged = try state([bad])
    #expect(damaged.past.damage != nil && damaged.readings == 2)
  }

  @Test("one sound reading is enough")
  func sound() throws {
    let rig = try written()
    let (found, readings) = try examine([DataFolder(try JournalView(disk: rig.disk, besideOwner: true))])
    #expect(found.isSound && readings == 1)
    #expect(throws: JournalError.self) { try JournalView(disk: rig.disk) }
  }

  @Test("what is wrong once and not again was a write under way")
  func passing() throws {
    let rig = try written()
    let bad = try taken(rig, flippedAt: 8_400)
    try #require(try !bad.examine().isSound)
    let (found, readings) = try examine([bad, taken(rig)])
    #expect(found.isSound && readings == 2)
  }

  @Test("what is wrong twice at the same place is damage")
  func damaged() throws {
    let rig = try written()
    let (found, readings) = try examine([taken(rig, flippedAt: 8_400)])
    #expect(!found.isSound)
    #expect(readings == 2)
  }

  @Test("where no two readings agree the folder is said to be in use, and a folder that nobody has is read once")
  func restless() throws {
    let rig = try written()
    let restless = try (0..<WorkerLimits.readingsBesideWorker).map { try taken(rig, flippedAt: 8_400 + 600 * ($0 % 2)) }
    #expect(throws: JournalError.inUse(lock: "simulated/lock", pid: getpid())) { _ = try examine(restless) }
    let disk = rig.disk.copy()
    disk["journal/0000000000000001.segment"]?[8_400] ^= 0x10
    let (found, readings) = try examine([DataFolder(try JournalView(disk: disk))])
    #expect(!found.isSound)
    #expect(readings == 1)
  }
}
