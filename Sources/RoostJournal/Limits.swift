/// Every bound of the journal, with the reason beside it.
package enum JournalLimits {
  /// Bytes of one record's payload: a dead letter holds a message as it was, and a broker may be set up to take
  /// messages of 8 MiB. Larger batches are the writer's to divide.
  package static let payloadBytes = 16 << 20

  /// Bytes of a segment unless configured: a minute or so of full load, and its zero-filling is a second of disk time.
  package static let segmentBytes = 64 << 20

  /// The least segment: both headers and a group worth writing.
  package static let leastSegmentBytes = 32 << 10

  /// The largest segment: recovery holds one in memory.
  package static let greatestSegmentBytes = 1 << 30

  /// Bytes zero-filled and flushed in one step of preparing the next segment: a few milliseconds, so that the loop may
  /// do it between two batches.
  package static let prepareStepBytes = 1 << 20

  /// How often the folder's lock is tried before it is said to be in use, and the pause in between: half a second in all.
  static let lockTries = 25
  static let lockPauseUs: UInt32 = 20_000

  /// What a device writes as a whole: a crash leaves each sector old or new.
  static let sectorBytes = 512

  /// What the kernel reads as a whole: where the device cannot read a byte, this much around it is lost with it.
  static let pageBytes = 4096

  /// Interrupted system calls in a row before the error is passed on.
  static let interruptions = 1000

  /// Damaged places that are listed in a recovery summary; what lies beyond is quarantined as a whole.
  static let listedGaps = 1000
}
