/// The number of a record in the journal, from 1, one more for each record over all partitions and segments.
/// 0 stands for "before the first".
package struct RecordIndex: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  package let rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }
  package init(_ rawValue: UInt64) { self.rawValue = rawValue }

  package static let none = RecordIndex(0)

  /// The index after this one. 2^64 records at a million a second are half a million years.
  package var next: RecordIndex { RecordIndex(rawValue + 1) }

  package static func < (left: RecordIndex, right: RecordIndex) -> Bool { left.rawValue < right.rawValue }

  package var description: String { String(rawValue) }
}
