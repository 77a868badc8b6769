import RoostCore
import RoostJournal
import RoostTelemetry
import RoostWire
import RoostWorker

/// `roost history ACTOR`, `roost state ACTOR` and `roost actor state`: an actor's past, from a worker's folder.
struct HistoryCommand {
  let command: ParsedCommand
  let console: Console
  let actor: ActorID
  let pool: PoolID

  /// Errors: `usage`.
  init(_ command: ParsedCommand, console: Console) throws(CLIError) {
    self.command = command
    self.console = console
    // `actor state` names the pool first, as all of `actor` does.
    actor = ActorID(try ParsedCommand.identifier(command.operands[command.operands.count - 1], of: "actor id"))
    guard let pool = command.operands.count > 1 ? command.operands[0] : command.value("pool") else {
      throw .usage("\(command.path.joined(separator: " ")): --pool NS/POOL is missing: the pool of the actor")
    }
    self.pool = try ParsedCommand.pool(pool)
  }

  func history() throws(CLIError) -> ExitCode {
    let output = HistoryOutput(actor: actor, pool: pool, isJSON: command.outputForm.isJSON)
    let folder = try command.openDataFolder()
    var writing = Result<Void, CLIError>.success(())
    var isKnown = false
    let listing = try JournalCommand.reading { () throws(JournalError) in
      try folder.list { placed, decoded in
        guard case .read(let reading) = decoded, case .success = writing else { return }
        let lines = output.lines(placed, reading)
        guard !lines.isEmpty else { return }
        let title = isKnown || output.isJSON ? "" : HistoryOutput.title
        isKnown = true
        writing = Result { () throws(CLIError) in try console.out(title + lines.joined()) }
      }
    }
    try writing.get()
    let code = try JournalCommand.judged(listing, console)
    if !isKnown {
      throw CLIError(
        .refused, "the journal says nothing of an actor \(actor) in \(pool); `roost doctor` lists the pools")
    }
    return code
  }

  func state() throws(CLIError) -> ExitCode {
    let wanted = try command.recordNumber("at")
    guard command.has("data") else {
      let words = command.path.joined(separator: " ")
      throw .usage(
        "\(words): --data DIR is missing: the data folder of a worker; `roost actor get` asks one how it is now")
    }
    let path = try command.dataFolderPath()
    let past: Past
    do throws(JournalError) {
      past = try DataFolder.state(of: pool, in: path, through: wanted)
    } catch {
      guard case .beginningMissing(let first, _) = error, let wanted else { throw CLIError(error) }
      throw CLIError(
        .refused,
        "the state after record \(wanted) is not kept: the log begins at record \(first), and no snapshot is older; name a "
          + "later record (`roost journal verify` shows which there are)")
    }
    if let wanted, wanted > past.last {
      throw CLIError(.refused, "the journal ends at record \(past.last); there is no record \(wanted) yet")
    }
    if let damage = past.damage {
      console.err("roost: records of \(pool) are missing from \(damage); the state is that before the damage\n")
    }
    if past.isPartlyUnread {
      console.err(
        "roost: the journal has entries beside \(pool) that this version cannot read; run the one that wrote it\n")
    }
    if past.quarantine.contains(actor, in: pool) {
      throw CLIError(
        .damaged,
        "the journal has an entry of \(actor) that this version cannot read, so its state is not known; run the version "
          + "that wrote it (`roost history` shows what can be read)")
    }
    guard let view = past.machine.reading(pool, { $0.actorView(actor) }) ?? nil else {
      throw CLIError(.refused, "there is no actor \(actor) in \(pool) after record \(past.record)")
    }
    let output: ActorOutput = command.outputForm.isJSON ? .json : .text
    try console.out(output.text(of: ActorDescription(view), asOf: (past.record, past.time)))
    return past.damage == nil && !past.isPartlyUnread ? .success : .damaged
  }
}
