import Glibc
import RoostJournal

/// One record as it was written or read.
package struct JournalLine: Equatable, CustomStringConvertible {
  package var index: UInt64
  package var partition: UInt32
  package var epoch: UInt64
  package var payload: [UInt8]

  package init(index: UInt64, partition: UInt32, epoch: UInt64 = 1, payload: [UInt8]) {
    self.index = index
    self.partition = partition
    self.epoch = epoch
    self.payload = payload
  }

  package var description: String { "\(index):p\(partition) e\(epoch) \(payload.count) bytes" }

  /// Bytes compared at once: the tests compare hundreds of megabytes.
  package static func == (left: JournalLine, right: JournalLine) -> Bool {
    left.index == right.index && left.partition == right.partition && left.epoch == right.epoch
      && left.payload.count == right.payload.count
      && memcmp(left.payload, right.payload, left.payload.count) == 0
  }

  /// A record whose payload is known from its index and `size`.
  package static func made(_ index: UInt64, partition: UInt32, size: Int = 40, epoch: UInt64 = 1) -> JournalLine {
    let text = Array("record \(index) ".utf8)
    let payload = (0..<size).map { text[$0 % text.count] }
    return JournalLine(index: index, partition: partition, epoch: epoch, payload: payload)
  }
}

/// What a reader was handed.
package final class JournalReading {
  package private(set) var lines: [JournalLine] = []

  package init() {}

  package func take(_ record: RecoveredRecord, _ payload: RawSpan) {
    let bytes = payload.withUnsafeBytes { Array($0) }
    lines.append(
      JournalLine(index: record.index.rawValue, partition: record.partition, epoch: record.epoch, payload: bytes))
  }

  package func removeAll() { lines.removeAll() }
}
