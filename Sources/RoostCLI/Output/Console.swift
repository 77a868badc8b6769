import Glibc
import RoostTelemetry

/// Where a command writes: data to `out`, everything else to `err`. Whole lines, their newline included.
package struct Console: Sendable {
  /// False: it cannot be written.
  let write: @Sendable (String) -> Bool
  private let complain: @Sendable (String) -> Void
  /// Somebody looks at `out`, and it can be drawn anew.
  let isTerminal: Bool

  /// `out` gives false when what it was handed cannot be written.
  package init(
    out: @escaping @Sendable (String) -> Bool, err: @escaping @Sendable (String) -> Void, isTerminal: Bool = false
  ) {
    write = out
    complain = err
    self.isTerminal = isTerminal
  }

  /// Standard output and standard error.
  package static let standard = Console(
    out: writeToStandardOutput, err: StandardError.write, isTerminal: isatty(STDOUT_FILENO) == 1)

  func out(_ text: String) throws(CLIError) {
    guard write(text) else {
      throw CLIError(
        .ioError, "standard output cannot be written (closed pipe, full disk?); what was done before stays done")
    }
  }

  /// Others' words may be in it: nothing in its lines acts on the terminal.
  func err(_ text: String) {
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    complain(lines.map { LogLine.escaped(String($0)) }.joined(separator: "\n"))
  }
}

@Sendable private func writeToStandardOutput(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  var written = 0
  while written < bytes.count {
    let count = bytes[written...].withUnsafeBufferPointer { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    if count <= 0 { return false }
    written += count
  }
  return true
}
