import RoostCore
import RoostNATS

/// What a worker is told when it is started. Flags of the command line map onto these one to one.
package struct WorkerConfiguration: Sendable {
  package var access: NATSAccess
  /// The folder of the journal. One worker at a time; made if it is missing.
  package var dataFolder: String
  /// The pools served; empty = all. A worker with a set skips the signals of others and never trims the stream.
  package var servedPools: Set<PoolID> = []
  /// HOST:PORT of /livez and /readyz; nil = none.
  package var httpAddress: String?
  /// Where spans go; nil = nowhere.
  package var spans: SpanSettings?
  /// What a pool's absent settings mean here.
  package var poolDefaults = PoolSettings()
  /// Hours for which the journal's records are kept for people after snapshots hold what they say; 0 = not at all.
  package var historyHours: UInt32 = 24
  /// Take over pools whose journal is another one or newer: go on from the end of the stream, all runners closed.
  package var adopt = false
  /// Streams and bucket are there already; do not make or compare them.
  package var skipsSetup = false
  /// The first tokens of every subject.
  package var subjectPrefix = "roost"
  /// How many partitions pools are spread over; fixed at set-up.
  package var partitions: UInt32 = 64
  /// Room of the signal stream, in bytes; a full stream refuses publishers.
  package var streamMaxBytes: Int64 = 4 << 30
  /// Copies of each stream the broker keeps: 1 or 3.
  package var streamReplicas = 1
  /// Of the program, as service tools show it.
  package var version = "0.0.0"

  package init(_ access: NATSAccess, dataFolder: String) {
    self.access = access
    self.dataFolder = dataFolder
  }
}
