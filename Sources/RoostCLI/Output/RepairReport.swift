import RoostCore
import RoostJournal
import RoostTelemetry
import RoostWorker

/// What a repair keeps and loses, for people.
struct RepairReport {
  let repair: Repair

  init(_ repair: Repair) { self.repair = repair }

  var rows: [(name: String, value: String)] {
    let summary = repair.examination.findings.summary
    var rows: [(name: String, value: String)] = []
    for damage in repair.examination.snapshots.compactMap(\.damage) + repair.examination.history + summary.harmless
      + summary.quarantined.map(\.damage) + [summary.cutShort].compactMap(\.self)
    { rows.append(("damage", damage.description)) }
    guard repair.isNeeded else { return rows }
    if let refusal = repair.refusal { return rows + [("refused", refusal)] }
    let unreadable = repair.unreadable.map(Self.words).joined(separator: ", ")
    rows.append(("unreadable", repair.unreadable.isEmpty ? "no record" : "\(unreadable): lost for good"))
    // Of partitions without a pool there is nothing to tell.
    for loss in repair.losses where !loss.pools.isEmpty || loss.droppedCount > 0 { rows += Self.rows(loss) }
    return rows
  }

  private static func rows(_ loss: Repair.Loss) -> [(name: String, value: String)] {
    let name = "partition \(loss.partition) (\(loss.pools.map(\.description).joined(separator: ", ")))"
    var rows = [
      (name: "keep", value: "\(name): the state after record \(loss.lastKept), \(loss.keptActors.counted("actor"))")
    ]
    if let dropped = loss.dropped {
      rows.append(
        (
          "lose",
          "\(name): \(loss.droppedCount) readable ones of \(words(dropped)), which build on what is lost; the signals "
            + "in them are not applied again"
        ))
    }
    if !loss.actors.isEmpty { rows.append(("lose", "the newest state of \(list(loss.actors))")) }
    if !loss.closing.isEmpty {
      rows.append(
        (
          "close",
          "the sessions of \(list(loss.closing)): what they were told since is not known; their actors are lost, as when "
            + "a runner is gone, and the runners take new sessions"
        ))
    }
    return rows
  }

  private static let listed = 100

  private static func list(_ names: [String]) -> String {
    let text = names.prefix(listed).joined(separator: ", ")
    return names.count > listed ? "\(text) and \(names.count - listed) more" : text
  }

  private static func words(_ range: ClosedRange<RoostCore.RecordIndex>) -> String {
    range.count == 1 ? "record \(range.lowerBound)" : "records \(range.lowerBound) to \(range.upperBound)"
  }
}
