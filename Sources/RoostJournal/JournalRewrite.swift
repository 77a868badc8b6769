/// A journal that is written anew, record by record, with the identity and the numbers of another one: what a repair makes
/// of what it can keep. It is a data folder of its own until it takes the other's place.
package final class JournalRewrite {
  private let journal: Journal
  private let group = RecordGroup()
  /// Bytes of a group: few flushes, and no more than fits a segment.
  private let groupBytes: Int

  /// - Parameters:
  ///   - disk: a folder that has no journal yet.
  ///   - beginning: what stands before the first record that will be added: the snapshot of `source` through there, which
  ///     is copied, or nothing.
  package init(
    _ disk: any Disk, id: JournalID, after beginning: JournalBeginning, of source: any Disk,
    configuration: JournalConfiguration = JournalConfiguration()
  ) throws(JournalError) {
    try translating { () throws(DiskError) in
      try disk.createDirectory("")
      try disk.createDirectory(JournalName.directory)
      disk.close(try disk.create(JournalName.repairMark))
      try disk.fsyncDirectory(JournalName.directory)
    }
    try JournalIdentity.store(id, disk)
    if beginning.startingAfter > .none {
      try Self.copy(JournalName.snapshot(beginning.startingAfter), of: source, to: disk)
    }
    try Journal.createFirstSegment(disk, configuration, id, firstIndex: beginning.startingAfter.next)
    groupBytes = min(256 << 10, configuration.segmentBytes / 4)
    journal = try Journal.open(
      disk: disk, configuration: configuration, isDraft: true, begin: { _ in beginning }, onRecord: { _, _ in })
  }

  private static func copy(_ name: String, of source: any Disk, to disk: any Disk) throws(JournalError) {
    try translating { () throws(DiskError) in
      let from = try source.open(name)
      defer { source.close(from) }
      let file = try disk.create(name)
      defer { disk.close(file) }
      let block = Block(byteCount: 1 << 20)
      var offset: UInt64 = 0
      while true {
        let count = try source.read(from, into: block.bytes, at: offset)
        if count == 0 { break }
        var done = 0
        try disk.writeAll(file, block.readOnly.part(0, count), at: offset, done: &done)
        offset += UInt64(count)
      }
      try disk.fdatasync(file)
    }
  }

  /// The number that the next record gets.
  package var nextIndex: RecordIndex { RecordIndex(journal.nextIndex.rawValue + UInt64(group.count)) }

  package func add(partition: UInt32, epoch: UInt64, payload: [UInt8]) throws(JournalError) {
    if !group.isEmpty, group.byteCount + payload.count > groupBytes { try flush() }
    try group.add(partition: partition, epoch: epoch, payload: payload)
  }

  private func flush() throws(JournalError) {
    try journal.append(group)
    group.removeAll()
  }

  /// On return all of it is durable, and the folder is given up.
  package func finish() throws(JournalError) {
    try flush()
    try journal.close()
  }
}
