import RoostCore
import RoostJournal
import RoostTelemetry
import RoostWorker

/// A row per segment, and what is damaged in them.
enum SegmentTable {
  static func text(
    _ listing: Listing, _ times: [UInt64: ClosedRange<Instant>], _ snapshots: [SnapshotFinding]
  ) -> String {
    var rows = [["segment", "format", "first", "last", "records", "fill", "state", "from", "to"]]
    for segment in listing.segments {
      let time = times[segment.number]
      rows.append([
        String(segment.number), segment.version == 0 ? "-" : String(segment.version), index(segment.firstIndex),
        index(segment.lastIndex), String(segment.records), fill(segment), state(segment, listing),
        time.map { LogLine.timestamp($0.lowerBound.ms) } ?? "-",
        time.map { LogLine.timestamp($0.upperBound.ms) } ?? "-",
      ])
    }
    let damage = listing.segments.flatMap { segment in
      segment.damage.map { (name: "damage", value: $0.description) }
    }
    let stands = snapshots.map { snapshot in
      (
        name: "snapshot",
        value: snapshot.damage?.description ?? "of records 1 to \(snapshot.through), \(snapshot.bytes) bytes, good"
      )
    }
    return columns(rows) + FactTable.text(stands + damage)
  }

  private static func index(_ index: RoostJournal.RecordIndex) -> String { index == .none ? "-" : index.description }

  private static func fill(_ segment: SegmentSurvey) -> String {
    segment.dataBytes == 0 ? "-" : "\(segment.usedBytes * 100 / segment.dataBytes)%"
  }

  private static func state(_ segment: SegmentSurvey, _ listing: Listing) -> String {
    switch segment.headers {
    case .damaged: return "no header"
    case .tooNew(let leastReader): return "needs format \(leastReader)"
    case .misplaced: return "not of this journal"
    case .whole, .oneDamaged: break
    }
    if !segment.damage.isEmpty { return "damaged" }
    if segment.headers == .oneDamaged { return "one header bad" }
    if listing.tornBytes > 0, segment.number == listing.segments.last?.number { return "torn tail" }
    return "good"
  }

  private static func columns(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { Columns.line($0, widths) }.joined()
  }
}
