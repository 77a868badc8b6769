/// The records of one commit, encoded in place and written as they stand: no payload is copied after its encoder wrote
/// it here. Kept by the owner and used again after `removeAll`.
package final class RecordGroup {
  struct Entry {
    let start: Int
    let payloadBytes: Int
    let partition: UInt32
    let epoch: UInt64
  }

  private(set) var entries: [Entry] = []
  package private(set) var byteCount = 0
  private var storage: UnsafeMutableRawBufferPointer

  /// - Parameter capacityBytes: room to begin with; it grows when needed and is kept.
  package init(capacityBytes: Int = 64 << 10) {
    storage = .allocate(byteCount: max(capacityBytes, 4096), alignment: 16)
  }

  deinit { storage.deallocate() }

  package var count: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }

  package func removeAll() {
    entries.removeAll(keepingCapacity: true)
    byteCount = 0
  }

  /// Adds a record whose payload `fill` writes: all of the buffer it gets, which holds anything before.
  package func add(
    partition: UInt32, epoch: UInt64, payloadBytes: Int, fill: (UnsafeMutableRawBufferPointer) -> Void
  ) throws(JournalError) {
    guard payloadBytes <= JournalLimits.payloadBytes else { throw .recordTooLarge(bytes: payloadBytes) }
    let size = RecordHeader.recordBytes(payloadBytes: payloadBytes)
    reserve(byteCount + size)
    let record = UnsafeMutableRawBufferPointer(rebasing: storage[byteCount..<byteCount + size])
    let end = RecordHeader.encodedBytes + payloadBytes
    fill(UnsafeMutableRawBufferPointer(rebasing: record[RecordHeader.encodedBytes..<end]))
    UnsafeMutableRawBufferPointer(rebasing: record[end...]).clear()
    entries.append(Entry(start: byteCount, payloadBytes: payloadBytes, partition: partition, epoch: epoch))
    byteCount += size
  }

  /// Adds a record with a copy of the payload.
  package func add(partition: UInt32, epoch: UInt64, payload: [UInt8]) throws(JournalError) {
    try add(partition: partition, epoch: epoch, payloadBytes: payload.count) { $0.copyBytes(from: payload) }
  }

  func record(_ entry: Entry) -> UnsafeMutableRawBufferPointer {
    let size = RecordHeader.recordBytes(payloadBytes: entry.payloadBytes)
    return UnsafeMutableRawBufferPointer(rebasing: storage[entry.start..<entry.start + size])
  }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[..<byteCount]) }

  private func reserve(_ needed: Int) {
    guard needed > storage.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(needed, storage.count * 2), alignment: 16)
    larger.copyMemory(from: bytes)
    storage.deallocate()
    storage = larger
  }
}
