import Glibc

/// A file that is read whole, up to a limit.
package enum SmallFile {
  /// In the words of the system.
  package struct Failure: Error {
    package let reason: String
  }

  /// `-` is standard input where the caller says so.
  package static func read(
    _ path: String, atMost limitBytes: Int, dashIsInput: Bool = false
  ) throws(Failure) -> [UInt8] {
    let descriptor = dashIsInput && path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(reason: String(cString: strerror(errno))) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw Failure(reason: String(cString: strerror(errno))) }
      if count == 0 { return bytes }
      bytes += buffer[0..<count]
      if bytes.count > limitBytes { throw Failure(reason: "it has more than \(limitBytes) bytes") }
    }
  }
}
