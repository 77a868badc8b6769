import RoostCore
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
    case "inspect": return try inspect()
    case "dump": return try dump()
    case "repair": return try repair()
    default: preconditionFailure("the command tree has a command that nobody runs: \(command.path)")
    }
  }

  private func verify() throws(CLIError) -> ExitCode {
    let (folder, found) = try command.examineDataFolder()
    try console.out(JournalReport(folder, found).text)
    return found.isSound ? .success : .damaged
  }

  private func inspect() throws(CLIError) -> ExitCode {
    let folder = try command.openDataFolder()
    let (listing, times) = try Self.reading { () throws(JournalError) in try folder.segments() }
    let snapshots = try Self.reading { () throws(JournalError) in try folder.snapshots() }
    try console.out(SegmentTable.text(listing, times, snapshots))
    if let obstacle = listing.obstacle { throw CLIError(obstacle) }
    return listing.isComplete && snapshots.allSatisfy { $0.damage == nil } ? .success : .damaged
  }

  private func dump() throws(CLIError) -> ExitCode {
    var output = RecordOutput(isJSON: command.outputForm.isJSON)
    if let actor = command.value("actor") {
      output.actor = ActorID(try ParsedCommand.identifier(actor, of: "actor id"))
    }
    if let pool = command.value("pool") { output.pool = try ParsedCommand.pool(pool) }
    let first = try command.recordNumber("from") ?? 0
    let folder = try command.openDataFolder()
    var writing = Result<Void, CLIError>.success(())
    let listing = try Self.reading { () throws(JournalError) in
      try folder.list { placed, decoded in
        guard placed.record.index.rawValue >= first, case .success = writing else { return }
        guard let line = output.line(placed, decoded) else { return }
        writing = Result { () throws(CLIError) in try console.out(line) }
      }
    }
    try writing.get()
    return try Self.judged(listing, console)
  }

  /// Says beside the data what could not be read.
  static func judged(_ listing: Listing, _ console: Console) throws(CLIError) -> ExitCode {
    for damage in listing.segments.flatMap(\.damage) { console.err("roost: not read: \(damage)\n") }
    for segment in listing.segments where segment.headers == .damaged {
      console.err("roost: not read: \(segment.file): both copies of its header are damaged\n")
    }
    if let obstacle = listing.obstacle { throw CLIError(obstacle) }
    return listing.isComplete ? .success : .damaged
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
  /// The number of a journal record. Errors: `usage`.
  func recordNumber(_ option: String) throws(CLIError) -> UInt64? {
    guard let text = value(option) else { return nil }
    guard let number = UInt64(text) else {
      throw .usage("--\(option) \(text): write the number of a journal record, e.g. 4711 (journal_sequence in events)")
    }
    return number
  }

  /// The folder named with --data. Errors: `usage`, `folderInUse`.
  func openDataFolder() throws(CLIError) -> DataFolder {
    let path = try dataFolderPath()
    return try JournalCommand.reading { () throws(JournalError) in try DataFolder(path) }
  }

  /// The folder named with --data, read to its end, also beside the worker that has it. Errors: as above.
  func examineDataFolder() throws(CLIError) -> (folder: DataFolder, found: Examination) {
    let path = try dataFolderPath()
    return try JournalCommand.reading { () throws(JournalError) in try DataFolder.examined(path) }
  }

  /// Errors: `usage` where it is missing.
  func dataFolderPath() throws(CLIError) -> String {
    guard let path = value("data") else {
      throw .usage("\(self.path.joined(separator: " ")): --data DIR is missing: the data folder of a worker")
    }
    return path
  }
}
