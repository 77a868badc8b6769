import CRoostProtos
import RoostCore

extension Wake: WireEncodable, WireDecodable {
  func write(to message: inout Roost__V1__Wake, in arena: Arena) {
    message.allocation_override = override.wire(in: arena)
    if let expiresAt {
      message.has_expires_ts_case = ROOST__V1__WAKE__HAS_EXPIRES_TS_EXPIRES_TS
      message.expires_ts = expiresAt.ms
    }
  }

  init(from message: Roost__V1__Wake) throws(WireError) {
    let expires = message.has_expires_ts_case == ROOST__V1__WAKE__HAS_EXPIRES_TS_EXPIRES_TS
    self.init(
      override: AllocationOverride(wire: message.allocation_override),
      expiresAt: expires ? Instant(ms: message.expires_ts) : nil)
  }
}

extension Wake.AllocationOverride {
  /// Absent, unset, and set to something this version does not know are all `none`.
  init(wire message: UnsafeMutablePointer<Roost__V1__AllocationOverride>?) {
    guard let message = message?.pointee,
      message.override_case == ROOST__V1__ALLOCATION_OVERRIDE__OVERRIDE_DONT_SLEEP,
      let dontSleep = message.dont_sleep?.pointee
    else {
      self = .none
      return
    }
    let isLimited =
      dontSleep.has_pending_timeout_ms_case == ROOST__V1__DONT_SLEEP__HAS_PENDING_TIMEOUT_MS_PENDING_TIMEOUT_MS
    self = .dontSleep(pendingTimeoutMs: isLimited ? dontSleep.pending_timeout_ms : nil)
  }

  func wire(in arena: Arena) -> UnsafeMutablePointer<Roost__V1__AllocationOverride>? {
    guard case .dontSleep(let pendingTimeoutMs) = self else { return nil }
    let dontSleep = arena.make(Roost__V1__DontSleep.self)
    if let pendingTimeoutMs {
      dontSleep.pointee.has_pending_timeout_ms_case = ROOST__V1__DONT_SLEEP__HAS_PENDING_TIMEOUT_MS_PENDING_TIMEOUT_MS
      dontSleep.pointee.pending_timeout_ms = pendingTimeoutMs
    }
    let message = arena.make(Roost__V1__AllocationOverride.self)
    message.pointee.override_case = ROOST__V1__ALLOCATION_OVERRIDE__OVERRIDE_DONT_SLEEP
    message.pointee.dont_sleep = dontSleep
    return message
  }
}
