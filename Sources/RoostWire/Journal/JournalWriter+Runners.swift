import CRoostProtos
import RoostCore

extension JournalWriter {
  func write(_ record: RunnerRecord) -> UnsafeMutablePointer<Roost__V1__JournalRunner> {
    let message = arena.make(Roost__V1__JournalRunner.self)
    switch record.phase {
    case .open(let session): message.pointee.session = write(session)
    case .closed(let at, let until):
      message.pointee.closed_ts = at.ms
      message.pointee.until_ts = until.ms
    }
    message.pointee.last_event_index = record.cursors.lastEvent
    message.pointee.last_command_index = record.cursors.lastCommand
    message.pointee.acked_command_index = record.cursors.acknowledged
    (message.pointee.n_closed_sessions, message.pointee.closed_sessions) = arena.list(record.closedSessions, write)
    return message
  }

  private func write(_ session: RunnerSession) -> UnsafeMutablePointer<Roost__V1__JournalSession> {
    let message = arena.make(Roost__V1__JournalSession.self)
    message.pointee.session = arena.copy(session.id.text)
    message.pointee.version = session.version
    message.pointee.total_slots = session.totalSlots
    message.pointee.protocol = session.protocol
    let metadata = session.metadata.flatMap { [$0.key, $0.value] }
    (message.pointee.n_metadata, message.pointee.metadata) = arena.list(texts: metadata)
    if let deadline = session.drainDeadline {
      message.pointee.has_drain_deadline_ts_case = ROOST__V1__JOURNAL_SESSION__HAS_DRAIN_DEADLINE_TS_DRAIN_DEADLINE_TS
      message.pointee.drain_deadline_ts = deadline.ms
    }
    return message
  }

  private func write(_ session: ClosedSession) -> UnsafeMutablePointer<Roost__V1__JournalClosedSession> {
    let message = arena.make(Roost__V1__JournalClosedSession.self)
    message.pointee.session = arena.copy(session.id.text)
    message.pointee.reason = arena.copy(session.reason)
    return message
  }
}
