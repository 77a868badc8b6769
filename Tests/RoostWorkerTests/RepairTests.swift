import Foundation
import Glibc
import RoostCore
import RoostJournal
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Repairing a journal")
struct RepairTests {
  private let pools = ["gpu", "web", "cpu"].map { PoolID(namespace: "default", name: $0) }

  /// Three pools in three partitions, in several segments.
  private func played(isCompacted: Bool = false) throws -> Rig {
    let rig = try Rig { $0.segmentBytes = 32 << 10 }
    for pool in pools {
      rig.announce("r1", session: "s1", slots: 2, pool: pool)
    }
    for round in 1...6 {
      for pool in pools {
        rig.store("a\(round)", .create(Create(input: [UInt8](repeating: 9, count: 3_000))), pool: pool)
        try rig.settle()
      }
    }
    if isCompacted {
      let sealed = rig.journal.sealed
      let compaction = Compaction(
        disk: rig.disk, journal: rig.journal.id, defaults: rig.defaults, partitions: rig.settings.partitions)
      _ = try #require(try compaction.run(segments: sealed.segments, through: sealed.through))
    }
    for pool in pools { rig.store("a1", .wake(Wake()), pool: pool) }
    for pool in pools { rig.store("a2", .destroy, pool: pool) }
    try rig.settle()
    rig.crash()
    return rig
  }

  private static var small: JournalConfiguration {
    var configuration = JournalConfiguration()
    configuration.segmentBytes = 32 << 10
    return configuration
  }

