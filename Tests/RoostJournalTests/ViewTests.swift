import Foundation
import Glibc
import RoostJournal
import RoostTestKit
import Testing

@Suite("A journal that is looked at")
struct ViewTests {
  /// What is compared: a view of the disk, and a start on a copy of it.
  private func compare(_ disk: SimulatedDisk, _ what: String) throws {
    let opened = disk.copy()
    let (journal, lines) = try Fixture.open(opened)
    let operations = disk.operations
    let files = Dictionary(uniqueKeysWithValues: disk.fileNames.map { ($0, disk[$0]) })
    let view = try JournalView(disk: disk)
    let reading = Reading()
    let findings = try view.recover(from: JournalBeginning()) { reading.take($0, $1) }
    #expect(findings.summary == journal.recovery, "\(what)")
    #expect(reading.lines == lines, "\(what)")
    _ = try view.survey()
    #expect(disk.operations == operations, "\(what): it changed or flushed something")
    #expect(Dictionary(uniqueKeysWithValues: disk.fileNames.map { ($0, disk[$0]) }) == files, "\(what)")
  }

  @Test("finds what a start finds, after a crash at any operation, and leaves every byte where it is")
  func asAStart() throws {
    for crashAt in stride(from: 20, to: 400, by: 7) {
      let disk = SimulatedDisk()
      let (journal, _) = try Fixture.open(disk)
      disk.crashAtOperation = disk.operations + crashAt
      do {
        for index in 1...200 as ClosedRange<UInt64> {
          try Fixture.append([.made(index, partition: UInt32(index % 3), size: 900)], to: journal)
        }
      } catch {}  // the crash
      disk.crash(.power(seed: UInt64(crashAt)))
      try compare(disk, "crash at \(crashAt)")
    }
  }

  @Test("finds the damage that a start finds, wherever a byte was flipped")
  func damage() throws {
    let (disk, _) = try Fixture.written(100, size: 900)
    for offset in stride(from: 8192, to: 8192 + 24_000, by: 37) {
      let damaged = disk.copy()
      damaged[Fixture.firstSegment]?[offset] ^= 0x10
      try compare(damaged, "byte \(offset)")
    }
  }

  @Test("a survey counts what each segment holds, and names what cannot be read there")
  func survey() throws {
    let (disk, lines) = try Fixture.written(60, size: 900)
    var read: [UInt64] = []
    let whole = try JournalView(disk: disk).survey { placed, _ in read.append(placed.record.index.rawValue) }
    #expect(read == lines.map(\.index))
    #expect(whole.map(\.number) == [1, 2, 3])
    #expect(whole.map(\.headers) == [.whole, .whole, .whole])
    #expect(whole.map(\.version) == [1, 1, 1])
    #expect(whole.reduce(0) { $0 + $1.records } == 60)
    #expect(whole.allSatisfy { $0.damage.isEmpty })
    let perSegment = whole[1].records
    #expect(whole[1].firstIndex.rawValue == UInt64(whole[0].records) + 1)
    #expect(whole[1].usedBytes == UInt64(perSegment * Fixture.recordBytes(lines[0])))

    disk[Fixture.secondSegment]?[20] ^= 1
    disk[Fixture.secondSegment]?[8192 + 100] ^= 1
    disk[Fixture.secondSegment]?[8192 + 2 * Fixture.recordBytes(lines[0])] ^= 1
    let damaged = try JournalView(disk: disk).survey()
    #expect(damaged[1].headers == .oneDamaged)
    #expect(damaged[1].records == perSegment - 2)
    #expect(damaged[1].damage.count == 2)
    #expect(damaged[1].damage.first?.offset == 8192)

    disk[Fixture.secondSegment]?[4096 + 20] ^= 1
    #expect(try JournalView(disk: disk).survey()[1].headers == .damaged)
  }

  @Test("a folder that a worker has is refused, naming the process; others may look at the same time")
  func locked() throws {
    let folder = "/tmp/roost-view-\(UUID().uuidString)"
    defer { remove(folder) }
    let journal = try Fixture.open(FileDisk(root: folder)).journal
    #expect(throws: JournalError.inUse(lock: folder + "/lock", pid: getpid())) { try JournalView(folder: folder) }
    try journal.close()
    let first = try JournalView(folder: folder)
    let second = try JournalView(folder: folder)
    #expect(first.id == second.id)
    let refused = #expect(throws: JournalError.self) { try Fixture.open(FileDisk(root: folder)) }
    #expect(refused?.code == "ROOST-J001")
    withExtendedLifetime((first, second)) {}
  }

  @Test("a copy without a lock file is read, what is no data folder is refused")
  func withoutLock() throws {
    let folder = "/tmp/roost-view-\(UUID().uuidString)"
    defer { remove(folder) }
    #expect(throws: JournalError.noJournal(path: folder)) { try JournalView(folder: folder) }
    try Fixture.open(FileDisk(root: folder)).journal.close()
    #expect(unlink(folder + "/lock") == 0)
    #expect(try JournalView(folder: folder).recover(from: JournalBeginning()).isSound)
    #expect(access(folder + "/lock", F_OK) != 0, "it made a lock file")
  }

  @Test("a disk for reading alone changes nothing, whatever it is asked for")
  func readOnlyDisk() throws {
    let folder = "/tmp/roost-view-\(UUID().uuidString)"
    defer { remove(folder) }
    try Fixture.open(FileDisk(root: folder)).journal.close()
    let disk = FileDisk(root: folder, readOnly: true)
    let readOnly = { (operation: String, name: String) in
      DiskError(operation: operation, path: folder + "/" + name, errno: EROFS)
    }
    #expect(throws: readOnly("mkdir", "new")) { try disk.createDirectory("new") }
    #expect(throws: readOnly("open", "new")) { try disk.create("new") }
    #expect(throws: readOnly("rename", "lock")) { try disk.rename("lock", to: "new") }
    #expect(throws: readOnly("unlink", "lock")) { try disk.remove("lock") }
    let file = try disk.open(Fixture.firstSegment)
    defer { disk.close(file) }
    #expect(throws: DiskError.self) { try disk.truncate(file, to: 0) }
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 1)
    defer { block.deallocate() }
    let byte = UnsafeRawBufferPointer(block)
    #expect(throws: DiskError.self) { try disk.write(file, byte, at: 0) }
  }

  private func remove(_ folder: String) {
    guard FileManager.default.fileExists(atPath: folder) else { return }
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      Issue.record("\(folder) stays: \(error)")
    }
  }
}
