import CRoostSystem
import Glibc

// All numbers in the journal's files are little-endian; loads and stores are unaligned-safe and stay in bounds.

extension UnsafeRawBufferPointer {
  func number<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> T {
    T(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
  }

  /// True if every byte is zero: the first is, and each equals the one before it.
  var isZero: Bool {
    guard let first = baseAddress, count > 0 else { return true }
    return self[0] == 0 && memcmp(first, first + 1, count - 1) == 0
  }

  func part(_ offset: Int, _ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[offset..<offset + count])
  }
}

extension UnsafeMutableRawBufferPointer {
  func clear() {
    if let baseAddress { memset(baseAddress, 0, count) }
  }

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
