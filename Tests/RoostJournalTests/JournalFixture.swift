import RoostJournal
import RoostTestKit

typealias Line = JournalLine
typealias Reading = JournalReading

enum Fixture {
  static let segmentBytes = 32 << 10
  static let firstSegment = "journal/0000000000000001.segment"
  static let secondSegment = "journal/0000000000000002.segment"

  static func configuration(seed: UInt64 = 1, segmentBytes: Int = segmentBytes) -> JournalConfiguration {
    var random = SeededRandom(seed: seed)
    var configuration = JournalConfiguration()
    configuration.segmentBytes = segmentBytes
    configuration.random = { random.next() }
    return configuration
  }

  static func open(
    _ disk: any Disk, seed: UInt64 = 1, startingAfter: UInt64 = 0
  ) throws(JournalError) -> (journal: Journal, lines: [Line]) {
    let reading = Reading()
    let beginning = JournalBeginning(startingAfter: RecordIndex(startingAfter), lastRecords: [:])
    let journal = try Journal.open(disk: disk, configuration: configuration(seed: seed), begin: { _ in beginning }) {
      reading.take($0, $1)
    }
    return (journal, reading.lines)
  }

  /// Appends the lines as one group.
  static func append(_ lines: [Line], to journal: Journal) throws(JournalError) {
    let group = RecordGroup()
    for line in lines { try group.add(partition: line.partition, epoch: line.epoch, payload: line.payload) }
    try journal.append(group)
  }

  /// A disk with `count` records in partitions 0, 1 and 2 in turn, one group each, and no close.
  static func written(_ count: UInt64, size: Int = 40) throws(JournalError) -> (disk: SimulatedDisk, lines: [Line]) {
    let disk = SimulatedDisk()
    let (journal, _) = try open(disk)
    var lines: [Line] = []
    for index in 1...count {
      let line = Line.made(index, partition: UInt32(index % 3), size: size)
      try append([line], to: journal)
      lines.append(line)
    }
    disk.crash(.nothing)
    return (disk, lines)
  }

  /// Bytes of a record in the file.
  static func recordBytes(_ line: Line) -> Int { 56 + (line.payload.count + 4 + 7) / 8 * 8 }
}
