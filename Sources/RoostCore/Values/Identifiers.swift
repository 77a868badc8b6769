/// The name of an actor inside its pool: `[A-Za-z0-9_-]{1,64}`, checked where it comes in.
package struct ActorID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String
  package init(_ text: String) { self.text = text }
  package var description: String { text }
  package static func < (a: ActorID, b: ActorID) -> Bool { a.text < b.text }
}

/// The name of a runner inside its pool; same alphabet as an actor's.
package struct RunnerID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String
  package init(_ text: String) { self.text = text }
  package var description: String { text }
  package static func < (a: RunnerID, b: RunnerID) -> Bool { a.text < b.text }
}

/// One life of a runner process. Chosen by the runner, opaque to the machine, never empty when open.
package struct SessionID: Hashable, Sendable, CustomStringConvertible {
  package let text: String
  package init(_ text: String) { self.text = text }
  package var description: String { text }
}

/// Namespace and pool: what actors and runners are matched within, and the unit of order.
package struct PoolID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let namespace: String
  package let name: String
  package init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }
  /// The form of the command line: `NS/POOL`.
  package var description: String { "\(namespace)/\(name)" }
  package static func < (a: PoolID, b: PoolID) -> Bool {
    (a.namespace, a.name) < (b.namespace, b.name)
  }

  /// FNV-1a 32 over the bytes of namespace and name, modulo `count`: what the broker's `partition` transform computes.
  package func partition(of count: UInt32) -> Partition {
    var hash = FNV1a32()
    hash.feed(namespace)
    hash.feed(name)
    return Partition(hash.value % count)
  }
}

/// A number that grows with every slot an actor is given; 0 = never started. It fences out older copies.
package typealias Generation = UInt32
/// A share of the pools with one owner and one line of journal records.
package typealias Partition = UInt32
/// The number of a journal record, from 1.
package typealias RecordIndex = UInt64
/// The place of a message in the signal stream, from 1; 0 = none.
package typealias StreamSequence = UInt64
/// The number of a start or stop within a runner's session, from 1; 0 = none.
package typealias CommandIndex = UInt64
/// The number of a runner's event within its session, from 1; 0 = none.
package typealias EventIndex = UInt64
/// A place in a pool's queue. Grows, is never used twice.
package typealias Ticket = UInt64

/// FNV-1a, 32 bits: the hash for everything that is journalled or decided (Swift's own differs per process).
package struct FNV1a32 {
  package private(set) var value: UInt32 = 2_166_136_261
  package init() {}
  package mutating func feed(_ text: String) {
    for byte in text.utf8 { feed(byte) }
  }
  package mutating func feed(_ byte: UInt8) {
    value = (value ^ UInt32(byte)) &* 16_777_619
  }
  package mutating func feed(_ number: UInt32) {
    for shift in [0, 8, 16, 24] as [UInt32] { feed(UInt8(truncatingIfNeeded: number >> shift)) }
  }
}
