import Glibc

/// The bytes of `--input-file`.
enum InputFile {
  /// Brokers take 64 MiB in a message at the very most; a pool's max_input_bytes is far below.
  private static let limitBytes = 64 << 20

  /// `-` is standard input. Errors: `usage` when it cannot be read or is too large.
  static func read(_ path: String) throws(CLIError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw refusal(path, String(cString: strerror(errno))) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw refusal(path, String(cString: strerror(errno))) }
      if count == 0 { return bytes }
      bytes += buffer[0..<count]
      if bytes.count > limitBytes { throw refusal(path, "it has more than \(limitBytes) bytes") }
    }
  }

  private static func refusal(_ path: String, _ reason: String) -> CLIError {
    .usage("--input-file \(path): \(reason)")
  }
}
