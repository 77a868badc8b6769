import Foundation
import Glibc
import RoostCore
import RoostJournal
import RoostWire

/// Why a repair was not carried out. The folder's journal is as it was.
package enum RepairError: Error {
  case journal(JournalError)
  /// What was written does not say what it should, or cannot be tidied up.
  case failed(String)
}

/// The result of a repair.
package struct RepairedFolder {
  package let repair: Repair
  /// The subfolder that holds the journal as it was: a data folder of its own.
  package let backup: String
  /// Subfolders that repairs have left which were ended before they were done; they are gone.
  package let removed: [String]
}

extension DataFolder {
  /// Repairs the journal of a folder: writes what is kept into a subfolder, reads that back, and lets the two journals
  /// change places in one step. A crash before that step leaves a subfolder that is marked as unfinished, which the next
  /// repair removes; after it the repaired folder.
  ///
  /// nil: there is nothing to repair, or it is refused; nothing was changed.
  package static func repair(
    _ path: String, configuration: JournalConfiguration = JournalConfiguration()
  ) throws(RepairError) -> RepairedFolder? {
    // With the lock for writing from here on, so that no worker comes between the look and the change.
    let (folder, repair) = try journaled { () throws(JournalError) in
      let folder = DataFolder(try JournalView(disk: FileDisk(root: path)))
      return (folder, try folder.planRepair())
    }
    guard repair.isNeeded, repair.refusal == nil else { return nil }
    let removed = try unfinishedRepairs(in: path)
    try journaled { () throws(JournalError) in
      // Of a repair that was ended after it was done: the journal counts, and will be somebody's backup.
      try JournalRewrite.removeMark(of: path)
    }
    for name in removed { try remove("\(path)/\(name)") }
    let backup = try freeName(path)
    do throws(RepairError) {
      try journaled { () throws(JournalError) in try folder.write(repair, to: "\(path)/\(backup)", configuration) }
      if let fault = try journaled({ () throws(JournalError) in try folder.fault(of: repair, in: "\(path)/\(backup)") })
      {
        throw .failed("what was written is not what it should be (\(fault)); this is a defect of roost, report it")
      }
      try giveToOwner(of: "\(path)/journal", "\(path)/\(backup)")
    } catch {
      let cause = error
      do throws(RepairError) { try remove("\(path)/\(backup)") } catch { throw .failed("\(cause); and \(error)") }
      throw cause
    }
    // From here on nothing is removed: which of the two is the old one is not certain after an error.
    do throws(JournalError) {
      try JournalRewrite.exchange(path, with: backup)
    } catch {
      throw .failed(
        "\(error.description); the journal and the repaired one are in \(path) and \(path)/\(backup): "
          + "`roost journal verify` tells which is which")
    }
    return RepairedFolder(repair: repair, backup: backup, removed: removed)
  }

  /// Somebody else than the worker's user may repair its folder, root mostly: what is written is to be that user's.
  private static func giveToOwner(of journal: String, _ folder: String) throws(RepairError) {
    var owner = stat()
    guard stat(journal, &owner) == 0 else { throw .failed("\(journal): \(String(cString: strerror(errno)))") }
    let names: [String]
    do { names = try FileManager.default.subpathsOfDirectory(atPath: folder) } catch {
      throw .failed("\(folder): \(error.localizedDescription)")
    }
    for path in [folder] + names.map({ "\(folder)/\($0)" }) {
      guard lchown(path, owner.st_uid, owner.st_gid) == 0 else {
        throw .failed(
          "\(path) cannot be given to the owner of \(journal) (\(String(cString: strerror(errno)))); run this as that user or as "
            + "root")
      }
    }
  }

  private static func journaled<T>(_ body: () throws(JournalError) -> T) throws(RepairError) -> T {
    do throws(JournalError) { return try body() } catch { throw .journal(error) }
  }

  /// Subfolders of repairs that were ended before they were done: nothing in them has ever counted.
  package static func unfinishedRepairs(in path: String) throws(RepairError) -> [String] {
    var found: [String] = []
    for number in 1...mostBackups where FileManager.default.fileExists(atPath: "\(path)/damaged-\(number)") {
      let name = "damaged-\(number)"
      if try journaled({ () throws(JournalError) in try JournalRewrite.isUnfinished("\(path)/\(name)") }) {
        found.append(name)
      }
    }
    return found
  }

  private static let mostBackups = 1_000

  private static func freeName(_ path: String) throws(RepairError) -> String {
    for number in 1...mostBackups where !FileManager.default.fileExists(atPath: "\(path)/damaged-\(number)") {
      return "damaged-\(number)"
    }
    throw .failed("there are \(mostBackups) folders damaged-N in \(path) already: move them away")
  }

