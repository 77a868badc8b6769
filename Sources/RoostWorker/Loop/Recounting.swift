import Glibc
import RoostCore
import RoostJournal
import RoostWire

/// Reads the journal's files for questions about the past, beside the loop.
package protocol Recounting: AnyObject {
  /// Takes the question, unless too many are under way: then false. `Notice.told` brings the reply. Must not block.
  func recount(_ question: HistoryQuestion) -> Bool
}

/// A question about the past, and what there was to read when it was asked.
package struct HistoryQuestion: Sendable {
  package var pool: PoolID
  package var request: HistoryRequest
  package var inquiry: Inquiry
  package var startNs: Int64
  /// Ascending.
  package var segments: [SegmentPlace]
  /// The last durable record.
  package var through: RoostJournal.RecordIndex
  /// What the rows of the reply may take.
  package var greatestBytes: Int

  /// The page that answers it. Rows of one record are never parted: the next page begins with the record before.
  package func page(_ disk: any Disk, journal: JournalID, codec: WireCodec) throws(JournalError) -> HistoryPage {
    let limit = APIRequest.rows(request.limit)
    let before = request.beforeRecord == 0 ? UInt64.max : request.beforeRecord
    var page = HistoryPage(entries: [])
    var bytes = 0
    var read = 0
    for (place, segment) in segments.enumerated().reversed() where segment.firstIndex.rawValue < before {
      if read == WorkerLimits.historySegments {
        page.nextRecord = segments[place + 1].firstIndex.rawValue
        return page
      }
      read += 1
      let last = min(through, RoostJournal.RecordIndex(before - 1))
      guard let records = try entries(disk, journal, segment.number, last, codec) else { return page }
      for entries in records.reversed() {
        let size = entries.reduce(0) { $0 + $1.greatestBytes }
        if !page.entries.isEmpty, page.entries.count >= limit || bytes + size > greatestBytes {
          page.nextRecord = (page.entries.last?.record ?? 0)
          return page
        }
        bytes += size
        page.entries += entries.reversed()
      }
    }
    return page
  }

  /// What the newest records of a segment say of the actor, record by record; nil: the segment is gone.
  private func entries(
    _ disk: any Disk, _ journal: JournalID, _ segment: UInt64, _ last: RoostJournal.RecordIndex, _ codec: WireCodec
  ) throws(JournalError) -> [[HistoryEntry]]? {
    var found: [[HistoryEntry]] = []
    var time = Instant(ms: 0)
    let name = Array(request.actor.text.utf8)
    let isThere = try SegmentRecords.read(disk, journal: journal, segment: segment, through: last) { record, payload in
      payload.withUnsafeBytes { bytes in
        // Most records are about others: these are not decoded.
        guard bytes.holds(name) else { return }
        let reading: JournalReading
        do throws(WireError) {
          reading = try codec.decodeJournalBatch(bytes, record: record.index.rawValue)
        } catch { return }
        time = reading.batch.time ?? time
        let entries = reading.batch.sections.lazy.filter { $0.pool == pool }
          .flatMap {
            $0.entries(
              of: request.actor, record: record.index.rawValue, through: reading.batch.position?.sequence ?? 0, at: time
            )
          }
        if !entries.isEmpty { found.append(Array(entries)) }
        if found.count > 2 * WorkerLimits.listedRows { found.removeFirst(WorkerLimits.listedRows) }
      }
    }
    return isThere ? found : nil
  }
}

extension UnsafeRawBufferPointer {
  /// Do these bytes stand anywhere in it?
  fileprivate func holds(_ part: [UInt8]) -> Bool {
    guard let start = baseAddress, let first = part.first, count >= part.count else { return false }
    var at = 0
    let end = count - part.count
    while at <= end, let found = memchr(start + at, Int32(first), end - at + 1) {
      if memcmp(found, part, part.count) == 0 { return true }
      at = UnsafeRawPointer(found) - start + 1
    }
    return false
  }
}
