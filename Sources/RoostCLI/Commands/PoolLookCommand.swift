import RoostCore
import RoostNATS
import RoostWire
import RoostWorker

/// `roost pool list` and `roost pool get`. Which pools there are the workers say as NATS services, how each of them is they
/// say when asked to explain it.
struct PoolLookCommand {
  private let command: ParsedCommand
  private let console: Console
  private let output: PoolOutput
  private let timeoutMs: Int64

  /// Errors: `usage`.
  init(_ command: ParsedCommand, console: Console) throws(CLIError) {
    self.command = command
    self.console = console
    output = PoolOutput(isJSON: command.outputForm.isJSON)
    timeoutMs = Int64(clamping: try command.duration("timeout") ?? QuestionCommand.timeoutMs)
  }

  func run(environment: [String: String]) throws(CLIError) -> ExitCode {
    switch command.path {
    case ["pool", "get"]:
      let id = try ParsedCommand.pool(command.operands[0])
      let client = try SignalClient(command, environment: environment)
      try console.out(output.text(of: id, try pool(id, client)))
      return .success
    case ["pool", "list"]: return try list(SignalClient(command, environment: environment))
    default: preconditionFailure("no look at a pool: \(command.path)")
    }
  }

  private func list(_ client: SignalClient) throws(CLIError) -> ExitCode {
    let found = try named(client)
    var code = ExitCode.success
    try console.out(output.title)
    for id in found.pools.sorted() {
      do throws(CLIError) {
        try console.out(output.row(id, try pool(id, client)))
      } catch  where error.exitCode == .refused || error.code == NATSError.Code.noResponders.rawValue {
        // One that is quarantined, for example, or that nobody serves any more, keeps none of the others.
        console.err("roost: \(id): \(error.code): \(error.message)\n")
        code = error.exitCode
      }
    }
    if found.pools.isEmpty {
      console.err("roost: no pools yet; a pool exists from its first create, init or configure\n")
    }
    if found.unnamed > 0 {
      console.err("roost: \(found.unnamed) more pools are not named; `roost pool get` shows each\n")
    }
    return code
  }

  private func pool(_ id: PoolID, _ client: SignalClient) throws(CLIError) -> PoolDescription {
    guard case .explain(let explanation) = try client.ask(.explain(nil), of: id, timeoutMs: timeoutMs),
      let pool = explanation.pool
    else { throw CLIError(.unavailable, "the worker does not say how \(id) is; is it as new as this `roost`?") }
    return pool
  }

  /// Errors: `unavailable` when no worker of our subjects is among those that answer.
  private func named(_ client: SignalClient) throws(CLIError) -> NamedPools {
    let subjects = try command.subjects()
    let found = NamedPools(try client.gather(Discovery.statistics, timeoutMs: timeoutMs), subjects)
    if found.unreadable > 0 {
      console.err("roost: \(found.unreadable) answers on \(Discovery.statistics) cannot be read; they are left out\n")
    }
    guard found.isAnswered else {
      throw CLIError(
        .unavailable, "no worker of --prefix \(subjects.prefix) names its pools; check --prefix, start one")
    }
    return found
  }
}
