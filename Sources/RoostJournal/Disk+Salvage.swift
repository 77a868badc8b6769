extension Disk {
  /// Reads like `read`, and where the device cannot read (EIO) goes on with the next page. Such pages are filled with a byte
  /// that no unwritten place has, so that they never pass for the zeros behind the end of the log.
  ///
  /// - Parameter offset: a multiple of the page.
  func readAround(
    _ file: DiskFile, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(DiskError) -> (count: Int, unreadable: [Range<Int>]) {
    do throws(DiskError) {
      return (try read(file, into: buffer, at: offset), [])
    } catch {
      guard error.meansUnreadable else { throw error }
    }
    let size = try size(of: file)
    let count = min(buffer.count, Int(size - min(size, offset)))
    var unreadable: [Range<Int>] = []
    for start in stride(from: 0, to: count, by: JournalLimits.pageBytes) {
      let page = start..<min(count, start + JournalLimits.pageBytes)
      do throws(DiskError) {
        _ = try read(file, into: UnsafeMutableRawBufferPointer(rebasing: buffer[page]), at: offset + UInt64(start))
      } catch {
        guard error.meansUnreadable else { throw error }
        UnsafeMutableRawBufferPointer(rebasing: buffer[page]).initializeMemory(as: UInt8.self, repeating: 0xFF)
        unreadable.append(page)
      }
    }
    return (count, unreadable)
  }
}
