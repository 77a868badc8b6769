/// Reads segments that take no more appends, beside the loop that goes on in others.
package enum SealedLog {
  /// Hands over what follows `beginning` in these segments (ascending, without a gap), which must be whole through `last`.
  /// Returns the last record of each partition. Errors: `.unreadable` where anything is damaged.
  package static func read(
    _ disk: any Disk, journal: JournalID, segments: [UInt64], from beginning: JournalBeginning,
    through last: RecordIndex, onRecord: @escaping (RecoveredRecord, RawSpan) -> Void
  ) throws(JournalError) -> [UInt32: RecordIndex] {
    var reading = Recovery(disk: disk, id: journal, beginning: beginning, onRecord: onRecord)
    try reading.runSealed(segments, through: last)
    return reading.partitionLast
  }
}
