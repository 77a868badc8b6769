import RoostCore
import RoostJournal
import RoostWire
import RoostWorker

/// What a look at a whole journal found, for people.
struct JournalReport {
  let folder: DataFolder
  let found: Examination

  init(_ folder: DataFolder, _ found: Examination) {
    self.folder = folder
    self.found = found
  }

  var text: String { FactTable.text(facts + [("verdict", verdict)]) }

  /// One row per fact; a word may come more than once.
  var facts: [(name: String, value: String)] {
    let findings = found.findings
    let summary = findings.summary
    var facts =
      folder.owner.map { owner in
        [
          (
            "worker",
            "\(owner.pid.map { "process \($0)" } ?? "a process") goes on with it; this is what it had written by now"
          )
        ]
      } ?? []
    facts += [
      ("journal", folder.id.description), ("segments", String(findings.segments)),
      (
        "records",
        summary.lastIndex < findings.firstIndex ? "none" : "\(findings.firstIndex) to \(summary.lastIndex)"
      ),
    ]
    for snapshot in found.snapshots where snapshot.damage == nil {
      facts.append(("snapshot", "of records 1 to \(snapshot.through), \(snapshot.bytes) bytes"))
    }
    for damage in found.snapshots.compactMap(\.damage) {
      facts.append(("damage", "\(damage); a start uses an older snapshot and the log after it, which say the same"))
    }
    for damage in found.history {
      facts.append(("damage", "\(damage); a start does not read it, a snapshot stands for it"))
    }
    if let cut = summary.cutShort {
      facts.append(
        ("cut short", "\(cut); no crash does that, and what was recorded there is not known"))
    }
    // Beside a worker that is what it writes just now; in a file that was cut it is what the cut left of a record.
    if summary.cutBytes > 0, folder.owner == nil, summary.cutShort == nil {
      facts.append(
        (
          "torn tail",
          "\(summary.cutBytes) bytes at offset \(findings.endOffset) of \(findings.endFile): a crash during the last "
            + "write; nobody was told of it, the next start cuts it"
        ))
    }
    for damage in summary.harmless { facts.append(("damage", "\(damage); no record is lost by it")) }
    for quarantine in summary.quarantined {
      facts.append(("damage", quarantine.damage.description))
      facts.append(
        (
          "quarantined",
          Self.words(quarantine.scope) + pools(found.pools(of: quarantine, partitions: folder.partitions))
        ))
    }
    for entry in found.undecodable.prefix(Self.listedEntries) {
      let whose = entry.actor.map { " actor \($0)" } ?? entry.runner.map { " runner \($0)" } ?? ""
      facts.append(("unreadable", "\(entry.pool)\(whose): \(entry.error.message)"))
    }
    for partition in found.unread {
      let pools = found.withheld.filter { $0.partition(of: folder.partitions) == partition }
      facts.append(
        (
          "quarantined",
          "partition \(partition)\(self.pools(pools)): it has a whole record that this version cannot read"
        ))
    }
    for (pool, actor) in found.quarantinedActors.all.prefix(Self.listedEntries) {
      facts.append(
        (
          "quarantined",
          "actor \(actor) of \(pool): it has an entry that this version cannot read; the others are served"
        ))
    }
    return facts
  }

  var verdict: String {
    if found.isSound { return "sound" }
    if found.quarantined.isEmpty, !found.quarantinedActors.isEmpty {
      return "a start serves everybody but the actors quarantined; run the version of roost that wrote their entries"
    }
    if found.quarantined.isEmpty, found.findings.summary.cutShort != nil { return Self.cutVerdict }
    if found.quarantined.isEmpty { return "damaged, but nothing that counts is lost: a start serves every pool" }
    if folder.isRefused(found) {
      return "damaged: a start is refused, every partition is quarantined; `roost journal repair` says what can be kept"
    }
    return "damaged: a start serves every pool but those quarantined; `roost journal repair` says what can be kept"
  }

  private static let listedEntries = 100

  private static let cutVerdict =
    "cut short: a start goes on after the last record that is left, unless the broker knows of a later one; to close the "
    + "runners' sessions before that, `roost journal repair`"

  private func pools(_ pools: [PoolID]) -> String {
    if pools.isEmpty { return "" }
    let named = pools.prefix(Self.listedEntries).map(\.description).joined(separator: ", ")
    return " (\(named)\(pools.count > Self.listedEntries ? ", ..." : ""))"
  }

  static func words(_ scope: Quarantine.Scope) -> String {
    switch scope {
    case .partition(let one): "partition \(one)"
    case .allExcept(let whole) where whole.isEmpty: "all partitions: whose the lost records were is not known"
    case .allExcept(let whole):
      "all partitions but \(whole.map(String.init).joined(separator: ", ")), which are proven whole"
    }
  }
}
