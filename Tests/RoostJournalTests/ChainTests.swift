import RoostJournal
import RoostTestKit
import Testing

@Suite("Segments that a snapshot stands for")
struct ChainTests {
  /// What is found wrong between the segments of the folder, as if a snapshot stood for all but the last.
  private func breaks(_ disk: SimulatedDisk, snapshots: [UInt64] = []) throws -> [String] {
    let view = try JournalView(disk: disk)
    let segments = try view.survey()
    let found = view.breaks(
      in: segments, through: segments.last?.number ?? 0, snapshots: snapshots.map { RecordIndex($0) })
    return found.map(\.description)
  }

  private func written() throws -> (disk: SimulatedDisk, segments: [String]) {
    let disk = try Fixture.written(140, size: 900).disk
    let segments = disk.fileNames.filter { $0.hasSuffix(".segment") }
    try #require(segments.count == 6)
    return (disk, segments)
  }

  @Test("follow each other where nothing happened to them, and begin where retention has left off")
  func whole() throws {
    let (disk, segments) = try written()
    #expect(try breaks(disk, snapshots: [1, 60]).isEmpty)
    let second = try JournalView(disk: disk).survey()[1].firstIndex.rawValue
    disk[segments[0]] = nil
    #expect(try breaks(disk, snapshots: [second - 1, 60]).isEmpty)
    #expect(
      try breaks(disk, snapshots: [10, 60]) == [
        "simulated/journal at offset 0: the segments with records 11 to \(second - 1), behind the snapshot through 10, are "
          + "missing"
      ])
  }

  @Test("are named when one is missing, or several")
  func missing() throws {
    let (disk, segments) = try written()
    disk[segments[1]] = nil
    #expect(try breaks(disk) == ["simulated/\(segments[1]) at offset 0: the segment is missing"])
    disk[segments[2]] = nil
    disk[segments[3]] = nil
    #expect(
      try breaks(disk) == [
        "simulated/\(segments[1]) at offset 0: the segment is missing, and so are those after it up to \(segments[3])"
      ])
  }

  @Test("are named when they have changed places, or came from elsewhere")
  func swapped() throws {
    let (disk, segments) = try written()
    let other = SimulatedDisk()
    _ = try Fixture.open(other, seed: 2)
    let swapped = disk.copy()
    (swapped[segments[1]], swapped[segments[3]]) = (swapped[segments[3]], swapped[segments[1]])
    #expect(
      try breaks(swapped) == [
        "simulated/\(segments[1]) at offset 0: it is not in its place: it was written as \(segments[3])",
        "simulated/\(segments[3]) at offset 0: it is not in its place: it was written as \(segments[1])",
      ])
    swapped[segments[1]] = disk[segments[1]]
    swapped[segments[3]] = disk[segments[3]]
    swapped[segments[0]] = other[segments[0]]
    #expect(try breaks(swapped) == ["simulated/\(segments[0]) at offset 0: it belongs to another journal"])
    disk[segments[2]]?[20] ^= 1
    #expect(try breaks(disk).isEmpty, "the copy of a header serves")
    disk[segments[2]]?[4096 + 20] ^= 1
    #expect(try breaks(disk) == ["simulated/\(segments[2]) at offset 0: both copies of its header are damaged"])
  }

  @Test("are named when one is an older state of itself, or says something else than was written")
  func older() throws {
    let (disk, segments) = try written()
    // The same identity and salts, and as many bytes that say something else.
    let twin = SimulatedDisk()
    let (journal, _) = try Fixture.open(twin)
    for index in 1...60 as ClosedRange<UInt64> {
      try Fixture.append([.made(index, partition: UInt32(index % 3) + 1, size: 900)], to: journal)
    }
    let early = try Fixture.written(20, size: 900).disk
    let next = "simulated/\(segments[1]) at offset 0: "
    for (source, reason) in [
      (twin, "the record before it is not the one that was written"),
      (early, "it begins at record 26, but the segment before it ends before 21"),
    ] {
      let damaged = disk.copy()
      damaged[segments[0]] = source[segments[0]]
      #expect(try breaks(damaged) == [next + reason])
    }
  }
}
