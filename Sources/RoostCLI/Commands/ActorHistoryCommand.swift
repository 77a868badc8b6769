import RoostCore
import RoostTelemetry
import RoostWire

/// `roost actor history`: what the worker decided about an actor, from its journal, in the lines of a trace.
struct ActorHistoryCommand {
  private let command: ParsedCommand
  private let console: Console
  private let target: TraceTarget
  private let pool: PoolID
  private let actor: ActorID
  private let timeoutMs: Int64
  private let limit: UInt32

  static let defaultLimit: UInt32 = 100

  /// Errors: `usage`.
  init(_ command: ParsedCommand, console: Console) throws(CLIError) {
    self.command = command
    self.console = console
    target = try TraceTarget(command.operands)
    pool = try ParsedCommand.pool(command.operands[0])
    actor = ActorID(try ParsedCommand.identifier(command.operands[1], of: "actor id"))
    timeoutMs = Int64(clamping: try command.duration("timeout") ?? QuestionCommand.timeoutMs)
    limit = try command.count("limit") ?? Self.defaultLimit
  }

  func run(environment: [String: String]) throws(CLIError) -> ExitCode {
    let client = try SignalClient(command, environment: environment)
    let pages = HistoryPages(client: client, pool: pool, actor: actor, timeoutMs: timeoutMs)
    // One more than is shown tells whether there are more; of as many as can be said there are not.
    let entries = try pages.entries(limit: limit == .max ? limit : limit + 1)
    guard !entries.isEmpty else {
      throw CLIError(
        .refused,
        "the journal says nothing of an actor \(actor) in \(pool), or no longer (--history-hours of the worker); "
          + "`roost actor get` says how it is")
    }
    if entries.count > limit {
      console.err("roost: only the newest \(limit) are shown: a greater --limit shows more\n")
    }
    var output = TraceOutput(target, isJSON: command.outputForm.isJSON)
    try console.out(output.title)
    for entry in entries.suffix(Int(limit)) { try console.out(output.text(of: TraceRow(entry, of: actor, in: pool))) }
    return .success
  }
}
