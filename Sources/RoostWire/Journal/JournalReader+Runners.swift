import CRoostProtos
import RoostCore

extension JournalReader {
  func read(_ message: Roost__V1__JournalRunner) throws(WireError) -> RunnerRecord {
    try noUnknownFields(message.base, "JournalRunner")
    var record = RunnerRecord(
      phase: .closed(at: Instant(ms: message.closed_ts), until: Instant(ms: message.until_ts)))
    if let session = message.session { record.phase = .open(try read(session.pointee)) }
    record.cursors.lastEvent = message.last_event_index
    record.cursors.lastCommand = message.last_command_index
    record.cursors.acknowledged = message.acked_command_index
    for session in UnsafeBufferPointer(start: message.closed_sessions, count: message.n_closed_sessions) {
      guard let session = session?.pointee else { continue }
      try noUnknownFields(session.base, "JournalClosedSession")
      record.closedSessions.append(
        ClosedSession(
          id: SessionID(try session.session.requiredText("JournalClosedSession.session")),
          reason: try session.reason.text("JournalClosedSession.reason")))
    }
    return record
  }

  private func read(_ message: Roost__V1__JournalSession) throws(WireError) -> RunnerSession {
    try noUnknownFields(message.base, "JournalSession")
    return RunnerSession(
      id: SessionID(try message.session.requiredText("JournalSession.session")), version: message.version,
      totalSlots: message.total_slots, protocol: message.protocol,
      metadata: try pairs(message.metadata, count: message.n_metadata, "JournalSession.metadata")
        .map { MetadataEntry(key: $0.0, value: $0.1) },
      drainDeadline: message.has_drain_deadline_ts_case.rawValue != 0 ? Instant(ms: message.drain_deadline_ts) : nil)
  }
}
