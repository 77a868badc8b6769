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
      let missing = "the file ends here, \(Fixture.segmentBytes - cut) bytes before its segment does"
      let place = "simulated/\(Fixture.firstSegment) at offset \(cut): "
      #expect(journal.recovery.cutShort?.description == place + missing)
      // And it goes on from there.
      let other = Line.made(20, partition: 2, size: 77)
      try Fixture.append([other], to: journal)
      damaged.crash(.power(seed: UInt64(cut)))
      #expect(try Fixture.open(damaged).lines == Array(written[..<19]) + [other])
    }
  }

  @Test("A last segment that is gone is missed once; without a whole note of it nobody can")
  func lastSegmentGone() throws {
    let (disk, written) = try Fixture.written(60, size: 900)
    let segments = disk.fileNames.filter { $0.hasSuffix(".segment") }.sorted()
    try #require(segments.count >= 3)
    let damaged = disk.copy()
    damaged[segments[segments.count - 1]] = nil
    let found = try JournalView(disk: damaged).recover(from: JournalBeginning()).summary
    #expect(
      found.cutShort?.description
        == "simulated/\(segments[segments.count - 1]) at offset 0: the last segment is missing")
    for note in [nil, [UInt8](), Array("roost-newest 00000000000000ff crc=00000000\n".utf8)] {
      let unknown = damaged.copy()
      unknown["journal/newest"] = note
      #expect(try JournalView(disk: unknown).recover(from: JournalBeginning()).summary.cutShort == nil)
      #expect(try Fixture.open(unknown).journal.recovery.cutShort == nil)
      let noted = String(decoding: try #require(unknown["journal/newest"]), as: UTF8.self)
      #expect(noted.hasPrefix("roost-newest 000000000000000\(segments.count - 1) crc="), "\(noted)")
    }

    let (journal, lines) = try Fixture.open(damaged)
    #expect(journal.recovery == found)
    #expect(lines == Array(written.prefix(lines.count)) && lines.count < 60)
    // What is written from here on is the log, under the same numbers.
    let next = Line.made(UInt64(lines.count + 1), partition: 2, size: 77)
    try Fixture.append([next], to: journal)
    damaged.crash(.nothing)
    let (again, all) = try Fixture.open(damaged)
    #expect(again.recovery.cutShort == nil)
    #expect(all == lines + [next])
  }

  @Test("A file that was cut short is said wherever it was cut, also where what is left looks whole")
  func cutAnywhere() throws {
    let (disk, written) = try Fixture.written(60, size: 900)
    let segments = disk.fileNames.filter { $0.hasSuffix(".segment") }
    let last = try #require(segments.last)
    let file = try #require(disk[last])
    for cut in [4096, 8192, 8192 + 64, 8192 + Fixture.recordBytes(written[59]), file.count - 1] {
      let damaged = disk.copy()
      damaged[last] = Array(file[..<cut])
      let found = try JournalView(disk: damaged).recover(from: JournalBeginning())
      #expect(found.summary.cutShort?.offset == UInt64(cut))
      #expect(!found.isSound, "cut at \(cut)")
      #expect(try Fixture.open(damaged).journal.recovery == found.summary)
      damaged.crash(.nothing)
      #expect(try Fixture.open(damaged).journal.recovery.cutShort == nil, "the start fills it up")
    }

    // Of a sealed one the next segment tells whether records are gone.
    let whole = try #require(disk[segments[0]])
    let end = try #require(whole.lastIndex { $0 != 0 }) + 1
    for (cut, takesRecords) in [(end + 8, false), (end - Fixture.recordBytes(written[0]) + 20, true)] {
      let damaged = disk.copy()
      damaged[segments[0]] = Array(whole[..<cut])
      let summary = try JournalView(disk: damaged).recover(from: JournalBeginning()).summary
      let damage = try #require(takesRecords ? summary.quarantined.first?.damage : summary.harmless.first)
      #expect(damage.file == "simulated/" + segments[0] && damage.reason == "the file was cut short")
      #expect(summary.cutShort == nil && summary.quarantined.isEmpty == !takesRecords)
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
