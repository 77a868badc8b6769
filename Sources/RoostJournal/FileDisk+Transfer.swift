import CRoostSystem
import Glibc

extension FileDisk {
  package func read(
    _ file: DiskFile, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(DiskError) -> Int {
    var done = 0
    var interrupted = 0
    while done < buffer.count {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(file.descriptor, part.baseAddress, part.count, off_t(offset) + off_t(done))
      if count > 0 {
        done += count
      } else if count == 0 {
        return done
      } else if errno != EINTR || interrupted == JournalLimits.interruptions {
        throw failure("pread", file)
      } else {
        interrupted += 1
      }
    }
    return done
  }

  package func write(
    _ file: DiskFile, _ bytes: UnsafeRawBufferPointer, at offset: UInt64
  ) throws(DiskError) -> Int {
    for _ in 0..<JournalLimits.interruptions {
      let count = pwrite(file.descriptor, bytes.baseAddress, bytes.count, off_t(offset))
      if count >= 0 { return count }
      guard errno == EINTR else { throw failure("pwrite", file) }
    }
    throw failure("pwrite", file)
  }

  /// Reading alone, the lock is shared with other readers, and the file, which must exist, keeps what it says.
  package func lock(_ name: String) throws(DiskError) -> DiskLock {
    let file = try openFile(name, isReadOnly ? O_RDONLY | O_CLOEXEC : O_RDWR | O_CREAT | O_CLOEXEC)
    let code = take(file)
    if code == EWOULDBLOCK {
      defer { close(file) }
      return .held(by: try holder(file))
    }
    do throws(DiskError) {
      guard code == 0 else { throw DiskError(operation: "flock", path: path(of: name), errno: code) }
      if isReadOnly { return .acquired(file) }
      // The number is for people: a disk without room for it is no reason not to start.
      let text = Array("\(getpid())\n".utf8)
      let count = pwrite(file.descriptor, text, text.count, 0)
      if count < 0, errno != ENOSPC { throw failure("pwrite", file) }
      // After the write: a block that is given back may be somebody else's by then.
      try truncate(file, to: UInt64(max(0, count)))
    } catch {
      close(file)
      throw error
    }
    return .acquired(file)
  }

  /// 0, or the errno. A process that is ending, or one that was forked and has not become its program yet, may hold the lock
  /// for a moment: that is waited for.
  private func take(_ file: DiskFile) -> Int32 {
    for _ in 0..<JournalLimits.lockTries {
      let code = isReadOnly ? roost_flock_shared(file.descriptor) : roost_flock_exclusive(file.descriptor)
      if code != EWOULDBLOCK { return code }
      usleep(JournalLimits.lockPauseUs)
    }
    return EWOULDBLOCK
  }

  /// The process id in a lock file that another process holds; nil when it has not written it yet.
  private func holder(_ file: DiskFile) throws(DiskError) -> Int32? {
    var text = [UInt8](repeating: 0, count: 16)
    let count = pread(file.descriptor, &text, text.count, 0)
    guard count >= 0 else { throw failure("pread", file) }
    return Int32(String(decoding: text[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
  }
}
