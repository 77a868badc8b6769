import RoostJournal
import RoostTestKit
import Testing

@Suite struct TailTests {
  @Test("Cut at any byte of the last record, the file recovers to the state before it")
  func truncation() throws {
    let (disk, written) = try Fixture.written(20)
    let file = try #require(disk[Fixture.firstSegment])
    let end = try #require(file.lastIndex { $0 != 0 }) + 1
    let start = end - Fixture.recordBytes(written[19])
    for cut in start..<end {
      let damaged = disk.copy()
      damaged[Fixture.firstSegment] = Array(file[..<cut])
      let (journal, lines) = try Fixture.open(damaged)
      #expect(lines == Array(written[..<19]), "cut at \(cut)")
      #expect(journal.recovery.quarantined.isEmpty)
      #expect(journal.nextIndex == RecordIndex(20))
      #expect(damaged[Fixture.firstSegment]?.count == Fixture.segmentBytes)
      // And it goes on from there.
      let other = Line.made(20, partition: 2, size: 77)
      try Fixture.append([other], to: journal)
      damaged.crash(.power(seed: UInt64(cut)))
      #expect(try Fixture.open(damaged).lines == Array(written[..<19]) + [other])
    }
  }

  @Test("A last record that was marked as flushed is not a torn tail")
  func marked() throws {
    let (disk, written) = try Fixture.written(20)
    let end = try #require(disk[Fixture.firstSegment]?.lastIndex { $0 != 0 }) + 1
    try Fixture.open(disk).journal.close()
    disk[Fixture.firstSegment]?[end - 20] ^= 0x40
    let (journal, lines) = try Fixture.open(disk)
    #expect(lines == Array(written[..<19]))
    #expect(journal.recovery.isQuarantined(2))
    #expect(journal.nextIndex == RecordIndex(21))
  }

  @Test("A group torn by a power loss, later sectors first, is cut as a whole and nothing is quarantined")
  func tornGroup() throws {
    let disk = SimulatedDisk()
    let (journal, _) = try Fixture.open(disk)
    let first = Line.made(1, partition: 0)
    try Fixture.append([first], to: journal)
    let offset = try #require(disk[Fixture.firstSegment]?.lastIndex { $0 != 0 }) + 1
    try Fixture.append((2...9).map { Line.made($0, partition: UInt32($0), size: 500) }, to: journal)
    disk.crash(.nothing)
    let sector = (offset / 512 + 2) * 512
    disk[Fixture.firstSegment]?.replaceSubrange(sector..<sector + 512, with: [UInt8](repeating: 0, count: 512))
    let (again, lines) = try Fixture.open(disk)
    #expect(again.recovery.quarantined.isEmpty)
    #expect(again.recovery.cutBytes > 3000)
    #expect(lines.count < 4 && lines.first == first)
    #expect(again.lastIndex.rawValue == UInt64(lines.count))
  }
}
