/// Makes of a record's payload what a newer worker might have written: one value that this version does not know. The record
/// itself stays whole.
package enum NewerEntry {
  /// The one actor record in the payload has an unknown state.
  package static func record(_ payload: [UInt8]) -> [UInt8] { spoil(payload, message: 0x2A, field: 0x08) }

  /// The one actor's facts in the payload have an unknown crash policy.
  package static func facts(_ payload: [UInt8]) -> [UInt8] { spoil(payload, message: 0x22, field: 0x18) }

  /// The one runner record in the payload has a closing time that is no field of it.
  package static func runner(_ payload: [UInt8]) -> [UInt8] { spoil(payload, message: 0x3A, field: 0x10, to: 0x78) }

  /// Sets the value of a field (tag `field`) that stands first in the one message with tag `message`.
  private static func spoil(_ payload: [UInt8], message: UInt8, field: UInt8, to tag: UInt8? = nil) -> [UInt8] {
    let places = payload.indices.dropLast(3).filter {
      payload[$0] == message && Int(payload[$0 + 1]) + $0 + 2 <= payload.count && payload[$0 + 2] == field
    }
    precondition(places.count == 1, "the entry stands \(places.count) times in the payload")
    var spoiled = payload
    if let tag { spoiled[places[0] + 2] = tag } else { spoiled[places[0] + 3] = 77 }
    return spoiled
  }
}
