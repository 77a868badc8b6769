import RoostJournal
import RoostWorker

extension JournalCommand {
  func repair() throws(CLIError) -> ExitCode {
    let plan = try plan()
    let path = command.value("data") ?? ""
    let leftovers = try Self.repairing { () throws(RepairError) in try DataFolder.unfinishedRepairs(in: path) }
    var rows =
      RepairReport(plan).rows
      + leftovers.map { name in
        ("leftover", "\(path)/\(name): of a repair that was ended before it was done; nothing in it has ever counted")
      }
    guard plan.isNeeded else {
      try console.out(FactTable.text(rows + [("verdict", "sound: there is nothing to repair, nothing was changed")]))
      return .success
    }
    guard plan.refusal == nil else {
      try console.out(FactTable.text(rows + [("verdict", "damaged, and not to be repaired; nothing was changed")]))
      return .damaged
    }
    guard command.has("apply") else {
      rows.append(("verdict", "nothing was changed; --apply does it, and keeps the journal as it is in a subfolder"))
      try console.out(FactTable.text(rows))
      return .damaged
    }
    guard let done = try apply() else {
      throw CLIError(.damaged, "the folder has changed meanwhile; nothing was done, look again without --apply")
    }
    rows = RepairReport(done.repair).rows
    for name in done.removed { rows.append(("removed", "\(path)/\(name), which an earlier repair had begun")) }
    rows.append(("backup", "\(path)/\(done.backup): the journal as it was"))
    rows.append(("verdict", "repaired: the next start serves every pool"))
    try console.out(FactTable.text(rows))
    return .success
  }

  /// The folder is given up again when it is worked out: to change it, it is taken for writing.
  private func plan() throws(CLIError) -> Repair {
    let folder = try command.openDataFolder()
    return try Self.reading { () throws(JournalError) in try folder.planRepair() }
  }

  private func apply() throws(CLIError) -> RepairedFolder? {
    try Self.repairing { () throws(RepairError) in try DataFolder.repair(command.value("data") ?? "") }
  }

  private static func repairing<T>(_ body: () throws(RepairError) -> T) throws(CLIError) -> T {
    do throws(RepairError) {
      return try body()
    } catch {
      switch error {
      case .journal(let cause): throw CLIError(cause)
      case .failed(let reason): throw CLIError(.damaged, "not repaired: \(reason)")
      }
    }
  }
}
