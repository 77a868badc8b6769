import RoostJournal

/// Prints what commits cost on the disk of a folder: one write and one fdatasync for each group.
enum JournalBench {
  /// - Parameter folder: a folder that does not exist yet; left behind for a look.
  static func run(folder: String) throws {
    try FileDisk(root: folder).createDirectory("")
    for (groups, count, bytes) in [(5_000, 1, 200), (2_000, 100, 200), (500, 500, 200), (500, 1, 256 << 10)] {
      try commits(folder: "\(folder)/\(count)x\(bytes)", groups: groups, records: count, payloadBytes: bytes)
    }
  }

  private static func commits(folder: String, groups: Int, records: Int, payloadBytes: Int) throws {
    let clock = ContinuousClock()
    let journal = try Journal.open(disk: FileDisk(root: folder)) { _, _ in }
    let group = RecordGroup()
    let payload = [UInt8](repeating: 0x5A, count: payloadBytes)
    var times: [Duration] = []
    var encoding = Duration.zero
    for _ in 0..<groups {
      group.removeAll()
      encoding += try clock.measure {
        for partition in 0..<records {
          try group.add(partition: UInt32(partition % 64), epoch: 1, payloadBytes: payloadBytes) { buffer in
            buffer.copyBytes(from: payload)
          }
        }
      }
      times.append(try clock.measure { try journal.append(group) })
      if journal.needsPreparation { try journal.prepareNextSegment() }
    }
    try journal.close()
    var read = 0
    let opening = try clock.measure {
      let again = try Journal.open(disk: FileDisk(root: folder)) { _, _ in read += 1 }
      try again.close()
    }
    times.sort()
    let total = times.reduce(.zero, +)
    print(
      """
      journal: groups of \(records) x \(payloadBytes) B: \(rate(groups * records, total)) records/s, \
      commit p50 \(micros(times[groups / 2])) us, p99 \(micros(times[groups * 99 / 100])) us, \
      adding \(nanos(encoding) / Int64(groups * records)) ns a record; reopened in \(micros(opening) / 1000) ms \
      (\(read) records)
      """)
  }

  private static func nanos(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
  private static func micros(_ duration: Duration) -> Int64 { nanos(duration) / 1000 }
  private static func rate(_ count: Int, _ duration: Duration) -> Int64 {
    Int64(count) * 1_000_000_000 / max(1, nanos(duration))
  }
}
