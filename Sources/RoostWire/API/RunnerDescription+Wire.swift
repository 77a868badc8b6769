import CRoostProtos
import RoostCore

extension RunnerDescription: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__RunnerView, in arena: Arena) {
    message.runner_id = arena.copy(runner.text)
    if let session { message.session = arena.copy(session.text) }
    message.state = arena.copy(state)
    message.version = version
    message.total_slots = totalSlots
    message.reserved_slots = reservedSlots
    if let pingAge {
      message.has_ping_age_ms_case = ROOST__V1__RUNNER_VIEW__HAS_PING_AGE_MS_PING_AGE_MS
      message.ping_age_ms = UInt64(pingAge.value)
    }
    message.since_ts = since.ms
    if let drainDeadline {
      message.has_drain_deadline_ts_case = ROOST__V1__RUNNER_VIEW__HAS_DRAIN_DEADLINE_TS_DRAIN_DEADLINE_TS
      message.drain_deadline_ts = drainDeadline.ms
    }
    message.last_command_index = cursors.lastCommand
    message.acked_command_index = cursors.acknowledged
    message.last_event_index = cursors.lastEvent
    message.close_reason = arena.copy(closeReason)
    (message.n_metadata, message.metadata) = arena.list(metadata) { entry in
      let message = arena.make(Roost__V1__RunnerView__MetadataEntry.self)
      message.pointee.key = arena.copy(entry.key)
      message.pointee.value = arena.copy(entry.value)
      return message
    }
  }

  init(from message: Roost__V1__RunnerView) throws(WireError) {
    self.init(
      runner: RunnerID(try message.runner_id.identifier("RunnerView.runner_id")),
      session: message.session.len > 0 ? SessionID(try message.session.text("RunnerView.session")) : nil,
      state: try message.state.text("RunnerView.state"), since: Instant(ms: message.since_ts))
    version = message.version
    totalSlots = message.total_slots
    reservedSlots = message.reserved_slots
    pingAge = message.has_ping_age_ms_case.rawValue != 0 ? Milliseconds(clamping: message.ping_age_ms) : nil
    drainDeadline = message.has_drain_deadline_ts_case.rawValue != 0 ? Instant(ms: message.drain_deadline_ts) : nil
    cursors.lastCommand = message.last_command_index
    cursors.acknowledged = message.acked_command_index
    cursors.lastEvent = message.last_event_index
    closeReason = try message.close_reason.text("RunnerView.close_reason")
    var entries: [MetadataEntry] = []
    for entry in UnsafeBufferPointer(start: message.metadata, count: message.n_metadata) {
      guard let entry = entry?.pointee else { continue }
      entries.append(
        MetadataEntry(
          key: try entry.key.text("RunnerView.metadata key"), value: try entry.value.text("RunnerView.metadata value")))
    }
    metadata = MetadataEntry.sorted(entries)
  }
}
