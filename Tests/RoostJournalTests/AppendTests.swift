import RoostJournal
import RoostTestKit
import Testing

@Suite struct AppendTests {
  @Test("What was appended is read again in order after a restart, and appends go on")
  func restart() throws {
    let disk = SimulatedDisk()
    var written: [Line] = []
    for round in 0..<3 {
      let (journal, lines) = try Fixture.open(disk, seed: UInt64(round))
      #expect(lines == written)
      #expect(journal.recovery.lastIndex.rawValue == UInt64(written.count))
      #expect(journal.recovery.quarantined.isEmpty)
      for size in [0, 1, 3, 4, 5, 8, 500] {
        let first = UInt64(written.count) + 1
        let group = (0..<3).map {
          Line.made(first + UInt64($0), partition: UInt32($0), size: size, epoch: UInt64(round))
        }
        try Fixture.append(group, to: journal)
        written += group
      }
      if round == 1 { try journal.close() }
      disk.crash(.nothing)
    }
    let (journal, lines) = try Fixture.open(disk)
    #expect(lines == written)
    #expect(journal.nextIndex.rawValue == UInt64(written.count) + 1)
  }

  @Test("A group gets consecutive indexes from the one known beforehand, with one flush")
  func group() throws {
    let disk = SimulatedDisk()
    let (journal, _) = try Fixture.open(disk)
    let before = disk.flushes
    let group = RecordGroup()
    for partition: UInt32 in 0..<5 { try group.add(partition: partition, epoch: 7, payload: [1, 2, 3]) }
    #expect(journal.nextIndex == RecordIndex(1))
    #expect(try journal.append(group) == RecordIndex(1)..<RecordIndex(6))
    #expect(disk.flushes == before + 1)
    #expect(try journal.append(RecordGroup()).isEmpty)
    #expect(disk.flushes == before + 1)
  }

  @Test("The log goes on over many segments, prepared ahead or not")
  func roll() throws {
    for isPrepared in [true, false] {
      let disk = SimulatedDisk()
      let (journal, _) = try Fixture.open(disk)
      var written: [Line] = []
      for index: UInt64 in 1...300 {
        let line = Line.made(index, partition: UInt32(index % 3), size: 900)
        try Fixture.append([line], to: journal)
        written.append(line)
        while isPrepared, journal.needsPreparation { try journal.prepareNextSegment(stepBytes: 8192) }
      }
      #expect((journal.unpreparedRolls == 0) == isPrepared)
      #expect(disk.fileNames.count { $0.hasSuffix(".segment") } > 10)
      disk.crash(.nothing)
      let (again, lines) = try Fixture.open(disk)
      #expect(lines == written)
      #expect(again.recovery.quarantined.isEmpty && again.recovery.harmless.isEmpty)
    }
  }

  @Test("A payload or a group over its limit is refused and changes nothing")
  func limits() throws {
    let (journal, _) = try Fixture.open(SimulatedDisk())
    let group = RecordGroup()
    let large = [UInt8](repeating: 7, count: JournalLimits.payloadBytes + 1)
    #expect(throws: JournalError.recordTooLarge(bytes: large.count)) {
      try group.add(partition: 0, epoch: 1, payload: large)
    }
    #expect(group.isEmpty)
    try group.add(partition: 0, epoch: 1, payload: [UInt8](repeating: 7, count: Fixture.segmentBytes))
    #expect(throws: JournalError.self) { try journal.append(group) }
    #expect(journal.nextIndex == RecordIndex(1))
    try Fixture.append([.made(1, partition: 0)], to: journal)
  }

  @Test("The identity is made once and stays; without it the segments are refused")
  func identity() throws {
    let disk = SimulatedDisk()
    let id = try Fixture.open(disk, seed: 5).journal.id
    disk.crash(.nothing)
    #expect(try Fixture.open(disk, seed: 6).journal.id == id)
    #expect(JournalID(id.description) == id)
    disk.crash(.nothing)
    disk["journal/identity"]?[30] ^= 1
    #expect(throws: JournalError.identityDamaged(path: "simulated/journal/identity")) { try Fixture.open(disk) }
    disk["journal/identity"] = nil
    disk.crash(.nothing)
    #expect(throws: JournalError.identityDamaged(path: "simulated/journal/identity")) { try Fixture.open(disk) }
  }

  @Test("Trimmed segments are gone, and the log opens only for one who vouches for what was in them")
  func trim() throws {
    let (disk, written) = try Fixture.written(120, size: 900)
    let (journal, _) = try Fixture.open(disk)
    #expect(try journal.removeOldestSegment(below: RecordIndex(60)))
    let first = journal.firstIndex
    #expect(first > RecordIndex(1) && first <= RecordIndex(60))
    disk.crash(.power(seed: 1))
    #expect(throws: JournalError.beginningMissing(first: first, needed: RecordIndex(1))) { try Fixture.open(disk) }
    let (again, lines) = try Fixture.open(disk, startingAfter: 60)
    #expect(lines == Array(written[60...]))
    #expect(again.recovery.quarantined.isEmpty)
  }
}
