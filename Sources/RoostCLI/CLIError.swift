import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWorker

/// Why a command ends with something else than success.
struct CLIError: Error, Equatable, Sendable {
  let exitCode: ExitCode
  /// Stable; empty where the exit code says it all.
  let code: String
  /// What is wrong and what to do next.
  let message: String

  init(_ exitCode: ExitCode, code: String = "", _ message: String) {
    self.exitCode = exitCode
    self.code = code
    self.message = message
  }

  static func usage(_ message: String) -> CLIError { CLIError(.usage, message) }

  /// The line on standard error. What was typed, and what strangers answer, may be in it: it stays one line of bounded
  /// length, and nothing in it acts on the terminal.
  var text: String { "roost: " + Self.shown(code.isEmpty ? message : "\(code): \(message)") }

  /// Without its middle where it is too long: what is wrong stands at its beginning, what to do at its end.
  static func shown(_ text: String) -> String {
    let scalars = LogLine.escaped(text).unicodeScalars
    guard scalars.count > shownScalars else { return String(scalars) }
    return String(scalars.prefix(shownScalars * 2 / 3)) + "..." + String(scalars.suffix(shownScalars / 3))
  }

  /// Every message of our own is shorter.
  private static let shownScalars = 1_200
}

extension CLIError {
  init(_ error: WorkerError) {
    let exitCode: ExitCode =
      switch error.exitCode {
      case .usage: .usage
      case .journalFailed: .ioError
      case .folderInUse: .folderInUse
      case .anotherJournal: .anotherJournal
      }
    self.init(exitCode, code: error.code, error.message)
  }

  /// Of a journal that is looked at: what cannot be read any further is damage, not a failing device.
  init(_ error: JournalError) {
    switch error {
    case .unreadable, .identityDamaged, .beginningMissing, .notAFile:
      self.init(.damaged, code: error.code, error.message)
    case .inUse(let lock, let pid):
      self.init(
        .folderInUse, code: error.code,
        "the data folder is in use by \(pid.map { "process \($0)" } ?? "another process") (\(lock) is locked): stop that "
          + "one, or look at a copy of the folder (cp -a)")
    case .noJournal: self.init(.usage, code: error.code, error.message)
    default: self.init(WorkerError(error))
    }
  }

  /// Everything that goes wrong between a client command and the broker is "not available", except what asking again
  /// cannot change.
  init(_ error: NATSError) {
    let exitCode: ExitCode =
      switch error.code {
      case .configurationDiffers, .badSubject, .tooLarge, .badAccess: .usage
      case .refused, .wrongRevision: .refused
      default: .unavailable
      }
    self.init(exitCode, code: error.code.rawValue, error.message)
  }
}
