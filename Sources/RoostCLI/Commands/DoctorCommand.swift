import RoostCore
import RoostJournal
import RoostWorker

/// `roost doctor`: the journal and the state that it makes, judged.
enum DoctorCommand {
  static func run(_ command: ParsedCommand, console: Console) throws(CLIError) -> ExitCode {
    let (folder, found) = try command.examineDataFolder()
    let report = JournalReport(folder, found)
    var rows = report.facts
    var advice: [(name: String, value: String)] = []
    if !found.isSound { advice.append(("do", Self.damageAdvice(found, in: folder))) }

    let beside = try JournalCommand.reading { () throws(JournalError) in
      (pools: try folder.servedPools(), end: folder.owner == nil ? try folder.lastEnd() : nil)
    }
    rows += Self.rows(beside.pools, beside.end)
    var isStartRefused = false
    if case .damaged(let text) = beside.pools {
      isStartRefused = true
      advice.append(("do", text))
    }

    let machine = found.state.machine
    var faults = 0
    for id in machine.poolIDs {
      let pool = machine.reading(id) {
        (actors: $0.actorCount, runners: $0.openRunners.count, pending: $0.pendingCount, faults: $0.invariantFaults())
      }
      guard let pool else { continue }
      rows.append(
        (
          "pool",
          "\(id): \(pool.actors.counted("actor")), \(pool.runners.counted("runner")) with a session, \(pool.pending) pending"
        ))
      faults += pool.faults.count
      for fault in pool.faults.prefix(Self.listedFaults) { rows.append(("fault", "\(id): \(fault)")) }
      if pool.faults.count > Self.listedFaults {
        rows.append(("fault", "\(id): \(pool.faults.count - Self.listedFaults) more"))
      }
    }
    if machine.poolIDs.isEmpty { rows.append(("pool", "none")) }
    if faults > 0 { advice.append(("do", Self.faultAdvice)) }
    rows += advice
    rows.append(
      ("verdict", isStartRefused ? "a start is refused until `pools` is mended" : Self.verdict(found, faults)))
    try console.out(FactTable.text(rows))
    return found.isSound && faults == 0 && !isStartRefused ? .success : .damaged
  }

  /// What stands beside the journal, where it is not as it mostly is.
  private static func rows(
    _ pools: DataFolder.ServedPools, _ end: DataFolder.LastEnd?
  ) -> [(name: String, value: String)] {
    var rows: [(name: String, value: String)] = []
    if case .named(let pools) = pools { rows.append(("serves", "\(pools), as its --pool flags must say")) }
    switch end {
    case .inOrder, nil: break
    case .unclean: rows.append(("last end", "not in order: the next start applies the first signals one by one"))
    case .signal(let sequence, let times):
      rows.append(
        (
          "last end",
          "not in order, \(times) in a row with signal \(sequence) alone in hand: "
            + (times < WorkerLimits.poisonDeaths
              ? "at \(WorkerLimits.poisonDeaths) it goes to the dead letters"
              : "the next start puts it into the dead letters")
        ))
    }
    return rows
  }

  private static let listedFaults = 100

  private static func damageAdvice(_ found: Examination, in folder: DataFolder) -> String {
    if found.quarantined.isEmpty, !found.quarantinedActors.isEmpty {
      return "run the version of roost that wrote these entries; the worker serves all other actors meanwhile"
    }
    if found.quarantined.isEmpty, found.findings.summary.cutShort != nil {
      return
        "restore a copy that is as new if there is one; else `roost journal repair --apply`, which closes the runners' "
        + "sessions: what they were told in the records that are gone is not known"
    }
    if found.quarantined.isEmpty { return "look at the device: it has lost something, though nothing that counts" }
    let meanwhile = folder.isRefused(found) ? "no worker starts" : "the worker serves the other pools"
    if found.findings.isSound { return "run the version of roost that wrote these entries; \(meanwhile) meanwhile" }
    return "look at the device, keep a copy of the folder (cp -a), restore a copy that is as new if there is one; else "
      + "`roost journal repair` says what can be kept; \(meanwhile) meanwhile"
  }

  private static let faultAdvice =
    "a rule of the state is broken, which is a defect of roost, not of the disk: keep a copy of the folder (cp -a) and "
    + "report it with `roost journal dump --pool NS/POOL`; the worker goes on with this state after a restart"

  private static func verdict(_ found: Examination, _ faults: Int) -> String {
    switch (found.isSound, faults) {
    case (true, 0): "sound: the journal is whole and every pool keeps its rules"
    case (true, _): "the journal is whole, but a pool breaks its rules"
    case (false, 0): "the journal is damaged; the pools that a start serves keep their rules"
    case (false, _): "the journal is damaged, and a pool breaks its rules"
    }
  }
}