  /// What was begun would only take room.
  private static func remove(_ path: String) throws(RepairError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try JournalRewrite.emptyUnfinished(path)
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw .failed(
        "\(path), which a repair had begun, cannot be removed: \((error as? JournalError)?.message ?? error.localizedDescription)"
      )
    }
  }

  // MARK: - Writing

  private func write(
    _ repair: Repair, to path: String, _ configuration: JournalConfiguration
  ) throws(JournalError) {
    let findings = repair.examination.findings
    let rewrite = try JournalRewrite(
      FileDisk(root: path), id: id, after: repair.beginning, of: journal.disk, configuration: configuration)
    let blank = repair.losses.first?.partition ?? 0
    // Records in the place of others say what the one before them says of the stream.
    var settled = try begin().0.read.settled
    var outcome = Result<Void, JournalError>.success(())
    func fill(to index: RoostCore.RecordIndex) throws(JournalError) {
      while rewrite.nextIndex.rawValue < index {
        let batch = JournalBatch(settled: settled)
        try rewrite.add(
          partition: blank, epoch: 0, payload: codec.encode(batch, record: rewrite.nextIndex.rawValue))
      }
    }
    func copy(_ record: RecoveredRecord, _ payload: [UInt8], _ decoded: DecodedRecord) throws(JournalError) {
      try fill(to: record.index.rawValue)
      var payload = payload
      if case .read(let reading) = decoded, !reading.batch.hasMore { settled = reading.batch.settled }
      if !repair.keeps(record) {
        payload = codec.encode(emptied(decoded, settled), record: record.index.rawValue)
      }
      try rewrite.add(partition: record.partition, epoch: record.epoch, payload: payload)
    }
    _ = try journal.survey(through: findings) { placed, payload in
      guard case .success = outcome, placed.record.index > repair.beginning.startingAfter else { return }
      let bytes = payload.withUnsafeBytes { Array($0) }
      let decoded = decode(placed.record, payload)
      outcome = Result { () throws(JournalError) in try copy(placed.record, bytes, decoded) }
    }
    try outcome.get()
    try fill(to: findings.summary.lastIndex.rawValue + 1)
    try closeRunners(repair, rewrite, settled: settled, blank: blank)
    try rewrite.finish()
  }

  /// What a record that is given up still says: how far the stream was applied and what was handed over, and its dead
  /// letters, which are no state.
  private func emptied(_ decoded: DecodedRecord, _ settled: StreamSequence) -> JournalBatch {
    guard case .read(let reading) = decoded, !reading.batch.hasMore else { return JournalBatch(settled: settled) }
    var batch = reading.batch
    batch.sections = []
    batch.partOf = nil
    return batch
  }

  /// As in an adoption: sessions closed, actors lost, generations above all that may have been given out.
  private func closeRunners(
    _ repair: Repair, _ rewrite: JournalRewrite, settled: StreamSequence, blank: Partition
  ) throws(JournalError) {
    guard repair.raisesGenerations else { return }
    var machine = repair.state.machine
    machine.raiseGenerations(above: repair.generationBase)
    var raised = JournalBatch(settled: settled)
    raised.generationBase = repair.generationBase
    try rewrite.add(
      partition: blank, epoch: 0, payload: codec.encode(raised, record: rewrite.nextIndex.rawValue))
    for pool in machine.poolIDs where repair.repairs(pool.partition(of: partitions)) {
      let record = rewrite.nextIndex.rawValue
      let now = repair.state.clock.now
      let moment = Moment(now: now, clock: now, record: record)
      var batch = JournalBatch(settled: settled, sections: [PoolSection(pool: pool)])
      batch.generationBase = repair.generationBase
      func decide(_ input: Input) {
        var effects = Effects()
        machine.apply(input, to: pool, at: moment, into: &effects)
        batch.sections[0].append(effects)
      }
      for open in machine.reading(pool, { $0.openRunners }) ?? [] {
        decide(.lost(open.runner, open.session))
        while machine.needsPass(pool) { decide(.continuePass) }
      }
      for payload in batch.payloads(codec, record: record) {
        try rewrite.add(partition: pool.partition(of: partitions), epoch: 0, payload: payload)
      }
    }
  }

  // MARK: - Reading back

  /// What is wrong with the journal that was written; nil = nothing.
  private func fault(of repair: Repair, in path: String) throws(JournalError) -> String? {
    let written = try DataFolder(path).examine()
    let before = repair.examination
    guard written.isSound else { return "it is not sound" }
    guard written.findings.firstIndex == repair.beginning.startingAfter.next,
      written.findings.summary.lastIndex >= before.findings.summary.lastIndex
    else { return "its records have other numbers" }
    guard written.state.readAfter >= before.state.readAfter,
      written.state.position.sequence >= before.state.position.sequence
    else { return "it is behind in the stream" }
    for pool in written.state.machine.poolIDs {
      if repair.repairs(pool.partition(of: partitions)) {
        if let fault = written.state.machine.reading(pool, { $0.invariantFaults() })?.first {
          return "\(pool): \(fault)"
        }
        let open = written.state.machine.reading(pool) { $0.openRunners.count } ?? 0
        if open > 0 { return "\(pool): a session is open" }
      } else if written.state.machine.reading(pool, { $0.changes() })
        != before.state.machine.reading(pool, { $0.changes() })
      {
        return "\(pool) is another one"
      }
    }
    let kept = Set(repair.state.machine.poolIDs)
    return kept == Set(written.state.machine.poolIDs) ? nil : "it has other pools"
  }
}
