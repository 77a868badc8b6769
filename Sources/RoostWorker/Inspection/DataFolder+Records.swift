import RoostCore
import RoostJournal
import RoostWire

/// A reading of every record that can be read, whatever stands between them.
package struct Listing {
  /// What each segment holds.
  package let segments: [SegmentSurvey]
  /// Why a start would not read the log to its end; nil = it would.
  package let obstacle: JournalError?
  /// Bytes of a torn tail, which is not listed: it was never promised.
  package let tornBytes: Int

  /// Every record that was written was listed.
  package var isComplete: Bool {
    obstacle == nil && segments.allSatisfy { $0.damage.isEmpty && $0.headers == .whole }
  }
}

extension DataFolder {
  /// Hands over all intact records in their order, those of quarantined partitions too.
  ///
  /// Errors: of the device; damage is in the listing.
  package func list(_ body: (PlacedRecord, DecodedRecord) -> Void) throws(JournalError) -> Listing {
    var findings: JournalFindings?
    var obstacle: JournalError?
    do throws(JournalError) {
      findings = try journal.recover(from: try begin().1)
    } catch {
      switch error {
      case .unreadable, .tooNew, .beginningMissing: obstacle = error
      default: throw error
      }
    }
    let segments = try journal.survey(through: findings) { placed, payload in
      body(placed, decode(placed.record, payload))
    }
    return Listing(segments: segments, obstacle: obstacle, tornBytes: findings?.summary.cutBytes ?? 0)
  }

  /// What each segment holds, and the stream's time of its first and last record.
  package func segments() throws(JournalError) -> (listing: Listing, times: [UInt64: ClosedRange<Instant>]) {
    var times: [UInt64: ClosedRange<Instant>] = [:]
    let listing = try list { placed, decoded in
      guard case .read(let reading) = decoded, let time = reading.batch.time else { return }
      let known = times[placed.segment] ?? time...time
      times[placed.segment] = min(known.lowerBound, time)...max(known.upperBound, time)
    }
    return (listing, times)
  }
}

extension JournalBatch {
  /// The stream's time when it was decided, where it says so.
  package var time: Instant? { streamTime ?? position?.storedAt }
}
