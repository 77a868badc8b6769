/// The alphabets of names that stand in subjects.
package enum Grammar {
  /// The id, when it is `[A-Za-z0-9_-]{1,64}`.
  static func identifier(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    guard WireLimits.identifierBytes.contains(bytes.count), bytes.allSatisfy(isIdentifier) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The name, when it is `[a-z0-9][a-z0-9-]{0,31}`.
  static func poolName(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    guard WireLimits.poolNameBytes.contains(bytes.count), bytes[0] != UInt8(ascii: "-"),
      bytes.allSatisfy(isPoolName)
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Can this be an actor's or a runner's id?
  package static func isIdentifier(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { identifier($0) != nil }
  }

  /// Can this be a namespace or a pool?
  package static func isPoolName(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { poolName($0) != nil }
  }

  static func isIdentifier(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  static func isPoolName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
    default: false
    }
  }
}
