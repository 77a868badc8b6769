/// Decides during recovery which partitions lost something.
///
/// Every record names the record before it in its own partition. So after a gap the first record of a partition tells
/// whether that partition lost something in it: it names a record inside the gap (lost) or before it (whole). A
/// partition with no record after the gap is not known to be whole, and is quarantined unless the others account for
/// every record in the gap.
struct DamageLedger {
  private struct Gap {
    var missing: Range<RecordIndex>
    var damage: Damage
    var accounted: Set<RecordIndex> = []
    var whole: Set<UInt32> = []
  }

  /// Records up to here do not matter.
  let startingAfter: RecordIndex
  private var gaps: [Gap] = []
  private var damaged: [UInt32: Damage] = [:]
  private(set) var harmless: [Damage] = []

  init(startingAfter: RecordIndex) { self.startingAfter = startingAfter }

  /// The records of the range cannot be read, and whose they are is not known.
  mutating func lose(_ missing: Range<RecordIndex>, _ damage: Damage) {
    let lower = max(missing.lowerBound, startingAfter.next)
    guard lower < missing.upperBound else {
      if harmless.count < JournalLimits.listedGaps { harmless.append(damage) }
      return
    }
    if gaps.count == JournalLimits.listedGaps {
      // Sound, though too strict: everything from this gap on counts as lost.
      gaps[gaps.count - 1].missing = gaps[gaps.count - 1].missing.lowerBound..<missing.upperBound
      gaps[gaps.count - 1].whole = []
    } else {
      gaps.append(Gap(missing: lower..<missing.upperBound, damage: damage))
    }
  }

  /// A record of this partition is damaged.
  mutating func damage(_ partition: UInt32, at index: RecordIndex, _ damage: Damage) {
    guard index > startingAfter, damaged[partition] == nil else { return }
    damaged[partition] = damage
  }

  /// Takes note of a good header. `last` is the record of this partition that was read before it, nil for none in a
  /// log that begins at `logFirst`.
  mutating func see(_ header: RecordHeader, last: RecordIndex?, logFirst: RecordIndex, at damage: Damage) {
    let previous = header.partitionPrevious
    var isExplained = previous == last ?? .none || last == nil && previous < logFirst || previous <= startingAfter
    for number in gaps.indices {
      if gaps[number].missing.contains(previous) {
        gaps[number].accounted.insert(previous)
        if damaged[header.partition] == nil { damaged[header.partition] = gaps[number].damage }
        isExplained = true
      } else if previous < gaps[number].missing.lowerBound {
        gaps[number].whole.insert(header.partition)
      }
    }
    if !isExplained { self.damage(header.partition, at: header.index, damage) }
  }

  func isDamaged(_ partition: UInt32) -> Bool { damaged[partition] != nil }

  func quarantined() -> [Quarantine] {
    var result = damaged.sorted { $0.key < $1.key }.map { Quarantine(scope: .partition($0.key), damage: $0.value) }
    for gap in gaps {
      let missing = gap.missing.upperBound.rawValue - gap.missing.lowerBound.rawValue
      guard UInt64(gap.accounted.count) < missing else { continue }
      let whole = gap.whole.filter { damaged[$0] == nil }
      result.append(Quarantine(scope: .allExcept(whole.sorted()), damage: gap.damage))
    }
    return result
  }
}
