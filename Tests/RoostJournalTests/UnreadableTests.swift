import Glibc
import RoostJournal
import RoostTestKit
import Testing

@Suite("A place that the device cannot read")
struct UnreadableTests {
  private func isRefused(_ error: JournalError) -> Bool {
    if case .unreadable = error { true } else { false }
  }

  /// Which partitions are whole, after a start and after a second one.
  private func check(_ disk: SimulatedDisk, _ written: [Line], _ what: String) throws {
    let findings = try JournalView(disk: disk.copy()).recover(from: JournalBeginning())
    for start in 1...2 {
      let (journal, lines) = try Fixture.open(disk)
      if start == 1 { #expect(journal.recovery == findings.summary, "\(what)") }
      #expect(journal.recovery.lastIndex.rawValue == UInt64(written.count), "\(what)")
      for partition in 0...2 as ClosedRange<UInt32> where !journal.recovery.isQuarantined(partition) {
        #expect(lines.filter { $0.partition == partition } == written.filter { $0.partition == partition }, "\(what)")
      }
      #expect(lines.allSatisfy(written.contains), "\(what)")
      disk.crash(.nothing)
    }
  }

  @Test("in any segment is damage there, not the end of the start: partitions are quarantined, or nothing is lost")
  func segments() throws {
    let (disk, written) = try Fixture.written(60, size: 900)
    let segments = disk.fileNames.filter { $0.hasSuffix(".segment") }
    var refused: [String] = []
    for name in segments {
      for sector in stride(from: 0, to: Fixture.segmentBytes, by: 512) {
        let damaged = disk.copy()
        damaged.loseSectors(of: name, sector..<sector + 512)
        do {
          try check(damaged, written, "\(name), sector \(sector)")
        } catch let error as JournalError {
          #expect(isRefused(error), "\(name), sector \(sector): \(error)")
          refused.append(name)
        }
      }
    }
    // Only the page in which the log ends leaves it open whether it goes on.
    #expect(refused == Array(repeating: segments[2], count: 8))
  }

  @Test("behind the end of the log holds no record, is said, and is written over with zeros")
  func behindTheEnd() throws {
    let (disk, written) = try Fixture.written(20)
    disk.loseSectors(of: Fixture.firstSegment, 20_480..<24_576)
    let (journal, lines) = try Fixture.open(disk)
    #expect(lines == written)
    #expect(journal.recovery.harmless.map(\.offset) == [20_480])
    #expect(journal.recovery.quarantined.isEmpty)
    disk.crash(.nothing)
    #expect(try Fixture.open(disk).journal.recovery.harmless.isEmpty)
  }

  @Test("in the last record is no torn tail, though nothing follows it")
  func lastRecord() throws {
    let disk = SimulatedDisk()
    let (journal, _) = try Fixture.open(disk)
    let first = Line.made(1, partition: 1)
    try Fixture.append([first], to: journal)
    try Fixture.append([.made(2, partition: 2, size: 10_000)], to: journal)
    disk.crash(.nothing)
    disk.loseSectors(of: Fixture.firstSegment, 12_288..<16_384)
    let (again, lines) = try Fixture.open(disk)
    #expect(lines == [first])
    #expect(again.recovery.quarantined.map(\.scope) == [.partition(2)])
    #expect(again.recovery.quarantined.first?.damage.reason == "the device cannot read the record")
    #expect(again.recovery.cutBytes == 0 && again.nextIndex == RecordIndex(3))
  }

  @Test("in the newest snapshot makes a start use the older one")
  func snapshot() throws {
    let run = JournalRun(seed: 3, snapshotEvery: 1)
    try run.run(records: 300, closes: true)
    run.disk.crash(.nothing)
    let snapshots = run.disk.fileNames.filter { $0.hasSuffix(".snapshot") }
    let newest = try #require(snapshots.last)
    #expect(snapshots.count == 2)
    let whole = try JournalStart(run.disk.copy())
    for offset in [0, 4096] {
      let disk = run.disk.copy()
      disk.loseSectors(of: newest, offset..<offset + 512)
      let start = try JournalStart(disk)
      #expect(start.through > 0 && start.through < whole.through)
      #expect(start.lines == Array(run.attempted[Int(start.through)...]))
    }
  }

  @Test("is told from every other failure: that ends the start")
  func otherErrors() throws {
    let (disk, _) = try Fixture.written(20)
    disk.readErrno = ENOMEM
    let error = #expect(throws: JournalError.self) { try Fixture.open(disk) }
    #expect(error?.code == "ROOST-J005")
  }
}
