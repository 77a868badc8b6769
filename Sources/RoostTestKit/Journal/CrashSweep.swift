import RoostJournal

/// Stops a run of the journal before each of its writes, flushes and changes of names, lets the power go in as many ways as
/// there are, up to a limit, and starts from what each of them leaves.
///
/// Recovery must give a prefix of what was written that holds everything flushed, from the newest snapshot that was
/// finished or a newer one, and the log must go on and be found whole again.
package final class CrashSweep {
  /// Ways to lose what was not flushed that are tried at a moment. All of them are, where there are no more.
  package static let lossesPerMoment = 16

  package private(set) var moments = 0
  package private(set) var starts = 0
  /// Moments of which every possible loss was tried.
  package private(set) var exhausted = 0
  package private(set) var faults: [String] = []
  package let run: JournalRun

  private let seed: UInt64
  private let lane: Int
  private let lanes: Int

  /// - Parameters:
  ///   - lane, lanes: of all moments every `lanes`-th is looked at, so that several processes divide them.
  package init(seed: UInt64, lane: Int = 0, lanes: Int = 1) {
    self.seed = seed
    self.lane = lane
    self.lanes = lanes
    run = JournalRun(seed: seed)
  }

  package func play(records: Int) throws(JournalError) {
    var moment = 0
    run.disk.onOperation = { [self] in
      moment += 1
      if moment % lanes == lane { look(at: moment) }
    }
    try run.run(records: records)
    run.disk.onOperation = nil
    look(at: moment + 1)
  }

  private func look(at moment: Int) {
    moments += 1
    for loss in losses(at: moment) {
      starts += 1
      let crashed = run.disk.fork()
      crashed.crash(loss)
      do throws(JournalError) {
        if let fault = try fault(of: crashed, loss) { faults.append("moment \(moment), \(loss): \(fault)") }
      } catch {
        faults.append("moment \(moment), \(loss): \(error)")
      }
    }
  }

  /// Nothing is lost when a process dies; of what may be when the power goes everything, where that is little.
  private func losses(at moment: Int) -> [SimulatedDisk.Loss] {
    let unflushed = run.disk.unflushedCounts
    let limit = Self.lossesPerMoment
    if unflushed.sectors < 8, (unflushed.names + 1) << unflushed.sectors <= limit {
      exhausted += 1
      return [.nothing]
        + (0...unflushed.names).flatMap { names in
          (UInt64(0)..<1 << UInt64(unflushed.sectors)).map { .arrived(names: names, sectors: $0) }
        }
    }
    return [.nothing] + (0..<limit).map { .power(seed: seed ^ UInt64(moment * limit + $0)) }
  }

  /// nil: recovery gave what it must.
  private func fault(of disk: SimulatedDisk, _ loss: SimulatedDisk.Loss) throws(JournalError) -> String? {
    let start = try JournalStart(disk, seed: seed)
    let recovery = start.journal.recovery
    guard recovery.quarantined.isEmpty, recovery.harmless.isEmpty, recovery.cutShort == nil else {
      return "taken for damage: \(recovery)"
    }
    let last = start.through + UInt64(start.lines.count)
    if last < run.acknowledged { return "ends at record \(last) of \(run.acknowledged) that were flushed" }
    if start.through < run.snapshotThrough { return "the snapshot through \(run.snapshotThrough) is gone" }
    guard last <= run.attempted.count, recovery.lastIndex.rawValue == last,
      start.lines == Array(run.attempted[Int(start.through)..<Int(last)])
    else { return "not a prefix of what was written" }
    guard start.snapshot == run.snapshots[start.through] ?? [] else { return "the snapshot says something else" }

    let next = try start.goOn(from: last)
    disk.crash(loss)
    let again = try JournalStart(disk, seed: seed)
    guard again.through == start.through, again.lines == start.lines + [next] else {
      return "the second start finds something else"
    }
    return nil
  }
}
