import RoostCore

/// A pool's state, to be compared with what the journal gives. Which commands were acknowledged may be behind in the
/// journal: the runner says it again.
struct StateText {
  private let changes: [Change]

  init(_ machine: Machine, _ pool: PoolID) {
    changes = machine.reading(pool) { $0.changes() } ?? []
  }

  private var acknowledged: [RunnerID: CommandIndex] {
    var result: [RunnerID: CommandIndex] = [:]
    for case .runner(let id, let record) in changes { result[id] = record.cursors.acknowledged }
    return result
  }

  private func leveled(_ levels: [RunnerID: CommandIndex]) -> [Change] {
    changes.compactMap { change in
      switch change {
      case .runner(let id, var record):
        record.cursors.acknowledged = levels[id] ?? record.cursors.acknowledged
        return .runner(id, record)
      case .command(let id, let command): return command.index <= levels[id] ?? 0 ? nil : change
      default: return change
      }
    }
  }

  func isSame(as live: StateText) -> Bool {
    if changes == live.changes { return true }
    let levels = acknowledged.merging(live.acknowledged) { max($0, $1) }
    return leveled(levels) == live.leveled(levels)
  }

  /// What only one of the two says.
  func difference(from live: StateText) -> String {
    let (found, expected) = (changes.map { "\($0)" }, live.changes.map { "\($0)" })
    return
      (found.filter { !expected.contains($0) }.map { "+ \($0)" }
      + expected.filter { !found.contains($0) }.map { "- \($0)" }).joined(separator: "\n")
  }
}
