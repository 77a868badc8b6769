import RoostTestKit
import Testing

@testable import RoostJournal

@Suite("Format version 1 on the disk, byte by byte")
struct FormatTests {
  private static let snapshot = "journal/0000000000000004.snapshot"
  /// The golden files and where they lie in a data folder.
  private static let files = [
    ("identity", "journal/identity"), ("first-segment", Fixture.firstSegment),
    ("second-segment", Fixture.secondSegment), ("snapshot", snapshot),
  ]

  /// Payloads of 0, 1, 4, 5 and more bytes: every padding that there is; the large one, of zeros that the text leaves
  /// out, begins the second segment.
  private static let lines: [Line] =
    [0, 1, 4, 5, 8, 200].enumerated().map { .made(UInt64($0) + 1, partition: UInt32($0) % 3, size: $1) } + [
      Line(
        index: 7, partition: 70_000, epoch: 0x0102_0304_0506_0708, payload: [7] + Array(repeating: 0, count: 24_300)),
      .made(8, partition: 0, size: 3),
    ]

  /// With fixed random numbers and time: groups of one and of more, marks, the roll, a snapshot.
  private static func written() throws -> SimulatedDisk {
    let disk = SimulatedDisk()
    var configuration = Fixture.configuration(seed: 0xF0)
    configuration.nowMs = { 1_700_000_000_123 }
    let journal = try Journal.open(disk: disk, configuration: configuration, onRecord: { _, _ in })
    try Fixture.append([lines[0]], to: journal)
    try Fixture.append(Array(lines[1...4]), to: journal)
    try journal.markFlushed()
    try Fixture.append([lines[5]], to: journal)
    try Fixture.append([lines[6]], to: journal)
    try Fixture.append([lines[7]], to: journal)
    try journal.close()
    let writer = try SnapshotWriter(
      disk: disk, journal: journal.id, through: RecordIndex(4), salt: 0x1122_3344_5566_7788)
    for line in lines[0..<4] {
      try writer.add(index: RecordIndex(line.index), partition: line.partition, payload: line.payload)
    }
    try writer.finish()
    return disk
  }

  private static func golden() throws -> SimulatedDisk {
    let disk = SimulatedDisk()
    try disk.createDirectory("")
    try disk.createDirectory("journal")
    for (text, name) in files { disk[name] = try GoldenFile.read("format-1/\(text)") }
    return disk
  }

  @Test("the writer makes the same bytes as ever")
  func writes() throws {
    let disk = try Self.written()
    for (text, name) in Self.files { try GoldenFile.expect(try #require(disk[name]), is: "format-1/\(text)") }
  }

  @Test("files that were written once are read, log and snapshot, and gone on with")
  func reads() throws {
    let disk = try Self.golden()
    let (journal, lines) = try Fixture.open(disk)
    #expect(lines == Self.lines)
    #expect(journal.recovery == RecoverySummary(lastIndex: RecordIndex(8), recordsRead: 8))
    #expect(journal.segments.map(\.createdMs) == [1_700_000_000_123, 1_700_000_000_123])
    let reading = Reading()
    let found = try Snapshot(through: RecordIndex(4)).read(disk, journal: journal.id) { reading.take($0, $1) }
    #expect(reading.lines.map(\.payload) == Self.lines[0..<4].map(\.payload))
    let last = [0: RecordIndex(4), 1: RecordIndex(2), 2: RecordIndex(3)] as [UInt32: RecordIndex]
    #expect(found == .whole(lastRecords: last, bytes: UInt64(try #require(disk[Self.snapshot]).count)))
    try Fixture.append([.made(9, partition: 1)], to: journal)
    try journal.close()
    #expect(try Fixture.open(disk).lines == Self.lines + [.made(9, partition: 1)])
  }

  @Test("each byte that the golden files fix is needed: changed, it is noticed or is in the second copy of a header")
  func everyByteCounts() throws {
    let good = try Self.golden()
    let bytes = try #require(good[Fixture.firstSegment])
    for offset in bytes.indices where bytes[offset] != 0 && !(4096..<8192).contains(offset) {
      let disk = good.copy()
      disk[Fixture.firstSegment]?[offset] ^= 1
      // The copy of the header stands in for the first.
      guard offset >= SegmentHeader.dataOffset else {
        #expect(try Fixture.open(disk).lines == Self.lines, "byte \(offset)")
        continue
      }
      #expect(try Fixture.open(disk).journal.recovery != RecoverySummary(lastIndex: RecordIndex(8), recordsRead: 8))
    }
  }

  @Test("a newer writer whose files older readers may read is read")
  func newerButReadable() throws {
    let disk = try Self.golden()
    var bytes = try #require(disk[Self.snapshot])
    Self.setVersions(&bytes, version: 2, leastReader: 1)
    disk[Self.snapshot] = bytes
    let (journal, _) = try Fixture.open(disk)
    let found = try Snapshot(through: RecordIndex(4)).read(disk, journal: journal.id) { _, _ in }
    guard case .whole = found else {
      Issue.record("\(found)")
      return
    }
  }

  @Test("a file whose least reader is newer is refused, and the message says what is needed")
  func newer() throws {
    for name in [Fixture.firstSegment, Fixture.secondSegment, Self.snapshot] {
      let disk = try Self.golden()
      var bytes = try #require(disk[name])
      Self.setVersions(&bytes, version: 2, leastReader: 2)
      disk[name] = bytes
      let error = #expect(throws: JournalError.self) {
        let (journal, _) = try Fixture.open(disk)
        _ = try Snapshot(through: RecordIndex(4)).read(disk, journal: journal.id) { _, _ in }
      }
      #expect(error == .tooNew(path: "simulated/\(name)", leastReader: 2))
      #expect(error?.code == "ROOST-J010")
      #expect(
        error?.message
          == "simulated/\(name) needs a program that reads journal format 2; this one reads 1: upgrade it")
      #expect(disk[name] == bytes, "refusing changes nothing")
    }
  }

  /// Sets both versions in a header and makes its CRC good again.
  private static func setVersions(_ bytes: inout [UInt8], version: UInt32, leastReader: UInt32) {
    bytes.withUnsafeMutableBytes { block in
      block.put(version, at: 8)
      block.put(leastReader, at: 12)
      block.put(crc32c(UnsafeRawBufferPointer(block).part(0, 76)), at: 76)
    }
  }
}
