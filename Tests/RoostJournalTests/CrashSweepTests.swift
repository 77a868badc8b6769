import RoostJournal
import RoostTestKit
import Testing

@Suite struct CrashSweepTests {
  @Test("Crashed at any call, with any loss, the log recovers to a prefix that holds everything flushed")
  func sweep() throws {
    let sweep = CrashSweep(seed: 42)
    try sweep.play(records: 900)
    #expect(sweep.faults == [])
    // What must have happened for that to mean something.
    #expect(sweep.moments > 900 && sweep.starts > 4 * sweep.moments, "\(sweep.moments) \(sweep.starts)")
    #expect(sweep.exhausted > sweep.moments / 2, "\(sweep.exhausted) of \(sweep.moments)")
    #expect(sweep.run.snapshots.count > 3 && sweep.run.segmentsRemoved > 3)
  }

  @Test("Crashed again during recovery, at any call of it, nothing more is lost")
  func recoveryCrash() throws {
    for seed: UInt64 in 0..<40 {
      let run = JournalRun(seed: seed)
      run.disk.crashAtOperation = Int(20 + seed * 5)
      #expect(throws: JournalError.self) { try run.run(records: 1000) }
      run.disk.crash(.power(seed: seed))
      for operation in 1...8 {
        let again = run.disk.fork()
        again.crashAtOperation = operation
        do throws(JournalError) {
          _ = try JournalStart(again)
        } catch {
          guard error.isFinal else { throw error }
        }
        again.crash(.power(seed: seed + 1000))
        let start = try JournalStart(again)
        let last = start.through + UInt64(start.lines.count)
        #expect(start.journal.recovery.quarantined == [] && start.journal.recovery.harmless == [])
        #expect(last >= run.acknowledged, "seed \(seed), recovery cut at call \(operation)")
        #expect(start.lines == Array(run.attempted[Int(start.through)..<Int(last)]))
        #expect(start.snapshot == run.snapshots[start.through] ?? [])
      }
    }
  }
}
