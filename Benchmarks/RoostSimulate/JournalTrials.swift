import RoostTestKit

/// Long campaigns against the journal alone (scripts/journal-trials.sh divides them among processes). Each ends with a line
/// that says how much was done and how often something was wrong.
enum JournalTrials {
  /// Faults that are printed; the rest is counted.
  private static let listed = 10

  /// True if nothing was wrong.
  static func sweep(seed: UInt64, records: Int, lane: Int, lanes: Int) -> Bool {
    LastWords.install("make sweep-journal SEED=")
    LastWords.begin(seed, patienceSeconds: 0)
    let sweep = CrashSweep(seed: seed, lane: lane, lanes: lanes)
    do {
      try sweep.play(records: records)
    } catch {
      print("the run could not be carried out: \(error)")
      return false
    }
    for fault in sweep.faults.prefix(listed) { print(fault) }
    let run = sweep.run
    print(
      "\(run.attempted.count) records, \(run.snapshots.count) snapshots, \(run.segmentsRemoved) segments removed; "
        + "\(sweep.moments) moments (\(sweep.exhausted) with every loss there is), \(sweep.starts) starts: "
        + "\(sweep.faults.count) wrong")
    return sweep.faults.isEmpty
  }

  static func fuzz(first: UInt64, count: UInt64, stride: UInt64) -> Bool {
    LastWords.install("make fuzz-journal N=1 FIRST=")
    let fuzz = JournalFuzz()
    var faults = 0
    for number in 0..<count {
      let seed = first &+ number &* stride
      LastWords.begin(seed)
      guard let fault = fuzz.fault(seed: seed) else { continue }
      faults += 1
      if faults <= listed { print("seed \(seed): \(fault)\n  make fuzz-journal N=1 FIRST=\(seed)") }
    }
    let tally = fuzz.tally
    print(
      "\(count) journals: \(tally.read) read (\(tally.quarantined) with something quarantined, \(tally.torn) torn, "
        + "\(tally.fromSnapshot) from a snapshot, \(tally.fromOlderSnapshot) of these from an older one), "
        + "\(tally.refused) refused: \(faults) wrong")
    return faults == 0
  }
}
