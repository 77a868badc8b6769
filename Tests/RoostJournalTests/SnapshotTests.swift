import RoostTestKit
import Testing

@testable import RoostJournal

@Suite("A snapshot stands for the log only when all of it is there")
struct SnapshotTests {
  private static let name = "journal/000000000000002a.snapshot"
  private let id = JournalID(high: 1, low: 2)

  private struct Record: Equatable {
    var index: UInt64
    var partition: UInt32
    var payload: [UInt8]
  }

  private static let records = [
    Record(index: 40, partition: 3, payload: [1, 2, 3]), Record(index: 42, partition: 1, payload: []),
    Record(index: 17, partition: 3, payload: Array(repeating: 9, count: 700)),
  ]

  private func write(_ records: [Record], to disk: SimulatedDisk) throws(JournalError) {
    do throws(DiskError) { try disk.createDirectory("journal") } catch { throw JournalError(error) }
    let writer = try SnapshotWriter(disk: disk, journal: id, through: RecordIndex(42), salt: 7)
    for record in records {
      try writer.add(index: RecordIndex(record.index), partition: record.partition, payload: record.payload)
    }
    try writer.finish()
  }

  private func read(
    _ disk: SimulatedDisk, journal: JournalID? = nil
  ) throws(JournalError) -> (Snapshot.Reading, records: [Record]) {
    var records: [Record] = []
    let reading = try Snapshot(through: RecordIndex(42)).read(disk, journal: journal ?? id) { record, payload in
      let bytes = payload.withUnsafeBytes { Array($0) }
      records.append(Record(index: record.index.rawValue, partition: record.partition, payload: bytes))
    }
    return (reading, records)
  }

  private func isDamaged(_ disk: SimulatedDisk) throws(JournalError) -> Bool {
    if case .damaged = try read(disk).0 { true } else { false }
  }

