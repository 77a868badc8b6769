/// Writes a snapshot: records, in the framing of the log, that say together what all records of the log through one of
/// them said. It counts once `finish` has returned; before that the file has another name.
///
/// Flushed step by step: a flush of the whole at the end would keep the log's own flushes waiting behind it.
package final class SnapshotWriter {
  /// Bytes gathered before they are written and flushed.
  static let stepBytes = 1 << 20

  private let disk: any Disk
  private let file: DiskFile
  private var header: SnapshotHeader
  private var chain: UInt32 = 0
  private let group = RecordGroup(capacityBytes: stepBytes + (64 << 10))
  private var indexes: [RecordIndex] = []
  private var offset = UInt64(SnapshotHeader.dataOffset)
  private var isOpen = true

  /// Bytes of the file so far.
  package var byteCount: Int { Int(offset) + group.byteCount }

  /// Begins anew, over whatever an interrupted one left.
  package init(disk: any Disk, journal: JournalID, through: RecordIndex, salt: UInt64) throws(JournalError) {
    self.disk = disk
    header = SnapshotHeader(journal: journal, through: through, sizeBytes: 0, records: 0, salt: salt, lastChain: 0)
    try Self.removeDraft(disk)
    file = try translating { () throws(DiskError) in try disk.create(JournalName.snapshotDraft) }
  }

  deinit { if isOpen { disk.close(file) } }

  /// `index`: the last record of the partition, or the one in which the payload was decided.
  package func add(index: RecordIndex, partition: UInt32, payload: [UInt8]) throws(JournalError) {
    try group.add(partition: partition, epoch: 0, payload: payload)
    indexes.append(index)
    if group.byteCount >= Self.stepBytes { try write() }
  }

  /// The snapshot is durable, under its name, on return.
  package func finish() throws(JournalError) {
    try write()
    header.sizeBytes = offset
    header.lastChain = chain
    let block = Block(byteCount: SnapshotHeader.dataOffset)
    header.encode(into: block.bytes)
    try put(block.readOnly, at: 0)
    disk.close(file)
    isOpen = false
    let name = JournalName.snapshot(header.through)
    do throws(DiskError) {
      try disk.rename(JournalName.snapshotDraft, to: name)
      try disk.fsyncDirectory(JournalName.directory)
    } catch {
      throw JournalError(error)
    }
  }

  /// Gives up, and the room with it.
  package func abandon() throws(JournalError) {
    if isOpen { disk.close(file) }
    isOpen = false
    try Self.removeDraft(disk)
  }

  static func removeDraft(_ disk: any Disk) throws(JournalError) {
    try translating { () throws(DiskError) in
      guard try disk.list(JournalName.directory).contains(JournalName.snapshotDraftEntry) else { return }
      try disk.remove(JournalName.snapshotDraft)
    }
  }

  private func write() throws(JournalError) {
    guard !group.isEmpty else { return }
    for (entry, index) in zip(group.entries, indexes) {
      let record = RecordHeader(
        kind: .batch, payloadBytes: entry.payloadBytes, index: index, partition: entry.partition, epoch: 0,
        flushedThrough: header.through, partitionPrevious: .none, previousChain: chain)
      chain = record.seal(group.record(entry), seed: header.seed, offset: offset + UInt64(entry.start))
    }
    try put(group.bytes, at: offset)
    offset += UInt64(group.byteCount)
    header.records += UInt64(group.count)
    group.removeAll()
    indexes.removeAll(keepingCapacity: true)
  }

  private func put(_ bytes: UnsafeRawBufferPointer, at place: UInt64) throws(JournalError) {
    try translating { () throws(DiskError) in
      var done = 0
      try disk.writeAll(file, bytes, at: place, done: &done)
      try disk.fdatasync(file)
    }
  }
}
