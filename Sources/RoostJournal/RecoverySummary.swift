/// A damaged place in the log.
package struct Damage: Equatable, Sendable, CustomStringConvertible {
  /// Full path of the file.
  package let file: String
  /// Where in the file the damage begins.
  package let offset: UInt64
  package let reason: String

  package var description: String { "\(file) at offset \(offset): \(reason)" }
}

/// Partitions that must not be served, because a record of theirs is, or may be, damaged or lost.
package struct Quarantine: Equatable, Sendable {
  package enum Scope: Equatable, Sendable {
    /// The damage is this partition's.
    case partition(UInt32)
    /// It cannot be known whose the lost records were; only these (ascending) are proven whole by later records of
    /// theirs. All others, also those never seen, are quarantined.
    case allExcept([UInt32])
  }

  package let scope: Scope
  package let damage: Damage

  package func covers(_ partition: UInt32) -> Bool {
    switch scope {
    case .partition(let one): one == partition
    case .allExcept(let whole): !whole.contains(partition)
    }
  }
}

/// What opening a journal found.
package struct RecoverySummary: Equatable, Sendable {
  /// The last record in the log; `.none` if there is no record at all.
  package var lastIndex = RecordIndex.none
  /// Records handed over.
  package var recordsRead = 0
  /// Bytes of a torn tail that were zeroed; such records were never promised to anyone.
  package var cutBytes = 0
  package var quarantined: [Quarantine] = []
  /// Damage that took no record with it.
  package var harmless: [Damage] = []
  /// Where the last segment's file ends too early. No crash does that: a segment has its full size before it has its name.
  /// Records may have stood behind that place; nothing in the journal tells.
  package var cutShort: Damage?

  /// True if the partition must not be served. What was handed over of it is for looking at, not for going on from.
  package func isQuarantined(_ partition: UInt32) -> Bool { quarantined.contains { $0.covers(partition) } }
}

/// What is known of a record beside its payload.
package struct RecoveredRecord: Equatable, Sendable {
  package let index: RecordIndex
  package let partition: UInt32
  package let epoch: UInt64
}
