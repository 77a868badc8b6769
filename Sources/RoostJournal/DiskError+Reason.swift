import Glibc

extension DiskError {
  /// No room on the device, or none left for this user.
  package var meansFull: Bool { errno == ENOSPC || errno == EDQUOT }

  /// The folder or its file system does not let us write.
  package var meansNotWritable: Bool { errno == EROFS || errno == EACCES || errno == EPERM }

  /// The name, or the folder it should be in, is not there.
  package var meansMissing: Bool { errno == ENOENT || errno == ENOTDIR }

  /// The device cannot give back what lies there: damage to what is read, where all else is a fault of the journal.
  package var meansUnreadable: Bool { errno == EIO }

  /// The name is not that of a regular file: it is a folder's, pipe's, socket's or device's.
  package var meansNotAFile: Bool { errno == EISDIR || errno == ENXIO }

  /// The system's words for the error number.
  package var reason: String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard strerror_r(errno, &buffer, buffer.count) == 0 else { return "error \(errno)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  package var description: String { "\(operation) \(path): \(reason)" }
}

extension DiskError {
  /// What the system itself says of a socket.
  static func notAFile(_ path: String) -> DiskError { DiskError(operation: "open", path: path, errno: ENXIO) }

  /// A write that took less than it was given.
  static func full(_ path: String) -> DiskError { DiskError(operation: "pwrite", path: path, errno: ENOSPC) }
}
