import RoostJournal

/// Reads small real journals to which something was done, and compares with what was written.
package final class JournalFuzz {
  /// How the journals were judged.
  package struct Tally: Equatable {
    package var read = 0
    package var refused = 0
    package var quarantined = 0
    package var torn = 0
    /// Started from a snapshot, and of these from another one than the newest.
    package var fromSnapshot = 0
    package var fromOlderSnapshot = 0
  }

  package private(set) var tally = Tally()

  /// Seeds that begin with the same journal: making one costs more than reading it.
  private static let seedsPerJournal: UInt64 = 250
  private var base: (number: UInt64, run: JournalRun, foreign: JournalRun)?

  package init() {}

  /// nil: nothing was handed over that was not written, and no loss went unnoticed.
  package func fault(seed: UInt64) -> String? {
    do throws(JournalError) {
      let (run, foreign) = try journal(seed / Self.seedsPerJournal)
      let disk = run.disk.copy()
      var mutation = JournalMutation(disk: disk, foreign: foreign.disk, random: SeededRandom(seed: seed &* 7919))
      mutation.apply()
      // With the other's identity the folder is the other's: nothing but that one's records may be read.
      let identity = "journal/identity"
      let owner = disk[identity] == foreign.disk[identity] ? foreign : run
      return viewFault(disk, owner) ?? startFault(disk, owner)
    } catch {
      return "the journal could not be made: \(error)"
    }
  }

  private func journal(_ number: UInt64) throws(JournalError) -> (JournalRun, JournalRun) {
    if let base, base.number == number { return (base.run, base.foreign) }
    let (run, foreign) = (try made(2 * number), try made(2 * number + 1))
    base = (number, run, foreign)
    return (run, foreign)
  }

  /// Up to five segments, with two snapshots, one or none; closed or left.
  private func made(_ seed: UInt64) throws(JournalError) -> JournalRun {
    var random = SeededRandom(seed: seed)
    let run = JournalRun(seed: seed, snapshotEvery: 1)
    try run.run(records: 30 + Int(random.next() % 170), closes: random.next() % 2 == 0)
    run.disk.crash(.nothing)
    return run
  }

  /// A start as a worker's.
  private func startFault(_ disk: SimulatedDisk, _ run: JournalRun) -> String? {
    let start: JournalStart
    do throws(JournalError) {
      start = try JournalStart(disk)
    } catch {
      // Refusing is sound; crashing or inventing is not.
      tally.refused += 1
      return nil
    }
    let recovery = start.journal.recovery
    tally.read += 1
    if !recovery.quarantined.isEmpty { tally.quarantined += 1 }
    if recovery.cutBytes > 0 { tally.torn += 1 }
    if start.through > 0 { tally.fromSnapshot += 1 }
    if start.through > 0, start.through < run.snapshotThrough { tally.fromOlderSnapshot += 1 }

    guard start.snapshot == run.snapshots[start.through] ?? [], start.through == 0 || !start.snapshot.isEmpty else {
      return "the snapshot through \(start.through) is not what was written"
    }
    if let fault = fault(in: start.lines, run) { return fault }
    let last = recovery.lastIndex.rawValue
    if last < start.through { return "the log ends at record \(last), its snapshot at \(start.through)" }
    if last > run.attempted.count { return "the log ends at record \(last) of \(run.attempted.count)" }
    let wanted = run.attempted[Int(start.through)..<Int(last)]
    for partition in 0..<JournalRun.partitions where !recovery.isQuarantined(partition) {
      guard start.lines.filter({ $0.partition == partition }) == wanted.filter({ $0.partition == partition }) else {
        return "partition \(partition) lost a record, and nothing was said of it"
      }
    }
    return nil
  }

  /// The two ways in which tools read it.
  private func viewFault(_ disk: SimulatedDisk, _ run: JournalRun) -> String? {
    let reading = JournalReading()
    do throws(JournalError) {
      let view = try JournalView(disk: disk.copy())
      let beginning = try JournalStart.newest(view.disk, view.id)?.beginning ?? JournalBeginning()
      _ = try view.recover(from: beginning) { reading.take($0, $1) }
      if let fault = fault(in: reading.lines, run) { return "view: \(fault)" }
      reading.removeAll()
      _ = try view.survey { reading.take($0.record, $1) }
    } catch {
      return nil
    }
    // Of files in each other's place, so in any order.
    let strange = reading.lines.first { !isWritten($0, run) }
    return strange.map { "survey: \($0) was not written" }
  }

  private func fault(in lines: [JournalLine], _ run: JournalRun) -> String? {
    if let strange = lines.first(where: { !isWritten($0, run) }) { return "\(strange) was not written" }
    let isAscending = zip(lines, lines.dropFirst()).allSatisfy { $0.index < $1.index }
    return isAscending ? nil : "records are handed over out of order"
  }

  private func isWritten(_ line: JournalLine, _ run: JournalRun) -> Bool {
    guard line.index > 0, line.index <= run.attempted.count else { return false }
    return run.attempted[Int(line.index) - 1] == line
  }
}
