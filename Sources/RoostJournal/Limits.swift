/// Every bound of the journal, with the reason beside it.
package enum JournalLimits {
  /// Bytes of one record's payload. A `JournalBatch` must fit one broker message of 512 KiB in a fleet; the rest is
  /// slack for what one batch may add after its last input.
  package static let payloadBytes = 1 << 20

  /// Bytes of a segment unless configured: a minute or so of full load, and its zero-filling is a second of disk time.
  package static let segmentBytes = 64 << 20

  /// The least segment: both headers and a group worth writing.
  package static let leastSegmentBytes = 32 << 10

  /// The largest segment: recovery holds one in memory.
  package static let greatestSegmentBytes = 1 << 30

  /// Bytes zero-filled and flushed in one step of preparing the next segment: a few milliseconds, so that the loop may
  /// do it between two batches.
  package static let prepareStepBytes = 1 << 20

  /// What a device writes as a whole: a crash leaves each sector old or new.
  static let sectorBytes = 512

  /// Interrupted system calls in a row before the error is passed on.
  static let interruptions = 1000

  /// Damaged places that are listed in a recovery summary; what lies beyond is quarantined as a whole.
  static let listedGaps = 1000
}
