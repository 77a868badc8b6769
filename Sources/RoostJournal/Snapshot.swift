/// A snapshot on the disk: what the log through one record said, in fewer records.
package struct Snapshot: Equatable, Sendable {
  /// The last record that it stands for.
  package let through: RecordIndex

  /// Those in the folder, by their names alone, oldest first.
  package static func list(_ disk: any Disk) throws(JournalError) -> [Snapshot] {
    try translating { () throws(DiskError) in try disk.list(JournalName.directory) }
      .compactMap(JournalName.snapshot(ofEntry:)).sorted().map(Snapshot.init)
  }

  /// What came of reading one.
  package enum Reading: Equatable, Sendable {
    /// `lastRecords`: of each partition that the log had until then.
    case whole(lastRecords: [UInt32: RecordIndex], bytes: UInt64)
    /// Not to be used, nor what was handed over of it.
    case damaged(Damage)
  }

  /// Hands its records over in order. What came of it is known at the end only. Where the device cannot read it, it is
  /// damaged like any other. Errors: `.tooNew`, and those of the disk.
  package func read(
    _ disk: any Disk, journal: JournalID, onProgress: (JournalProgress) -> Void = { _ in },
    onRecord: (RecoveredRecord, RawSpan) -> Void
  ) throws(JournalError) -> Reading {
    var offset: UInt64 = 0
    do throws(JournalError) {
      return try read(disk, journal, &offset, onProgress, onRecord)
    } catch {
      let path = disk.path(of: JournalName.snapshot(through))
      switch error {
      case .deviceFailed(let cause) where cause.meansUnreadable:
        return .damaged(Damage(file: path, offset: offset, reason: "the device cannot read it (\(cause.reason))"))
      case .notAFile: return .damaged(Damage(file: path, offset: 0, reason: "it is no regular file"))
      default: throw error
      }
    }
  }

  /// `offset`: as far as it is read.
  private func read(
    _ disk: any Disk, _ journal: JournalID, _ offset: inout UInt64, _ onProgress: (JournalProgress) -> Void,
    _ onRecord: (RecoveredRecord, RawSpan) -> Void
  ) throws(JournalError) -> Reading {
    let name = JournalName.snapshot(through)
    let file = try translating { () throws(DiskError) in try disk.open(name) }
    defer { disk.close(file) }
    let path = disk.path(of: name)
    func damaged(_ offset: UInt64, _ reason: String) -> Reading {
      .damaged(Damage(file: path, offset: offset, reason: reason))
    }
    let block = Block(byteCount: SnapshotHeader.encodedBytes)
    let sizes = try translating { () throws(DiskError) in
      (read: try disk.read(file, into: block.bytes, at: 0), file: try disk.size(of: file))
    }
    let header: SnapshotHeader
    switch sizes.read < SnapshotHeader.encodedBytes ? .damaged : SnapshotHeader.decode(block.readOnly) {
    case .damaged: return damaged(0, "the snapshot's header is damaged")
    case .tooNew(let leastReader): throw .tooNew(path: path, leastReader: leastReader)
    case .header(let found): header = found
    }
    guard header.journal == journal else { return damaged(0, "the snapshot belongs to another journal") }
    guard header.through == through else { return damaged(0, "the snapshot was renamed") }
    guard header.sizeBytes <= sizes.file else { return damaged(sizes.file, "the snapshot was cut short") }
    guard header.sizeBytes == sizes.file else { return damaged(header.sizeBytes, "there is more than the snapshot") }

    var window = Window(disk: disk, file: file, sizeBytes: header.sizeBytes)
    offset = UInt64(SnapshotHeader.dataOffset)
    var chain: UInt32 = 0
    var count: UInt64 = 0
    var last: [UInt32: RecordIndex] = [:]
    while offset < header.sizeBytes {
      guard let bytes = try window.record(at: offset, seed: header.seed, previousChain: chain) else {
        return damaged(offset, "the record's checksum is wrong")
      }
      chain = bytes.chain
      count += 1
      last[bytes.header.partition] = max(last[bytes.header.partition] ?? .none, bytes.header.index)
      onRecord(
        RecoveredRecord(index: bytes.header.index, partition: bytes.header.partition, epoch: bytes.header.epoch),
        bytes.payload.bytes)
      offset += UInt64(bytes.header.recordBytes)
      if count % 1_000 == 0 { onProgress(.snapshot(offset, of: header.sizeBytes)) }
    }
    guard count == header.records, chain == header.lastChain else {
      return damaged(offset, "the snapshot does not end as it should")
    }
    return .whole(lastRecords: last, bytes: header.sizeBytes)
  }

  package func remove(_ disk: any Disk) throws(JournalError) {
    try translating { () throws(DiskError) in
      try disk.remove(JournalName.snapshot(through))
      try disk.fsyncDirectory(JournalName.directory)
    }
  }

  /// A part of the file in memory: at least the record that is read.
  private struct Window {
    static let bytes = 4 << 20

    let disk: any Disk
    let file: DiskFile
    let sizeBytes: UInt64
    private var block = Block(byteCount: 0)
    private var start: UInt64 = 0
    private var count = 0

    init(disk: any Disk, file: DiskFile, sizeBytes: UInt64) {
      self.disk = disk
      self.file = file
      self.sizeBytes = sizeBytes
    }

    /// nil: there is none that is good for this place.
    mutating func record(
      at offset: UInt64, seed: UInt32, previousChain: UInt32
    ) throws(JournalError) -> (header: RecordHeader, payload: UnsafeRawBufferPointer, chain: UInt32)? {
      guard try load(offset, RecordHeader.recordBytes(payloadBytes: 0)),
        let length = RecordHeader.payloadBytes(readable, at: place(offset)),
        try load(offset, RecordHeader.recordBytes(payloadBytes: length)),
        let header = RecordHeader(readable, at: place(offset), checkedAt: offset, seed: seed),
        header.kind == .batch, header.previousChain == previousChain
      else { return nil }
      let record = readable.part(place(offset), header.recordBytes)
      let headerCRC = record.number(UInt32.self, at: RecordHeader.encodedBytes - 4)
      let body = record.part(RecordHeader.encodedBytes, record.count - RecordHeader.encodedBytes - 4)
      let chain = record.number(UInt32.self, at: record.count - 4)
      guard crc32c(body, seed: headerCRC) == chain else { return nil }
      return (header, record.part(RecordHeader.encodedBytes, header.payloadBytes), chain)
    }

    private var readable: UnsafeRawBufferPointer { block.readOnly.part(0, count) }
    private func place(_ offset: UInt64) -> Int { Int(offset - start) }

    /// So many bytes from `offset` on are in memory; false: the file ends before.
    private mutating func load(_ offset: UInt64, _ needed: Int) throws(JournalError) -> Bool {
      if offset >= start, offset + UInt64(needed) <= start + UInt64(count) { return true }
      guard offset + UInt64(needed) <= sizeBytes else { return false }
      let size = max(needed, Self.bytes)
      if block.bytes.count < size { block = Block(byteCount: size) }
      let (disk, file, block) = (self.disk, self.file, self.block)
      count = try translating { () throws(DiskError) in try disk.read(file, into: block.bytes, at: offset) }
      start = offset
      return count >= needed
    }
  }
}
