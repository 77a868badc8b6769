import CRoostProtos
import RoostCore

extension RunnerInit: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__RunnerInit, in arena: Arena) {
    message.session = arena.copy(session.text)
    message.version = version
    message.total_slots = totalSlots
    message.last_command_index = lastCommandIndex
    (message.n_metadata, message.metadata) = arena.list(metadata)
    message.protocol = `protocol`
  }

  init(from message: Roost__V1__RunnerInit) throws(WireError) {
    self.init(
      session: SessionID(try message.session.requiredText("RunnerInit.session")),
      version: message.version,
      totalSlots: message.total_slots,
      lastCommandIndex: message.last_command_index,
      metadata: MetadataEntry.sorted(try [MetadataEntry](from: message.metadata, count: message.n_metadata)),
      protocol: message.protocol)
  }
}

extension MetadataEntry: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__RunnerInit__MetadataEntry, in arena: Arena) {
    message.key = arena.copy(key)
    message.value = arena.copy(value)
  }

  init(from message: Roost__V1__RunnerInit__MetadataEntry) throws(WireError) {
    self.init(
      key: try message.key.text("RunnerInit.metadata key"), value: try message.value.text("RunnerInit.metadata value"))
  }

  /// In the order of the keys; of entries with one key the last counts, as in any map of protobuf.
  static func sorted(_ entries: [MetadataEntry]) -> [MetadataEntry] {
    var last: [String: String] = [:]
    for entry in entries { last[entry.key] = entry.value }
    return last.map { MetadataEntry(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
  }
}

/// The session and events of roost.signal.NS.POOL.runner.RUNNER.events.
struct RunnerEventList: WireEncodable, WireDecodable {
  var session: SessionID
  var events: [RunnerEvent]

  func write(to message: inout Roost__V1__RunnerEvents, in arena: Arena) {
    message.session = arena.copy(session.text)
    (message.n_events, message.events) = arena.list(events)
  }
}

extension RunnerEventList {
  init(from message: Roost__V1__RunnerEvents) throws(WireError) {
    session = SessionID(try message.session.requiredText("RunnerEvents.session"))
    events = try [RunnerEvent](from: message.events, count: message.n_events)
  }
}

/// The session and index of roost.signal.NS.POOL.runner.RUNNER.stopping.
struct RunnerStopping: WireEncodable, WireDecodable {
  var session: SessionID?
  var lastCommandIndex: CommandIndex?

  func write(to message: inout Roost__V1__RunnerStopping, in arena: Arena) {
    if let session { message.session = arena.copy(session.text) }
    if let lastCommandIndex {
      message.has_last_command_index_case = ROOST__V1__RUNNER_STOPPING__HAS_LAST_COMMAND_INDEX_LAST_COMMAND_INDEX
      message.last_command_index = lastCommandIndex
    }
  }
}

extension RunnerStopping {
  init(from message: Roost__V1__RunnerStopping) throws(WireError) {
    let session = try message.session.text("RunnerStopping.session")
    self.session = session.isEmpty ? nil : SessionID(session)
    lastCommandIndex = message.has_last_command_index_case.rawValue != 0 ? message.last_command_index : nil
  }
}
