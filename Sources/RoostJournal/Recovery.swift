/// Reads a log from its first segment to its end, checks everything, hands the records over in order. Changes nothing
/// on the disk.
struct Recovery {
  let disk: any Disk
  let id: JournalID
  let beginning: JournalBeginning
  let onRecord: (RecoveredRecord, RawSpan) -> Void
  let onProgress: (JournalProgress) -> Void

  var ledger: DamageLedger
  var segments: [SegmentPlace] = []
  /// The index that the next record must have.
  var expected = RecordIndex.none
  /// CRC of the last record; compared only if `chainIsKnown`.
  var chain: UInt32 = 0
  var chainIsKnown = false
  /// Partition of the last record; nil for a mark.
  var lastPartition: UInt32?
  var partitionLast: [UInt32: RecordIndex] = [:]
  var recordsRead = 0
  var endsWithMark = false
  /// As in `RecoverySummary`.
  private var cutShort: Damage?
  /// Where the records before the next segment end: the place to name if some are missing there.
  private var ended: Damage?
  /// The file of the segment before the next one was cut short, within its records or behind them.
  private var endsEarly = false
  /// Segments whose records are all in the owner's snapshot: they are not read.
  private var skipped: [SegmentPlace] = []
  /// The number of the first one that is.
  private(set) var firstRead: UInt64 = 0

  init(
    disk: any Disk, id: JournalID, beginning: JournalBeginning,
    onProgress: @escaping (JournalProgress) -> Void = { _ in },
    onRecord: @escaping (RecoveredRecord, RawSpan) -> Void
  ) {
    self.onProgress = onProgress
    self.disk = disk
    self.id = id
    self.beginning = beginning
    self.onRecord = onRecord
    partitionLast = beginning.lastRecords
    ledger = DamageLedger(startingAfter: beginning.startingAfter)
  }

  /// The end of the log as found.
  struct End {
    let log: LogEnd
    /// Of the last segment: from the end of the log to the last byte that is not zero. Empty unless the tail is torn.
    let torn: Range<UInt64>
    /// Bytes that the last segment's file has; fewer than its size if somebody cut it.
    let fileBytes: UInt64
  }

  /// - Parameters:
  ///   - numbers: of the segments in the folder, ascending, not empty.
  ///   - newest: of the newest one that there was; nil = not known.
  mutating func run(_ numbers: [UInt64], newest: UInt64?) throws(JournalError) -> End {
    let wanted = try skip(numbers)
    if let newest, newest > wanted[wanted.count - 1] {
      cutShort = damage(JournalName.segment(newest), 0, "the last segment is missing")
    }
    firstRead = wanted[0]
    for (place, number) in wanted.dropLast().enumerated() {
      onProgress(.segments(place + 1, of: wanted.count))
      try readSealed(number)
    }
    onProgress(.segments(wanted.count, of: wanted.count))
    return try readLast(wanted[wanted.count - 1])
  }

  func summary(_ end: End) -> RecoverySummary {
    RecoverySummary(
      lastIndex: RecordIndex(expected.rawValue - 1), recordsRead: recordsRead, cutBytes: end.torn.count,
      quarantined: ledger.quarantined(), harmless: ledger.harmless, cutShort: cutShort)
  }

  /// Reads segments that take no more appends, all of whose records through `last` must be whole. Errors: `.unreadable`.
  mutating func runSealed(_ numbers: [UInt64], through last: RecordIndex) throws(JournalError) {
    for number in try skip(numbers) { try readSealed(number) }
    if let quarantine = ledger.quarantined().first { throw unreadable(quarantine.damage) }
    if expected != last.next {
      throw unreadable(ended ?? damage(JournalName.directory, 0, "segments are missing"))
    }
  }

  /// The segments from the one on that holds what comes first. A damaged header is not skipped: what it hides is a loss.
  private mutating func skip(_ numbers: [UInt64]) throws(JournalError) -> [UInt64] {
    guard beginning.startingAfter > .none else { return numbers }
    var places: [(position: Int, place: SegmentPlace)] = []
    for (position, number) in numbers.enumerated() {
      let file = try open(JournalName.segment(number))
      defer { disk.close(file) }
      let decoded = try translating { () throws(DiskError) in try disk.readHeader(file) }
      guard case .header(let header, _) = decoded, header.firstIndex <= beginning.startingAfter.next else { continue }
      places.append((position, SegmentPlace(header)))
    }
    guard let first = places.last else { return numbers }
    skipped = places.dropLast().map(\.place)
    return Array(numbers[first.position...])
  }

