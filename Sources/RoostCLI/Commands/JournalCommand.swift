import RoostJournal
import RoostWorker

/// `roost journal VERB`.
struct JournalCommand {
  let command: ParsedCommand
  let console: Console

  init(_ command: ParsedCommand, console: Console) {
    self.command = command
    self.console = console
  }

  func run() throws(CLIError) -> ExitCode {
    switch command.path.last {
    case "verify": return try verify()
    default: preconditionFailure("the command tree has a command that nobody runs: \(command.path)")
    }
  }

  private func verify() throws(CLIError) -> ExitCode {
    let folder = try command.openDataFolder()
    let found = try Self.reading { () throws(JournalError) in try folder.examine() }
    try console.out(JournalReport(folder, found).text)
    return found.isSound ? .success : .damaged
  }
}

extension JournalCommand {
  /// Runs what reads a journal; what goes wrong there ends the command.
  static func reading<T>(_ body: () throws(JournalError) -> T) throws(CLIError) -> T {
    do throws(JournalError) {
      return try body()
    } catch {
      throw CLIError(error)
    }
  }
}

extension ParsedCommand {
  /// The folder named with --data. Errors: `usage`, `folderInUse`.
  func openDataFolder() throws(CLIError) -> DataFolder {
    guard let path = value("data") else {
      throw .usage("\(self.path.joined(separator: " ")): --data DIR is missing: the data folder of a worker")
    }
    return try JournalCommand.reading { () throws(JournalError) in try DataFolder(path) }
  }
}
