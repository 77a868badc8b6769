import RoostCore
import RoostNATS

/// What a runner is told when it is started.
package struct RunnerConfiguration: Sendable {
  package var access: NATSAccess
  package var pool: PoolID
  /// Kept over restarts, and nobody else's: a second process with it ends the first.
  package var id: RunnerID
  /// How many actors at a time.
  package var slots: UInt32
  /// New actors go to the runners of the highest version.
  package var version: UInt32 = 1
  /// Shown to people.
  package var metadata: [MetadataEntry] = []
  /// The first tokens of every subject.
  package var subjectPrefix = "roost"
  /// How long it may take to leave, at most, in ms: longer than its actors need to end.
  package var leaveLimitMs: Int64 = 20_000

  package init(_ access: NATSAccess, pool: PoolID, id: RunnerID, slots: UInt32) {
    self.access = access
    self.pool = pool
    self.id = id
    self.slots = slots
  }
}
