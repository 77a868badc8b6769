import RoostNATS

/// The bytes of `--input-file`.
enum InputFile {
  /// Brokers take 64 MiB in a message at the very most; a pool's max_input_bytes is far below.
  private static let limitBytes = 64 << 20

  /// `-` is standard input. Errors: `usage` when it cannot be read or is too large.
  static func read(_ path: String) throws(CLIError) -> [UInt8] {
    do {
      return try SmallFile.read(path, atMost: limitBytes, dashIsInput: true)
    } catch {
      throw .usage("--input-file \(path): \(error.reason)")
    }
  }
}
