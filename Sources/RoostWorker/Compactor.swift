import Glibc
import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import Synchronization

/// Makes snapshots on a thread of its own, one at a time, as sealed segments come.
final class Compactor: Compacting, Sendable {
  private struct State {
    var segments: [SegmentPlace] = []
    var through = RoostJournal.RecordIndex.none
    /// Of the newest snapshot that this compactor knows of.
    var snapshotThrough: RoostJournal.RecordIndex
    var snapshotBytes: UInt64
    var thread: ServiceThread?
    var isRunning = false
    var isStopped = false

    /// As much is behind the snapshot as is in it, and at least a segment: then making the next one costs no more than what
    /// made it necessary, and a start reads no more than twice what it must.
    var isDue: Bool {
      let behind = segments.filter { $0.firstIndex > snapshotThrough }
      let bytes = behind.reduce(0) { $0 + $1.sizeBytes }
      return through > snapshotThrough && bytes >= snapshotBytes
    }
  }

  private let folder: String
  private let journal: JournalID
  private let defaults: PoolSettings
  private let partitions: UInt32
  private let metrics: Metrics
  private let log: Log
  private let queue: InputQueue
  private let state: Mutex<State>

  init(
    folder: String, journal: JournalID, defaults: PoolSettings, partitions: UInt32, from snapshot: Recovered.Snapshot?,
    metrics: Metrics, log: Log, queue: InputQueue
  ) {
    self.folder = folder
    self.journal = journal
    self.defaults = defaults
    self.partitions = partitions
    self.metrics = metrics
    self.log = log
    self.queue = queue
    state = Mutex(State(snapshotThrough: snapshot?.through ?? .none, snapshotBytes: snapshot?.bytes ?? 0))
  }

  func sealed(_ segments: [SegmentPlace], through: RoostJournal.RecordIndex) {
    state.withLock { state in
      state.segments = segments
      state.through = through
      begin(&state)
    }
  }

  /// Gives up what is under way and waits for its end.
  func stop() {
    let thread = state.withLock { state in
      state.isStopped = true
      defer { state.thread = nil }
      return state.thread
    }
    thread?.join()
  }

  private func begin(_ state: inout State) {
    guard !state.isStopped, !state.isRunning, state.isDue else { return }
    state.isRunning = true
    let (segments, through) = (state.segments, state.through)
    let before = state.thread
    state.thread = ServiceThread { [self] in
      before?.join()
      // The loop comes first.
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
      compact(segments, through)
      Memory.release()
    }
  }

  private func compact(_ segments: [SegmentPlace], _ through: RoostJournal.RecordIndex) {
    let startNs = Monotonic.nowNs()
    let compaction = Compaction(
      disk: FileDisk(root: folder), journal: journal, defaults: defaults, partitions: partitions, log: log,
      isCancelled: { [self] in state.withLock { $0.isStopped } })
    log.info("journal compaction begins", [.record: through])
    do throws(JournalError) {
      guard let outcome = try compaction.run(segments: segments, through: through) else {
        return state.withLock { $0.isRunning = false }
      }
      metrics.add(.snapshots)
      metrics.set(.snapshotBytes, to: Int64(outcome.bytes))
      log.info(
        "journal compacted, snapshot made",
        [.record: through, .bytes: outcome.bytes, .elapsedMs: (Monotonic.nowNs() - startNs) / 1_000_000])
      queue.put(.snapshotMade(olderThrough: outcome.olderThrough.rawValue))
      state.withLock { state in
        state.snapshotThrough = outcome.through
        state.snapshotBytes = UInt64(outcome.bytes)
        state.isRunning = false
        begin(&state)
      }
    } catch {
      // The next sealed segment tries again; what is in the segments is still all there.
      metrics.add(.snapshotFailures)
      log.error("no snapshot could be made of the journal", [.error: error.message])
      state.withLock { $0.isRunning = false }
    }
  }
}
