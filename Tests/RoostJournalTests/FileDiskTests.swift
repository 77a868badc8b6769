import CRoostSystem
import Glibc
import RoostJournal
import RoostTestKit
import Testing

@testable import RoostJournal

@Suite struct FileDiskTests {
  /// `body` is told a folder that is not there yet; it is removed afterwards.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = try TemporaryFolder()
    try body(folder.path + "/data")
  }

  @Test("On a real disk the log goes over segments, is read again, and a file cut short is filled up")
  func realDisk() throws {
    try withFolder { folder in
      let disk = FileDisk(root: folder)
      let (journal, _) = try Fixture.open(disk)
      let written = (1...60).map { Line.made($0, partition: UInt32($0 % 3), size: 900) }
      for line in written { try Fixture.append([line], to: journal) }
      #expect(try !journal.removeOldestSegment(below: RecordIndex(1)))
      try journal.close()
      let (again, lines) = try Fixture.open(disk)
      #expect(lines == written)
      let name = folder + "/" + JournalName.segment(again.current.number)
      try again.close()
      #expect(truncate(name, off_t(again.current.offset - 64)) == 0)
      let (last, rest) = try Fixture.open(disk)
      #expect(rest == written)
      #expect(try disk.size(of: last.current.file) == UInt64(Fixture.segmentBytes))
      try last.close()
    }
  }

  @Test("A lock whose holder is just ending is waited for, half a second at most")
  func endingHolder() throws {
    try withFolder { folder in
      let (journal, _) = try Fixture.open(FileDisk(root: folder))
      try journal.close()
      func hold(_ seconds: String) throws -> TestProcess {
        let holder = try TestProcess("exec 9>>'\(folder)/lock'; flock 9; echo held; exec sleep \(seconds)")
        while !holder.output.contains("held") { usleep(1_000) }
        return holder
      }
      let ending = try hold("0.2")
      try Fixture.open(FileDisk(root: folder)).journal.close()
      #expect(try ending.exitCode() == 0)
      let staying = try hold("100")
      #expect(throws: JournalError.self) { try Fixture.open(FileDisk(root: folder)) }
      staying.signal(SIGKILL)
      _ = try staying.exitCode()
    }
  }

  @Test("A second opener of the folder is refused and told the holder's process id")
  func lock() throws {
    try withFolder { folder in
      let (journal, _) = try Fixture.open(FileDisk(root: folder))
      #expect(throws: JournalError.inUse(lock: folder + "/lock", pid: getpid())) {
        try Fixture.open(FileDisk(root: folder))
      }
      try journal.close()
      try Fixture.open(FileDisk(root: folder)).journal.close()
    }
  }

  @Test(
    "A pipe or a folder with the name of a file is refused by tools and starts, and nobody waits for it",
    .timeLimit(.minutes(1)), arguments: ["lock", "journal/identity", Fixture.firstSegment], [false, true])
  func notAFile(name: String, isPipe: Bool) throws {
    try withFolder { folder in
      try Fixture.open(FileDisk(root: folder)).journal.close()
      let path = "\(folder)/\(name)"
      #expect(unlink(path) == 0)
      #expect((isPipe ? mkfifo(path, 0o600) : mkdir(path, 0o700)) == 0)
      defer { rmdir(path) }
      #expect(throws: JournalError.notAFile(path: path)) {
        try JournalView(folder: folder).recover(from: JournalBeginning())
      }
      #expect(throws: JournalError.notAFile(path: path)) { try Fixture.open(FileDisk(root: folder)) }
    }
  }

  @Test("A pipe with the name of a snapshot is a damaged one", .timeLimit(.minutes(1)))
  func pipeForSnapshot() throws {
    try withFolder { folder in
      let (journal, _) = try Fixture.open(FileDisk(root: folder))
      try journal.close()
      let snapshot = Snapshot(through: RecordIndex(7))
      let path = "\(folder)/\(JournalName.snapshot(snapshot.through))"
      #expect(mkfifo(path, 0o600) == 0)
      defer { unlink(path) }
      let disk = FileDisk(root: folder, readOnly: true)
      #expect(
        try snapshot.read(disk, journal: journal.id, onRecord: { _, _ in })
          == .damaged(Damage(file: path, offset: 0, reason: "it is no regular file")))
    }
  }

  @Test("A folder that cannot be made is named with its reason")
  func unmakeable() throws {
    let error = #expect(throws: JournalError.self) { try Fixture.open(FileDisk(root: "/proc/no/such")) }
    #expect(error?.code == "ROOST-J014")
    #expect(error?.message.contains("/proc/no/such: No such file or directory") == true)
  }

  @Test("The processor's CRC32C and the portable one agree with the published check value and each other")
  func checksums() {
    let check = Array("123456789".utf8)
    #expect(roost_crc32c(0, check, check.count) == 0xE306_9283)
    #expect(roost_crc32c_portable(0, check, check.count) == 0xE306_9283)
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 3)) }
    for count in 0...bytes.count {
      let whole = roost_crc32c(0, bytes, count)
      #expect(whole == roost_crc32c_portable(0, bytes, count))
      let half = count / 2
      #expect(whole == roost_crc32c(roost_crc32c(0, bytes, half), Array(bytes[half...]), count - half))
    }
  }
}
