/// Every limit the machine enforces, with its reason. Settings of a pool (max_pending, ...) stand in `PoolSettings`.
package enum Limits {
  /// A wait longer than a month is an alarm, not patience.
  package static let pendingTimeoutMs: ClosedRange<UInt64> = 1...2_592_000_000
  /// Ten years: further ahead is a unit mix-up (micro- for milliseconds).
  package static let alarmAhead = Milliseconds(10 * 365 * 86_400_000)
  /// Reserved slots are compared by cross-multiplication: far below where 64 bits end.
  package static let slots: ClosedRange<UInt32> = 0...100_000
  /// The placement index is kept sorted by moving memory; 10 000 entries are 40 KB.
  package static let runnersPerPool = 10_000
  package static let pools = 100_000
  /// Bytes of UTF-8.
  package static let nameBytes = 1...128
  package static let keyBytes = 1...1_024
  package static let replySubjectBytes = 200
  package static let sessionBytes = 1...128
  /// Entries and bytes of a runner's metadata: shown to people, kept per session.
  package static let metadataEntries = 32
  package static let metadataBytes = 4_096
  /// Bytes of the message of a stopped(error) that are kept.
  package static let errorMessageBytes = 1_024
  /// Reply subjects waiting on one actor; the next one is answered at once and the wake still counts.
  package static let waitersPerActor = 16
  /// Sessions of a runner id that are remembered as closed.
  package static let closedSessions = 8
  /// Generations of an actor for which a stray copy was told to stop.
  package static let staleStopsPerActor = 4
  /// Placements in one turn of the queue pass, so that one input cannot hold the loop.
  package static let placementsPerTurn = 256
  /// Timers fired in one turn, for the same reason.
  package static let timersPerTurn = 500
  /// Tickets that are passed over where some may be held by actors that cannot be read: more than could have been given out.
  package static let ticketGap: Ticket = 1 << 32
}
