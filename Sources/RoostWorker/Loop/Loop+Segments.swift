import RoostJournal
import RoostTelemetry

/// Makes snapshots beside the loop.
package protocol Compacting: AnyObject {
  /// These segments take no more appends, and this is the last record in them. Must not block.
  func sealed(_ segments: [SegmentPlace], through: RecordIndex)
}

// What is done with the journal's files between turns.

extension Loop {
  /// Makes the next segment ready, tells the compactor of sealed ones, and removes the oldest that nobody needs: one step of
  /// each, so that the next turn is not late.
  package func tidy() throws(WorkerError) {
    try prepare()
    if journal.sealedThrough > sealedThrough {
      let sealed = journal.sealed
      sealedThrough = sealed.through
      compacting?.sealed(sealed.segments, through: sealed.through)
    }
    guard snapshotThrough > 0 else { return }
    do throws(JournalError) {
      let isTooMuch = journal.sealed.segments.reduce(0) { $0 + $1.sizeBytes } > settings.historyBytes
      let oldMs = clocks.wallMs() - settings.historyMs
      let isRemoved = try journal.removeOldestSegment(below: RecordIndex(snapshotThrough + 1)) { next in
        isTooMuch || next.createdMs <= oldMs
      }
      if isRemoved { metrics.add(.journalSegmentsRemoved) }
    } catch {
      throw WorkerError(error)
    }
  }

  /// Without room now there may be some when the segment is needed; the commit then says so. Until it is tried again no
  /// turn writes the beginning of a segment that has to be given back.
  private func prepare() throws(WorkerError) {
    guard journal.needsPreparation, clocks.monotonicNs() >= preparationNs else { return }
    do throws(JournalError) {
      try journal.prepareNextSegment()
    } catch {
      guard case .diskFull = error else { throw WorkerError(error) }
      preparationNs = clocks.monotonicNs() + WorkerLimits.diskFullRetryNs
    }
  }
}
