import RoostJournal

/// A journal that is opened as a worker opens it: the newest snapshot that is whole, and the log after it.
package struct JournalStart {
  package let journal: Journal
  /// The record that the snapshot stands for; 0: there was none.
  package private(set) var through: UInt64 = 0
  package private(set) var snapshot: [JournalLine] = []
  /// What the log handed over.
  package let lines: [JournalLine]

  package init(_ disk: SimulatedDisk, seed: UInt64 = 1) throws(JournalError) {
    var (through, snapshot) = (UInt64(0), [JournalLine]())
    let reading = JournalReading()
    let begin: (JournalID) throws(JournalError) -> JournalBeginning = { id throws(JournalError) in
      guard let (found, beginning) = try Self.newest(disk, id) else { return JournalBeginning() }
      (through, snapshot) = (beginning.startingAfter.rawValue, found)
      return beginning
    }
    journal = try Journal.open(disk: disk, configuration: JournalRun.configuration(seed), begin: begin) {
      reading.take($0, $1)
    }
    lines = reading.lines
    (self.through, self.snapshot) = (through, snapshot)
  }

  /// The newest snapshot that is whole.
  static func newest(
    _ disk: any Disk, _ id: JournalID
  ) throws(JournalError) -> (lines: [JournalLine], beginning: JournalBeginning)? {
    for candidate in try Snapshot.list(disk).reversed() {
      let reading = JournalReading()
      let found = try candidate.read(disk, journal: id) { reading.take($0, $1) }
      guard case .whole(let last, _) = found else { continue }
      return (reading.lines, JournalBeginning(startingAfter: candidate.through, lastRecords: last))
    }
    return nil
  }

  /// Writes one record more, as a worker that goes on does, and stops at that.
  package func goOn(from last: UInt64) throws(JournalError) -> JournalLine {
    let line = JournalLine.made(last + 1, partition: 9, size: 33)
    let group = RecordGroup()
    try group.add(partition: line.partition, epoch: line.epoch, payload: line.payload)
    try journal.append(group)
    return line
  }
}
