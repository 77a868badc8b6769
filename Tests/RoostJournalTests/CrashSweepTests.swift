import RoostJournal
import RoostTestKit
import Testing

@Suite struct CrashSweepTests {
  /// Groups of one to four records of all sizes, marks and preparation steps in between.
  private final class Load {
    let disk: SimulatedDisk
    var random: SeededRandom
    var attempted: [Line] = []
    var acknowledged = 0

    init(_ disk: SimulatedDisk, seed: UInt64) {
      self.disk = disk
      random = SeededRandom(seed: seed)
    }

    func run(groups: Int) throws {
      let (journal, _) = try Fixture.open(disk)
      for _ in 0..<groups {
        let lines = (0..<1 + random.next() % 4).map { offset in
          let size = Int(random.next() % (random.next() % 3 == 0 ? 2500 : 120))
          return Line.made(
            UInt64(attempted.count) + 1 + offset, partition: UInt32(random.next() % 5), size: size,
            epoch: random.next() % 3)
        }
        attempted += lines
        try Fixture.append(lines, to: journal)
        acknowledged = attempted.count
        if random.next() % 4 == 0 { try journal.markFlushed() }
        if random.next() % 2 == 0, journal.needsPreparation { try journal.prepareNextSegment(stepBytes: 8192) }
      }
      try journal.close()
    }

    /// Recovery gives a prefix of what was attempted that holds all that was acknowledged.
    func check(_ disk: SimulatedDisk, _ comment: Comment) throws -> [Line] {
      let (journal, lines) = try Fixture.open(disk)
      #expect(journal.recovery.quarantined == [] && journal.recovery.harmless == [], comment)
      #expect(lines.count >= acknowledged, comment)
      #expect(lines == Array(attempted.prefix(lines.count)), comment)
      let next = Line.made(UInt64(lines.count) + 1, partition: 9, size: 33)
      try Fixture.append([next], to: journal)
      return lines + [next]
    }
  }

  @Test("Crashed at any call, with any loss, the log recovers to a prefix that holds everything flushed")
  func sweep() throws {
    let disk = SimulatedDisk()
    let load = Load(disk, seed: 42)
    var crashes = 0
    var failure: (any Error)?
    disk.onOperation = {
      crashes += 1
      let losses: [SimulatedDisk.Loss] = [.nothing] + (0..<3).map { .power(seed: UInt64(crashes * 10 + $0)) }
      for loss in losses {
        let crashed = disk.fork()
        crashed.crash(loss)
        do {
          let lines = try load.check(crashed, "crash \(crashes), \(loss)")
          crashed.crash(loss)
          #expect(try Fixture.open(crashed).lines == lines, "second start after crash \(crashes), \(loss)")
        } catch {
          failure = error
        }
      }
    }
    try load.run(groups: 120)
    #expect(failure == nil)
    #expect(crashes > 250 && load.acknowledged > 200)
    #expect(disk.fileNames.count { $0.hasSuffix(".segment") } > 3)
  }

  @Test("Crashed again during recovery, at any call of it, nothing more is lost")
  func recoveryCrash() throws {
    for seed: UInt64 in 0..<40 {
      let disk = SimulatedDisk()
      let load = Load(disk, seed: seed)
      disk.crashAtOperation = Int(20 + seed * 3)
      #expect(throws: (any Error).self) { try load.run(groups: 60) }
      disk.crash(.power(seed: seed))
      for operation in 1...8 {
        let again = disk.fork()
        again.crashAtOperation = operation
        do {
          _ = try Fixture.open(again)
        } catch {
          guard error.isFinal || error.isDiskFull else { throw error }
        }
        again.crash(.power(seed: seed + 1000))
        _ = try load.check(again, "seed \(seed), recovery cut at call \(operation)")
      }
    }
  }
}

extension JournalError {
  fileprivate var isDiskFull: Bool {
    if case .diskFull = self { return true }
    return false
  }
}
