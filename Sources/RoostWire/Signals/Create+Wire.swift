import CRoostProtos
import RoostCore

extension Create: WireEncodable {
  func write(to message: inout Roost__V1__Create, in arena: Arena) {
    message.name = arena.copy(name)
    if let key {
      message.has_key_case = ROOST__V1__CREATE__HAS_KEY_KEY
      message.key = arena.copy(key)
    }
    message.crash_policy = crashPolicy.wire
    message.input = arena.copy(input)
  }
}

extension ActorSignal {
  /// A crash policy that this version does not know cannot be a `Create`: it is refused, so that the caller hears of it.
  static func create(from message: Roost__V1__Create) throws(WireError) -> ActorSignal {
    guard let policy = CrashPolicy(wire: message.crash_policy) else {
      return .refused(
        reason: "bad_crash_policy",
        message: "crash_policy \(message.crash_policy.rawValue) is unknown; use SLEEP 1, RESTART 2 or DESTROY 3")
    }
    return .create(
      Create(
        name: try message.name.text("Create.name"),
        key: message.has_key_case == ROOST__V1__CREATE__HAS_KEY_KEY ? try message.key.text("Create.key") : nil,
        crashPolicy: policy,
        input: message.input.bytes))
  }
}

extension CrashPolicy {
  /// UNSPECIFIED is SLEEP; nil for a number this version does not know.
  init?(wire: Roost__V1__CrashPolicy) {
    guard wire.rawValue != 0 else {
      self = .sleep
      return
    }
    guard let policy = UInt8(exactly: wire.rawValue).flatMap(CrashPolicy.init(rawValue:)) else { return nil }
    self = policy
  }

  var wire: Roost__V1__CrashPolicy { Roost__V1__CrashPolicy(rawValue: UInt32(rawValue)) }
}
