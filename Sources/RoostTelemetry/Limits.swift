/// Why a log line stays a line.
package enum Limits {
  /// Bytes of one value: an error message fits; a payload has no business here.
  package static let valueBytes = 512
  /// Bytes of one line: below PIPE_BUF, so that lines of several processes on one pipe do not mix.
  package static let lineBytes = 4_000
}
