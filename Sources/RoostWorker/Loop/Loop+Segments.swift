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
    do throws(JournalError) {
      if journal.needsPreparation { try journal.prepareNextSegment() }
    } catch {
      // Without room now there may be some when the segment is needed; the commit then says so.
      guard case .diskFull = error else { throw WorkerError(error) }
    }
    let sealed = journal.sealed
    if sealed.through > sealedThrough {
      sealedThrough = sealed.through
      compacting?.sealed(sealed.segments, through: sealed.through)
    }
    guard snapshotThrough > 0 else { return }
    do throws(JournalError) {
      let isTooMuch = sealed.segments.reduce(0) { $0 + $1.sizeBytes } > WorkerLimits.historyBytes
      let oldMs = clocks.wallMs() - settings.historyMs
      let isRemoved = try journal.removeOldestSegment(below: RecordIndex(snapshotThrough + 1)) { next in
        isTooMuch || next.createdMs <= oldMs
      }
      if isRemoved { metrics.add(.journalSegmentsRemoved) }
    } catch {
      throw WorkerError(error)
    }
  }
}
