/// A journal that is written anew, record by record, with the identity and the numbers of another one: what a repair makes
/// of what it can keep. It is a data folder of its own until it takes the other's place.
package final class JournalRewrite {
  private let journal: Journal
  private let group = RecordGroup()
  /// Bytes of a group: few flushes, and no more than fits a segment.
  private let groupBytes: Int

  /// - Parameters:
  ///   - disk: a folder that has no journal yet.
  ///   - firstIndex: the number of the first record that will be added.
  package init(
    _ disk: any Disk, id: JournalID, firstIndex: RecordIndex,
    configuration: JournalConfiguration = JournalConfiguration()
  ) throws(JournalError) {
    try translating { () throws(DiskError) in
      try disk.createDirectory("")
      try disk.createDirectory(JournalName.directory)
    }
    try JournalIdentity.store(id, disk)
    try Journal.createFirstSegment(disk, configuration, id, firstIndex: firstIndex)
    groupBytes = min(256 << 10, configuration.segmentBytes / 4)
    let beginning = JournalBeginning(startingAfter: RecordIndex(firstIndex.rawValue - 1), lastRecords: [:])
    journal = try Journal.open(
      disk: disk, configuration: configuration, begin: { _ in beginning }, onRecord: { _, _ in })
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
