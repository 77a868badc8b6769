extension Disk {
  /// nil: there is no file of this name, or not even the folder.
  package func openIfThere(_ name: String) throws(DiskError) -> DiskFile? {
    do throws(DiskError) {
      return try open(name)
    } catch {
      guard error.meansMissing else { throw error }
      return nil
    }
  }

  /// Writes all of the bytes; `done` says how many were written when it throws.
  package func writeAll(
    _ file: DiskFile, _ bytes: UnsafeRawBufferPointer, at offset: UInt64, done: inout Int
  ) throws(DiskError) {
    while done < bytes.count {
      let count = try write(file, UnsafeRawBufferPointer(rebasing: bytes[done...]), at: offset + UInt64(done))
      guard count > 0 else { throw DiskError.full(path(of: JournalName.directory)) }
      done += count
    }
  }

  /// Overwrites a range with zeros, not flushed.
  func zero(_ file: DiskFile, _ range: Range<UInt64>) throws(DiskError) {
    let zeros = Block(byteCount: min(range.count, 256 << 10))
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = min(Int(range.upperBound - offset), zeros.bytes.count)
      var done = 0
      try writeAll(file, zeros.readOnly.part(0, count), at: offset, done: &done)
      offset += UInt64(count)
    }
  }
}
