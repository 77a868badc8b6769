import RoostJournal
import RoostTestKit
import Testing

@Suite struct DamageTests {
  @Test("A flipped byte of a record in the middle: its partition is not served, file and offset named, others whole")
  func flipped() throws {
    let (disk, written) = try Fixture.written(30)
    let size = Fixture.recordBytes(written[14])
    // The mark of the first opening stands before the first record.
    let victim = try #require(written.firstIndex { $0.index == 15 })
    let start = written[..<victim].reduce(8192 + 64) { $0 + Fixture.recordBytes($1) }
    for offset in start..<start + size {
      let damaged = disk.copy()
      damaged[Fixture.firstSegment]?[offset] ^= UInt8(1 << (offset % 8))
      let (journal, lines) = try Fixture.open(damaged)
      let quarantined = journal.recovery.quarantined
      #expect(quarantined.map(\.scope) == [.partition(written[victim].partition)], "byte \(offset - start)")
      #expect(quarantined.first?.damage.file == "simulated/" + Fixture.firstSegment)
      #expect(quarantined.first?.damage.offset == UInt64(start))
      #expect(lines.filter { $0.partition != 0 } == written.filter { $0.partition != 0 })
      #expect(lines.filter { $0.partition == 0 } == written.filter { $0.partition == 0 && $0.index < 15 })
      #expect(throws: JournalError.partitionQuarantined(0)) {
        try Fixture.append([.made(31, partition: 0)], to: journal)
      }
      try Fixture.append([.made(31, partition: 1)], to: journal)
    }
  }

  @Test("When nobody can tell whose a lost record was, only partitions proven whole are served")
  func unknownOwner() throws {
    let disk = SimulatedDisk()
    let (journal, _) = try Fixture.open(disk)
    let partitions: [UInt32] = [1, 2, 3, 4, 1, 2]
    for (number, partition) in partitions.enumerated() {
      try Fixture.append([.made(UInt64(number) + 1, partition: partition)], to: journal)
    }
    disk.crash(.nothing)
    let start = 8192 + 64 + 3 * Fixture.recordBytes(.made(1, partition: 1))
    disk[Fixture.firstSegment]?[start] ^= 1
    let (again, lines) = try Fixture.open(disk)
    #expect(again.recovery.quarantined.map(\.scope) == [.allExcept([1, 2])])
    #expect(lines.map(\.index) == [1, 2, 3, 5, 6])
    #expect([1, 2].allSatisfy { !again.recovery.isQuarantined($0) })
    #expect([3, 4, 99].allSatisfy { again.recovery.isQuarantined($0) })
    // The verdict is the same after going on and restarting.
    try Fixture.append([.made(7, partition: 1)], to: again)
    disk.crash(.nothing)
    #expect(try Fixture.open(disk).journal.recovery.quarantined.map(\.scope) == [.allExcept([1, 2])])
  }

  @Test("A segment whose two headers are both bad is a gap, one bad header is not")
  func headers() throws {
    let (disk, written) = try Fixture.written(100, size: 900)
    disk[Fixture.secondSegment]?[20] ^= 1
    #expect(try Fixture.open(disk).lines == written)
    disk.crash(.nothing)
    disk[Fixture.secondSegment]?[4096 + 20] ^= 1
    let (journal, lines) = try Fixture.open(disk)
    #expect(journal.recovery.quarantined.count >= 3)
    #expect(!lines.isEmpty && lines == Array(written.prefix(lines.count)))
    #expect(journal.nextIndex == RecordIndex(101))
  }

  @Test("A missing segment in the middle is named; a missing last header refuses to open")
  func missing() throws {
    let (disk, _) = try Fixture.written(100, size: 900)
    let gone = disk.copy()
    gone[Fixture.secondSegment] = nil
    #expect(try !Fixture.open(gone).journal.recovery.quarantined.isEmpty)
    let last = try #require(disk.fileNames.last { $0.hasSuffix(".segment") })
    disk[last] = Array(repeating: 9, count: 100)
    #expect(throws: JournalError.unreadable(path: "simulated/" + last, offset: 0, reason: lastHeader)) {
      try Fixture.open(disk)
    }
  }

  private let lastHeader = "the header of the last segment is damaged"

  @Test("Bytes of a real record inside a payload are never taken for a record")
  func embedded() throws {
    let disk = SimulatedDisk()
    let (journal, _) = try Fixture.open(disk)
    try Fixture.append([.made(1, partition: 1, size: 100)], to: journal)
    let record = Array(try #require(disk[Fixture.firstSegment])[8256..<8256 + 160])
    try Fixture.append([Line(index: 2, partition: 2, payload: record + record + record)], to: journal)
    try Fixture.append([.made(3, partition: 3)], to: journal)
    disk.crash(.nothing)
    disk[Fixture.firstSegment]?[8256 + 160 + 9] ^= 1
    let (again, lines) = try Fixture.open(disk)
    #expect(lines.map(\.index) == [1, 3])
    #expect(!again.recovery.quarantined.isEmpty)
  }
}
