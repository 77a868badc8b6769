import RoostCore
import RoostWire
import Synchronization

/// How far the journal is durable: written by the loop, read by the keeper.
package final class Progress: Sendable {
  private struct State {
    var newest = SignalPosition(sequence: 0, storedAt: Instant(ms: 0), subject: "")
    var settled: StreamSequence = 0
    var newestGeneration: Generation = 0
  }

  private let state = Mutex(State())
  package init() {}

  /// The furthest signal that a durable record names: what the identity says, and what the stream is compared with.
  package var newest: SignalPosition { state.withLock { $0.newest } }
  /// Everything through this signal is durable: the stream may be trimmed up to it.
  package var settled: StreamSequence { state.withLock { $0.settled } }

  /// The newest generation that any actor was given: the identity has it too, for whoever adopts the pools.
  package var newestGeneration: Generation { state.withLock { $0.newestGeneration } }

  package func set(newest: SignalPosition, settled: StreamSequence, newestGeneration: Generation) {
    state.withLock { state in
      state.newest = newest
      state.settled = settled
      state.newestGeneration = newestGeneration
    }
  }
}
