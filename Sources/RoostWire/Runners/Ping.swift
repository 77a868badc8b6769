import CRoostProtos
import RoostCore

/// A runner is alive and has taken its commands up to an index.
package struct Ping: Equatable, Sendable {
  /// The runner's own clock, returned in the pong.
  package var ts: Instant
  /// Empty = none: answered as an unknown one is.
  package var session: SessionID
  package var lastCommandIndex: CommandIndex
  package init(ts: Instant, session: SessionID, lastCommandIndex: CommandIndex) {
    self.ts = ts
    self.session = session
    self.lastCommandIndex = lastCommandIndex
  }
}

/// What the worker thinks of the session that pinged.
package struct Pong: Equatable, Sendable {
  package enum Status: UInt8, Sendable {
    /// Also what a newer worker's status is to us.
    case unspecified = 0
    case known = 1
    /// Send init again.
    case unknown = 2
    /// As the command `close`.
    case closed = 3
  }
  package var ts: Instant
  package var lostThreshold: Milliseconds
  package var status: Status
  /// Zero = keep actors running without pongs.
  package var stopAfter: Milliseconds
  /// Why the session is closed; empty otherwise.
  package var reason: String
  package init(
    ts: Instant, lostThreshold: Milliseconds, status: Status, stopAfter: Milliseconds = .zero, reason: String = ""
  ) {
    self.ts = ts
    self.lostThreshold = lostThreshold
    self.status = status
    self.stopAfter = stopAfter
    self.reason = reason
  }
}

extension Ping: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__Ping, in arena: Arena) {
    message.ts = ts.ms
    message.session = arena.copy(session.text)
    message.last_command_index = lastCommandIndex
  }

  init(from message: Roost__V1__Ping) throws(WireError) {
    self.init(
      ts: Instant(ms: message.ts), session: SessionID(try message.session.text("Ping.session")),
      lastCommandIndex: message.last_command_index)
  }
}

extension Pong: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__Pong, in arena: Arena) {
    message.ts = ts.ms
    message.lost_threshold_ms = UInt64(lostThreshold.value)
    message.status = Roost__V1__PongStatus(rawValue: UInt32(status.rawValue))
    if stopAfter > .zero {
      message.has_stop_after_ms_case = ROOST__V1__PONG__HAS_STOP_AFTER_MS_STOP_AFTER_MS
      message.stop_after_ms = UInt64(stopAfter.value)
    }
    message.reason = arena.copy(reason)
  }

  init(from message: Roost__V1__Pong) throws(WireError) {
    self.init(
      ts: Instant(ms: message.ts), lostThreshold: Milliseconds(clamping: message.lost_threshold_ms),
      status: UInt8(exactly: message.status.rawValue).flatMap(Status.init(rawValue:)) ?? .unspecified,
      stopAfter: message.has_stop_after_ms_case.rawValue != 0 ? Milliseconds(clamping: message.stop_after_ms) : .zero,
      reason: try message.reason.text("Pong.reason"))
  }
}

extension WireCodec {
  package func encode(ping: Ping) -> [UInt8] { encode(ping) }
  package func encode(pong: Pong) -> [UInt8] { encode(pong) }
  package func decodePing(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> Ping {
    try decode(Ping.self, from: bytes)
  }
  package func decodePing(_ bytes: [UInt8]) throws(WireError) -> Ping {
    try bytes.withBytes { bytes throws(WireError) in try decodePing(bytes) }
  }
  package func decodePong(_ bytes: [UInt8]) throws(WireError) -> Pong {
    try bytes.withBytes { bytes throws(WireError) in try decode(Pong.self, from: bytes) }
  }
}
