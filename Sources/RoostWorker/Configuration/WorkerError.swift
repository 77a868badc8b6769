/// Why a worker does not start or does not go on.
package struct WorkerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What the process ends with (the wire, the worker's face).
  package enum ExitCode: Int32, Sendable, CaseIterable {
    /// Wrong usage or settings; both values are named.
    case usage = 64
    /// The journal could not be flushed or its device failed.
    case journalFailed = 74
    /// Another process has the data folder.
    case folderInUse = 75
    /// Another journal owns these pools.
    case anotherJournal = 78
  }

  package let exitCode: ExitCode
  /// Stable; has a page of its own.
  package let code: String
  /// What is wrong and what to do next.
  package let message: String

  package init(_ exitCode: ExitCode, code: String, _ message: String) {
    self.exitCode = exitCode
    self.code = code
    self.message = message
  }

  package var description: String { "\(code): \(message)" }
}