  private mutating func readSealed(_ number: UInt64) throws(JournalError) {
    let name = JournalName.segment(number)
    let file = try open(name)
    defer { disk.close(file) }
    guard let (header, image) = try load(file, number: number) else {
      // Its records are lost; how many, the next header tells.
      if ended == nil { ended = damage(name, 0, "the segment's header is damaged") }
      return
    }
    try enter(header)
    let end = try readRecords(image, name: name, isLast: false)
    ended = damage(
      name, end, image.isCutShort ? "the file was cut short" : "records up to the end of the segment are missing")
    endsEarly = image.isCutShort
  }

  private mutating func readLast(_ number: UInt64) throws(JournalError) -> End {
    let name = JournalName.segment(number)
    let file = try open(name)
    do throws(JournalError) {
      guard let (header, image) = try load(file, number: number) else {
        throw unreadable(name, "the header of the last segment is damaged")
      }
      try enter(header)
      if image.isCutShort { cutShort = damage(name, image.fileBytes, image.shortage) }
      let end = try readRecords(image, name: name, isLast: true)
      for page in image.unreadable where page.lowerBound >= end {
        ledger.lose(
          expected..<expected, damage(name, page.lowerBound, "the device cannot read this, behind the log's end"))
      }
      // Going on would give numbers away again that the snapshot stands for: the next start would not read those records.
      guard expected > beginning.startingAfter else {
        throw unreadable(
          damage(
            name, end,
            "the log ends before record \(expected), but its snapshot holds record \(beginning.startingAfter)"))
      }
      let segment = OpenSegment(
        file: file, number: number, sizeBytes: header.sizeBytes, seed: image.seed, offset: UInt64(end))
      let log = LogEnd(
        segment: segment, segments: skipped + segments, chain: chain, nextIndex: expected, partitionLast: partitionLast)
      return End(log: log, torn: UInt64(end)..<UInt64(image.end(from: end)), fileBytes: UInt64(image.fileBytes))
    } catch {
      disk.close(file)
      throw error
    }
  }

  private func open(_ name: String) throws(JournalError) -> DiskFile {
    try translating { () throws(DiskError) in try disk.open(name) }
  }

  /// Header and contents of a segment; nil if the header is damaged.
  private func load(_ file: DiskFile, number: UInt64) throws(JournalError) -> (SegmentHeader, SegmentImage)? {
    let name = JournalName.segment(number)
    switch try translating({ () throws(DiskError) in try disk.readHeader(file) }) {
    case .damaged: return nil
    case .tooNew(let leastReader): throw .tooNew(path: disk.path(of: name), leastReader: leastReader)
    case .header(let header, let seed):
      guard header.journal == id else { throw unreadable(name, "the segment belongs to another journal") }
      guard header.number == number else {
        throw unreadable(name, "it is not in its place: it was written as \(JournalName.segment(header.number))")
      }
      guard header.hasSoundSize else { return nil }
      let image = try translating { () throws(DiskError) in
        try SegmentImage(disk, file, header: header, seed: seed)
      }
      return (header, image)
    }
  }

  /// Compares where the last segment ended with what this one's header vouches for.
  private mutating func enter(_ header: SegmentHeader) throws(JournalError) {
    let name = JournalName.segment(header.number)
    if segments.isEmpty {
      let needed = beginning.startingAfter.next
      if header.firstIndex > needed {
        // A first segment that is there but damaged is a loss; one that is not there is a mistake of the caller's.
        guard let ended else { throw .beginningMissing(first: header.firstIndex, needed: needed) }
        ledger.lose(needed..<header.firstIndex, ended)
      }
    } else if header.firstIndex < expected {
      throw unreadable(name, "it begins at record \(header.firstIndex), but records before \(expected) were read")
    } else if header.firstIndex > expected {
      ledger.lose(expected..<header.firstIndex, ended ?? damage(name, 0, "records before this segment are missing"))
    } else if chainIsKnown, header.previousChain != chain, let lastPartition {
      let place = damage(name, 0, "the record before this segment is not the one that was written")
      ledger.damage(lastPartition, at: expected, place)
    }
    if endsEarly, header.firstIndex == expected, let ended { ledger.lose(expected..<expected, ended) }
    endsEarly = false
    ended = nil
    expected = header.firstIndex
    chain = header.previousChain
    chainIsKnown = true
    lastPartition = nil
    segments.append(SegmentPlace(header))
  }

  func damage(_ name: String, _ offset: Int, _ reason: String) -> Damage {
    Damage(file: disk.path(of: name), offset: UInt64(offset), reason: reason)
  }

  private func unreadable(_ name: String, _ reason: String) -> JournalError { unreadable(damage(name, 0, reason)) }

  func unreadable(_ damage: Damage) -> JournalError {
    .unreadable(path: damage.file, offset: damage.offset, reason: damage.reason)
  }
}
