import RoostCore
import RoostJournal
import RoostWorker

/// Makes snapshots of the simulated worker's journal, some time after a segment was sealed, or never; on a disk that may
/// fail in the middle of it.
final class SimulatedCompactor: Compacting {
  unowned let simulation: Simulation
  private var sealed: (segments: [SegmentPlace], through: RoostJournal.RecordIndex) = ([], .none)
  private(set) var dueNs = Int64.max

  init(_ simulation: Simulation) { self.simulation = simulation }

  func sealed(_ segments: [SegmentPlace], through: RoostJournal.RecordIndex) {
    sealed = (segments, through)
    let pauseMs = Int64(simulation.random.pick([0, 0, 50, 3_000]))
    if !segments.isEmpty, simulation.random.chance(80) { dueNs = simulation.nowNs + pauseMs * 1_000_000 }
  }

  /// With the process everything that was planned is gone.
  func end() { dueNs = .max }

  func work() {
    dueNs = .max
    let worker = simulation.worker!
    guard let journal = worker.journal else { return }
    let compaction = Compaction(
      disk: worker.disk, journal: journal.id, defaults: simulation.story.setting.defaults,
      partitions: Simulation.partitions, random: { [unowned simulation] in simulation.random.next() })
    do throws(JournalError) {
      guard let outcome = try compaction.run(segments: sealed.segments, through: sealed.through) else { return }
      simulation.note("snapshot of \(outcome.through), beside it \(outcome.olderThrough)")
      simulation.coverage.add(outcome.olderThrough == .none ? "first snapshot" : "another snapshot")
      worker.notice(.snapshotMade(olderThrough: outcome.olderThrough.rawValue))
    } catch {
      switch error {
      case .diskFull: simulation.coverage.add("no room for a snapshot")
      case .deviceFailed, .flushFailed:
        simulation.coverage.add("disk fails during a snapshot")
        worker.die(error.code, restartMs: 50)
      default: simulation.fail("compaction: \(error)")
      }
    }
  }
}