  @Test(
    "whatever was damaged: it is refused and nothing changes, or the folder is sound, with all that was whole",
    arguments: [false, true])
  func anyDamage(isCompacted: Bool) throws {
    let rig = try played(isCompacted: isCompacted)
    let segments = rig.disk.fileNames.filter { $0.hasSuffix(".segment") || $0.hasSuffix(".snapshot") }
    #expect(segments.contains { $0.hasSuffix(".snapshot") } == isCompacted)
    #expect(segments.count > 1)
    var random = SeededRandom(seed: 11)
    var repaired = 0
    var refused = 0
    for _ in 1...60 {
      let disk = rig.disk.copy()
      for _ in 1...Int.random(in: 1...3, using: &random) {
        let name = segments.randomElement(using: &random) ?? ""
        let used = try #require(disk[name]).lastIndex { $0 != 0 } ?? 0
        let offset = Int.random(in: 0...used, using: &random)
        disk[name]?[offset] ^= 1 << UInt8.random(in: 0...7, using: &random)
      }
      let folder = try FilesOfDisk(disk)
      let before = try folder.contents()
      let plan: Repair
      do {
        plan = try DataFolder(folder.path).planRepair()
      } catch {
        refused += 1
        #expect(try folder.contents() == before, "\(error)")
        continue
      }
      #expect(try folder.contents() == before)
      let done = try DataFolder.repair(folder.path, configuration: Self.small)
      guard plan.isNeeded, plan.refusal == nil else {
        refused += 1
        #expect(done == nil)
        #expect(try folder.contents() == before)
        continue
      }
      repaired += 1
      let after = try DataFolder(folder.path).examine()
      #expect(after.isSound)
      for pool in pools where !plan.repairs(pool.partition(of: 64)) {
        #expect(
          after.state.machine.reading(pool) { $0.changes() }
            == plan.examination.state.machine.reading(pool) { $0.changes() })
      }
      // A start takes it, and a second repair finds nothing to do.
      let (journal, recovered) = try Recovered.open(
        FileDisk(root: folder.path), defaults: PoolSettings(), partitions: 64)
      #expect(recovered.damagedPartitions.isEmpty)
      try journal.close()
      #expect(try DataFolder.repair(folder.path, configuration: Self.small) == nil)
    }
    #expect(repaired > 20, "\(repaired) repaired")
    #expect(refused > 3, "\(refused) refused or sound")
  }

  @Test("the pool is as it was before the damage, its runners closed, its next generation above every one given out")
  func stateBeforeDamage() throws {
    let rig = try played()
    let pool = pools[0]
    let partition = pool.partition(of: 64)
    // The record that created a4.
    var victim: PlacedRecord?
    let whole = DataFolder(try JournalView(disk: rig.disk.copy()))
    _ = try whole.list { placed, decoded in
      guard case .read(let reading) = decoded, placed.record.partition == partition else { return }
      let created = reading.batch.sections.flatMap(\.changes).contains {
        if case .actorCreated(ActorID("a4"), _) = $0 { true } else { false }
      }
      if created { victim = placed }
    }
    let place = try #require(victim)
    let record = place.record.index.rawValue
    let past = try whole.state(of: pool, through: record - 1).machine
    let disk = rig.disk.copy()
    let name = try #require(disk.fileNames.filter { $0.hasSuffix(".segment") }.dropFirst(Int(place.segment) - 1).first)
    disk[name]?[Int(place.offset) + 60] ^= 1
    let folder = try FilesOfDisk(disk)
    // An earlier one has left its backup.
    try FileManager.default.copyItem(atPath: folder.path + "/journal", toPath: folder.path + "/damaged-1-journal")
    try FileManager.default.createDirectory(atPath: folder.path + "/damaged-1", withIntermediateDirectories: true)
    try FileManager.default.moveItem(
      atPath: folder.path + "/damaged-1-journal", toPath: folder.path + "/damaged-1/journal")
    let done = try #require(try DataFolder.repair(folder.path, configuration: Self.small))
    #expect(done.backup == "damaged-2")
    #expect(done.repair.unreadable == [record...record])
    #expect(done.repair.losses.map(\.partition) == [partition])
    #expect(done.repair.losses.first?.actors.contains("\(pool) a5") == true)
    #expect(done.repair.losses.first?.closing == ["\(pool) r1"])

    let after = try DataFolder(folder.path).examine().state.machine
    let ids = after.reading(pool) { $0.actorIDs.map(\.text) }
    #expect(ids == ["a1", "a2", "a3"])
    #expect(ids == past.reading(pool) { $0.actorIDs.map(\.text) })
    #expect(after.reading(pool) { $0.openRunners.isEmpty } == true)
    #expect(after.generationBase > (try whole.examine().state.machine.newestGeneration))
    // The others' runners are served on.
    #expect(after.reading(pools[1]) { $0.openRunners.count } == 1)
    // What was there stands in the backup.
    #expect(try DataFolder("\(folder.path)/\(done.backup)").examine().quarantined == [partition])
  }

  @Test("what a repair that was killed on the way has left is told from a backup, and the next one begins again")
  func unfinished() throws {
    let rig = try played()
    let disk = rig.disk.copy()
    let segment = try #require(disk.fileNames.first { $0.hasSuffix(".segment") })
    disk[segment]?[8192 + 100] ^= 1
    let folder = try FilesOfDisk(disk)
    func marks() throws -> [String] { try folder.contents().keys.filter { $0.hasSuffix("/repairing") }.sorted() }
    // Ended after it had made the folder, and after it had written the first records.
    try FileManager.default.createDirectory(
      atPath: folder.path + "/damaged-1/journal", withIntermediateDirectories: true)
    let id = try JournalView(disk: disk).id
    let source = FileDisk(root: folder.path, readOnly: true)
    for name in ["damaged-2", "damaged-3"] {
      _ = try JournalRewrite(
        FileDisk(root: folder.path + "/" + name), id: id, after: JournalBeginning(), of: source,
        configuration: Self.small)
    }
    #expect(try DataFolder.unfinishedRepairs(in: folder.path) == ["damaged-1", "damaged-2", "damaged-3"])
    let before = try folder.contents().filter { $0.key.hasPrefix("journal/") }
    let done = try #require(try DataFolder.repair(folder.path, configuration: Self.small))
    #expect(done.removed == ["damaged-1", "damaged-2", "damaged-3"])
    #expect(done.backup == "damaged-1")
    #expect(try DataFolder(folder.path).examine().isSound)
    #expect(try marks().isEmpty)
    #expect(try DataFolder.unfinishedRepairs(in: folder.path).isEmpty)
    let subfolders = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("damaged") }
    #expect(subfolders == ["damaged-1"])

    // Ended just after the two changed places: the mark lies in the journal that counts, and never reaches a backup.
    try Data().write(to: URL(filePath: folder.path + "/journal/repairing"))
    #expect(try DataFolder(folder.path).examine().isSound)
    let repaired = folder.path + "/" + segment
    let file = try #require(FileHandle(forUpdatingAtPath: repaired))
    try file.seek(toOffset: 8192 + 100)
    try file.write(contentsOf: [0xA5])
    try file.close()
    #expect(try DataFolder.repair(folder.path, configuration: Self.small)?.backup == "damaged-2")
    #expect(try marks().isEmpty)
    let backup = try folder.contents().filter { $0.key.hasPrefix("damaged-1/journal/") }
    #expect(backup.allSatisfy { before[String($0.key.dropFirst("damaged-1/".count))] == $0.value })

    // The same, and then a worker goes on from it: moved away by hand it is nobody's leftover.
    try Data().write(to: URL(filePath: folder.path + "/journal/repairing"))
    let (journal, _) = try Recovered.open(FileDisk(root: folder.path), defaults: PoolSettings(), partitions: 64)
    try journal.close()
    #expect(try marks().isEmpty)
  }

  @Test("a cut that leaves no pool: the next generation is above every one that may have been given out all the same")
  func cutToNothing() throws {
    let rig = try Rig()
    rig.announce("r1", session: "s1", slots: 1, pool: pools[0])
    rig.store("a1", .create(Create()), pool: pools[0])
    rig.store("a1", .wake(Wake()), pool: pools[0])
    try rig.settle()
    rig.crash()
    let disk = rig.disk.copy()
    let segment = try #require(disk.fileNames.first { $0.hasSuffix(".segment") })
    disk[segment] = Array(try #require(disk[segment]).prefix(8192))
    let folder = try FilesOfDisk(disk)
    let before = try DataFolder(folder.path).examine().state.machine
    #expect(before.poolIDs.isEmpty)
    _ = try #require(try DataFolder.repair(folder.path))
    let after = try DataFolder(folder.path).examine().state.machine
    #expect(after.generationBase > before.generationBase)
  }

  @Test("what root repairs belongs to the owner of the journal that it was")
  func owner() throws {
    let rig = try played()
    let disk = rig.disk.copy()
    let segment = try #require(disk.fileNames.first { $0.hasSuffix(".segment") })
    disk[segment]?[8192 + 100] ^= 1
    let folder = try FilesOfDisk(disk)
    let nobody: UInt32 = 65_534
    try #require(lchown(folder.path + "/journal", nobody, nobody) == 0, "files are given away: run as root")
    let done = try #require(try DataFolder.repair(folder.path, configuration: Self.small))
    let written = try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/journal")
    #expect(written.count > 1)
    for name in ["journal", done.backup] + written.map({ "journal/" + $0 }) {
      var found = stat()
      #expect(
        lstat("\(folder.path)/\(name)", &found) == 0 && found.st_uid == nobody && found.st_gid == nobody, "\(name)")
    }
  }

  @Test("files that this version does not know, and records that it cannot read, are not thrown away")
  func refusals() throws {
    let rig = try played()
    let disk = rig.disk.copy()
    let segment = try #require(disk.fileNames.first { $0.hasSuffix(".segment") })
    disk[segment]?[8192 + 100] ^= 1
    let folder = try FilesOfDisk(disk)
    try Data([1]).write(to: URL(filePath: folder.path + "/journal/0000000000000001.later"))
    #expect(try DataFolder(folder.path).planRepair().refusal?.contains("0000000000000001.later") == true)
    #expect(try DataFolder.repair(folder.path) == nil)

    let unread = SimulatedDisk()
    let journal = try Journal.open(disk: unread) { _, _ in }
    let group = RecordGroup()
    try group.add(partition: 3, epoch: 0, payload: [0xFF, 0xFF])
    try journal.append(group)
    let second = try FilesOfDisk(unread.copy())
    #expect(try DataFolder(second.path).planRepair().refusal?.contains("cannot read") == true)
    #expect(try DataFolder.repair(second.path) == nil)
  }
}
