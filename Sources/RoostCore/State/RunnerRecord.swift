/// The whole mutable part of a runner: what one Change assigns. Freshness is not in it: it is this worker's own view.
package struct RunnerRecord: Equatable, Sendable {
  package enum Phase: Equatable, Sendable {
    case open(RunnerSession)
    /// The record is kept until `until`.
    case closed(at: Instant, until: Instant)
  }
  package var phase: Phase
  /// Of the open session; zero when closed.
  package var cursors: RunnerCursors
  /// The last sessions that ended, oldest first, at most `Limits.closedSessions`.
  package var closedSessions: [ClosedSession]

  package init(phase: Phase, cursors: RunnerCursors = RunnerCursors(), closedSessions: [ClosedSession] = []) {
    self.phase = phase
    self.cursors = cursors
    self.closedSessions = closedSessions
  }

  package var session: RunnerSession? {
    if case .open(let session) = phase { session } else { nil }
  }
}

package struct RunnerSession: Equatable, Sendable {
  package var id: SessionID
  package var version: UInt32
  package var totalSlots: UInt32
  package var `protocol`: UInt32
  package var metadata: [MetadataEntry]
  /// Set while draining: no new starts; the session is closed at the latest then.
  package var drainDeadline: Instant?
  package init(
    id: SessionID, version: UInt32, totalSlots: UInt32, protocol: UInt32, metadata: [MetadataEntry],
    drainDeadline: Instant? = nil
  ) {
    self.id = id
    self.version = version
    self.totalSlots = totalSlots
    self.protocol = `protocol`
    self.metadata = metadata
    self.drainDeadline = drainDeadline
  }
}

/// How far the two numbered lines between worker and runner have come.
package struct RunnerCursors: Equatable, Sendable {
  package var lastEvent: EventIndex = 0
  package var lastCommand: CommandIndex = 0
  package var acknowledged: CommandIndex = 0
  package init() {}
}

package struct ClosedSession: Equatable, Sendable {
  package var id: SessionID
  /// As told in `close`.
  package var reason: String
  package init(id: SessionID, reason: String) {
    self.id = id
    self.reason = reason
  }
}
