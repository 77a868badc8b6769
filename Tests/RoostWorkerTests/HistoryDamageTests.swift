import RoostCore
import RoostJournal
import RoostTestKit
import Testing

@testable import RoostWorker

@Suite("A journal whose past is damaged")
struct HistoryDamageTests {
  /// Two snapshots, and segments before, between and after them.
  private func compactedTwice() throws -> Rig {
    let rig = try Rig { $0.segmentBytes = 32 << 10 }
    rig.announce("r1", session: "s1", slots: 2)
    for round in 1...45 {
      rig.store("a\(round)", .create(Create(input: [UInt8](repeating: 9, count: 3_000))))
      try rig.settle()
      guard round % 20 == 0 else { continue }
      let sealed = rig.journal.sealed
      let compaction = Compaction(
        disk: rig.disk, journal: rig.journal.id, defaults: rig.defaults, partitions: rig.settings.partitions)
      _ = try #require(try compaction.run(segments: sealed.segments, through: sealed.through))
    }
    rig.crash()
    return rig
  }

  private func examine(_ disk: SimulatedDisk) throws -> Examination {
    try DataFolder(try JournalView(disk: disk)).examine()
  }

  @Test("starts and serves all of it, but is not sound: each segment that is missing or in the wrong place is named")
  func segments() throws {
    let rig = try compactedTwice()
    let whole = try examine(rig.disk.copy())
    #expect(whole.isSound)
    #expect(whole.snapshots.count == 2)
    let all = rig.disk.fileNames.filter { $0.hasSuffix(".segment") }
    let past = Array(all.prefix(Int(whole.findings.firstRead) - 1))
    try #require(past.count > 3)
    func check(_ disk: SimulatedDisk, names: [String]) throws {
      let found = try examine(disk)
      #expect(!found.isSound)
      #expect(found.history.map(\.file) == names.map { "simulated/" + $0 })
      #expect(found.quarantined.isEmpty)
      #expect(rig.state(of: found.state.machine) == rig.state(of: whole.state.machine))
    }
    for name in past {
      let disk = rig.disk.copy()
      disk[name] = nil
      // Before the oldest one only the older snapshot tells that something should be there.
      if name == past[0] {
        let older = try #require(whole.snapshots.first).through
        let second = try JournalView(disk: disk).survey()[0].firstIndex
        if second <= older.next { #expect(try examine(disk).isSound) } else { try check(disk, names: ["journal"]) }
      } else {
        try check(disk, names: [name])
      }
    }
    let disk = rig.disk.copy()
    (disk[past[0]], disk[past[2]]) = (disk[past[2]], disk[past[0]])
    try check(disk, names: [past[0], past[2]])
  }
}
