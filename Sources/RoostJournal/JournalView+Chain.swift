extension JournalView {
  /// What is wrong between segments, and with their headers, from the oldest one to segment `last`. A start does not look:
  /// a snapshot stands for them. But the older snapshot needs them, and so does whoever asks for what was.
  ///
  /// - Parameter snapshots: the records for which those stand that are whole, ascending.
  package func breaks(
    in segments: [SegmentSurvey], through last: UInt64, snapshots: [RecordIndex]
  ) -> [Damage] {
    let segments = segments.filter { $0.number <= last }
    var found = segments.compactMap(\.headerDamage)
    for (segment, next) in zip(segments, segments.dropFirst()) {
      if let damage = missing(between: segment, next) ?? segment.breakBefore(next) { found.append(damage) }
    }
    // Only what the older of two snapshots stands for is ever removed.
    if let oldest = snapshots.first, let first = segments.first, first.headerDamage == nil,
      first.firstIndex > oldest.next
    {
      found.append(
        Damage(
          file: disk.path(of: JournalName.directory), offset: 0,
          reason:
            "the segments with records \(oldest.next) to \(first.firstIndex.rawValue - 1), behind the snapshot through "
            + "\(oldest), are missing"))
    }
    return found
  }

  private func missing(between segment: SegmentSurvey, _ next: SegmentSurvey) -> Damage? {
    let gap = segment.number + 1..<next.number
    guard let first = gap.first else { return nil }
    let more = gap.count > 1 ? ", and so are those after it up to \(JournalName.segment(next.number - 1))" : ""
    return Damage(file: disk.path(of: JournalName.segment(first)), offset: 0, reason: "the segment is missing\(more)")
  }
}

extension SegmentSurvey {
  fileprivate var headerDamage: Damage? {
    switch headers {
    case .whole, .oneDamaged: nil
    case .damaged: damage("both copies of its header are damaged")
    case .tooNew(let leastReader): damage("it needs a program that reads journal format \(leastReader)")
    case .misplaced:
      damage(
        writtenNumber == number
          ? "it belongs to another journal"
          : "it is not in its place: it was written as \(JournalName.segment(writtenNumber))")
    }
  }

  /// Nothing where either cannot be read: that is said of it.
  fileprivate func breakBefore(_ next: SegmentSurvey) -> Damage? {
    guard headerDamage == nil, next.headerDamage == nil, damage.isEmpty else { return nil }
    let following = lastIndex == .none ? firstIndex : lastIndex.next
    if next.firstIndex != following {
      return next.damage("it begins at record \(next.firstIndex), but the segment before it ends before \(following)")
    }
    if let lastChain, lastChain != next.previousChain {
      return next.damage("the record before it is not the one that was written")
    }
    return nil
  }

  private func damage(_ reason: String) -> Damage { Damage(file: file, offset: 0, reason: reason) }
}
