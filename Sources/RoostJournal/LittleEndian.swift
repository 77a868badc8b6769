import CRoostSystem

// All numbers in the journal's files are little-endian; loads and stores are unaligned-safe and stay in bounds.

extension UnsafeRawBufferPointer {
  func number<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> T {
    T(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
  }

  /// True if every byte is zero.
  var isZero: Bool {
    var offset = 0
    while offset + 8 <= count {
      if loadUnaligned(fromByteOffset: offset, as: UInt64.self) != 0 { return false }
      offset += 8
    }
    return self[offset...].allSatisfy { $0 == 0 }
  }

  func part(_ offset: Int, _ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[offset..<offset + count])
  }
}

extension UnsafeMutableRawBufferPointer {
  func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
  }
}

/// CRC32C of the bytes, continuing `seed`.
func crc32c(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
  roost_crc32c(seed, bytes.baseAddress, bytes.count)
}

func crc32c(_ number: UInt64, seed: UInt32) -> UInt32 {
  withUnsafeBytes(of: number.littleEndian) { crc32c($0, seed: seed) }
}
