/// Bytes outside Swift's arrays, zero at first, for what is handed to the disk.
final class Block {
  let bytes: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    bytes = .allocate(byteCount: byteCount, alignment: 16)
    bytes.clear()
  }

  convenience init(_ contents: [UInt8]) {
    self.init(byteCount: contents.count)
    bytes.copyBytes(from: contents)
  }

  deinit { bytes.deallocate() }

  var readOnly: UnsafeRawBufferPointer { UnsafeRawBufferPointer(bytes) }
}