  @Test("what was written is read back, with the last record of each partition")
  func whole() throws {
    let disk = SimulatedDisk()
    try write(Self.records, to: disk)
    let (reading, records) = try read(disk)
    #expect(records == Self.records)
    let size = UInt64(try #require(disk[Self.name]).count)
    #expect(reading == .whole(lastRecords: [3: RecordIndex(40), 1: RecordIndex(42)], bytes: size))
    #expect(try Snapshot.list(disk) == [Snapshot(through: RecordIndex(42))])
    disk.crash(.power(seed: 3))
    #expect(try read(disk).records == Self.records, "it was durable when finish returned")
  }

  @Test("many records, each larger than what is written at a time, and none")
  func sizes() throws {
    let large = (1...9).map {
      Record(index: UInt64($0), partition: 0, payload: Array(repeating: UInt8($0), count: 3 << 20))
    }
    let disk = SimulatedDisk()
    try write(large, to: disk)
    #expect(try read(disk).records == large)
    let empty = SimulatedDisk()
    try write([], to: empty)
    #expect(try read(empty).0 == .whole(lastRecords: [:], bytes: 4_096))
  }

  @Test("any byte that is changed is damage; the zeros after the header mean nothing")
  func flipped() throws {
    let disk = SimulatedDisk()
    try write(Self.records, to: disk)
    let good = try #require(disk[Self.name])
    for offset in good.indices where offset < SnapshotHeader.encodedBytes || offset >= SnapshotHeader.dataOffset {
      disk[Self.name]?[offset] ^= 0x10
      #expect(try isDamaged(disk), "byte \(offset)")
      disk[Self.name] = good
    }
    disk[Self.name]?[2_000] = 1
    #expect(try read(disk).records == Self.records)
  }

  @Test("a file cut short or made longer anywhere is damage")
  func cut() throws {
    let disk = SimulatedDisk()
    try write(Self.records, to: disk)
    let good = try #require(disk[Self.name])
    for count in stride(from: 0, to: good.count, by: 13) {
      disk[Self.name] = Array(good[..<count])
      #expect(try isDamaged(disk), "\(count) bytes")
    }
    disk[Self.name] = good + [0]
    #expect(try isDamaged(disk))
  }

  @Test("one of another journal, under another name or of a newer program is not taken for ours")
  func foreign() throws {
    let disk = SimulatedDisk()
    try write(Self.records, to: disk)
    if case .whole = try read(disk, journal: JournalID(high: 9, low: 9)).0 { Issue.record("of another journal") }
    var newer = try #require(disk[Self.name])
    newer[12] = 2
    newer.withUnsafeMutableBytes { bytes in bytes.put(crc32c(UnsafeRawBufferPointer(bytes).part(0, 76)), at: 76) }
    disk[Self.name] = newer
    #expect(throws: JournalError.tooNew(path: "simulated/\(Self.name)", leastReader: 2)) { try read(disk) }
    try write(Self.records, to: disk)
    disk["journal/0000000000000099.snapshot"] = disk[Self.name]
    let renamed = try Snapshot(through: RecordIndex(0x99)).read(disk, journal: id) { _, _ in }
    if case .whole = renamed { Issue.record("under another name") }
  }

  @Test("whenever the power goes while one is written there is none or the whole one, and the draft is cleared away")
  func crashes() throws {
    var operations = 0
    while true {
      operations += 1
      let disk = SimulatedDisk()
      try disk.createDirectory("journal")
      try disk.fsyncDirectory("journal")
      disk.crashAtOperation = disk.operations + operations
      do throws(JournalError) {
        try write(Self.records, to: disk)
        break
      } catch {}
      for seed in UInt64(1)...4 {
        let left = disk.copy()
        left.crash(.power(seed: seed))
        let found = try Snapshot.list(left)
        if !found.isEmpty { #expect(try read(left).records == Self.records, "operation \(operations)") }
        try SnapshotWriter.removeDraft(left)
        #expect(left.fileNames.allSatisfy { !$0.hasSuffix(".new") })
      }
    }
    #expect(operations > 6)
  }

  @Test("without room it is given up, and the room is free again")
  func full() throws {
    let disk = SimulatedDisk()
    try disk.createDirectory("journal")
    disk.roomBytes = 4_000
    let writer = try SnapshotWriter(disk: disk, journal: id, through: RecordIndex(42), salt: 7)
    for record in Self.records {
      try writer.add(index: RecordIndex(record.index), partition: record.partition, payload: record.payload)
    }
    #expect(throws: JournalError.self) { try writer.finish() }
    try writer.abandon()
    #expect(disk.fileNames.isEmpty)
  }
}

@Suite("A log that is read from a snapshot on")
struct BeginningTests {
  @Test("segments before it are not read, and damage in them does not matter; their places are known for removal")
  func skipped() throws {
    let (disk, written) = try Fixture.written(200, size: 900)
    let first = try #require(disk[Fixture.firstSegment])
    disk[Fixture.firstSegment] =
      Array(first[..<SegmentHeader.dataOffset]) + Array(repeating: 0xFF, count: first.count - SegmentHeader.dataOffset)
    let (journal, lines) = try Fixture.open(disk, startingAfter: 150)
    #expect(lines == Array(written[150...]))
    #expect(journal.recovery.quarantined.isEmpty)
    #expect(journal.firstIndex == RecordIndex(1))
    #expect(try journal.removeOldestSegment(below: RecordIndex(151)))
    #expect(disk[Fixture.firstSegment] == nil)
  }

  @Test("a log that ends before its snapshot does is refused: its next records would never be read")
  func endsTooEarly() throws {
    let (disk, written) = try Fixture.written(20)
    #expect(try Fixture.open(disk.copy(), startingAfter: 20).lines == [])
    #expect(try Fixture.open(disk.copy(), startingAfter: 19).lines == [written[19]])
    let before = disk[Fixture.firstSegment]
    let error = #expect(throws: JournalError.self) { try Fixture.open(disk, startingAfter: 21) }
    #expect(error?.code == "ROOST-J011")
    #expect(error?.message.contains("ends before record 21, but its snapshot holds record 21") == true)
    #expect(disk[Fixture.firstSegment] == before)
  }

  @Test("the last records of partitions that were not read are named by the next ones")
  func lastRecords() throws {
    let (disk, _) = try Fixture.written(100, size: 900)
    let last: [UInt32: RecordIndex] = [7: RecordIndex(60)]
    let beginning = JournalBeginning(startingAfter: RecordIndex(80), lastRecords: last)
    let journal = try Journal.open(disk: disk, configuration: Fixture.configuration(), begin: { _ in beginning }) {
      _, _ in
    }
    #expect(journal.partitionLast[7] == RecordIndex(60))
    try Fixture.append([.made(101, partition: 7)], to: journal)
    #expect(journal.partitionLast[7] == RecordIndex(101))
  }

  @Test("sealed segments are read without the folder's lock, while the log goes on; damage in them is an error")
  func sealed() throws {
    let disk = SimulatedDisk()
    let (journal, _) = try Fixture.open(disk)
    var written: [Line] = []
    for index in UInt64(1)...120 {
      let line = Line.made(index, partition: UInt32(index % 3), size: 900)
      try Fixture.append([line], to: journal)
      written.append(line)
    }
    let (segments, through) = journal.sealed
    #expect(segments.count > 1)
    let reading = Reading()
    let last = try SealedLog.read(
      disk, journal: journal.id, segments: segments.map(\.number), from: JournalBeginning(), through: through
    ) { reading.take($0, $1) }
    #expect(reading.lines == Array(written.prefix(Int(through.rawValue))))
    #expect(last.values.max() == through)
    let good = try #require(disk[Fixture.secondSegment])
    for offset in stride(from: SegmentHeader.dataOffset, to: SegmentHeader.dataOffset + 3_000, by: 97) {
      disk[Fixture.secondSegment]?[offset] ^= 4
      #expect(throws: JournalError.self, "byte \(offset)") {
        _ = try SealedLog.read(
          disk, journal: journal.id, segments: segments.map(\.number), from: JournalBeginning(), through: through
        ) { _, _ in }
      }
      disk[Fixture.secondSegment] = good
    }
    #expect(throws: JournalError.self, "a segment is missing") {
      _ = try SealedLog.read(
        disk, journal: journal.id, segments: Array(segments.map(\.number).dropFirst()), from: JournalBeginning(),
        through: through
      ) { _, _ in }
    }
  }
}
