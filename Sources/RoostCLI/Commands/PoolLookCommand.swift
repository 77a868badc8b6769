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
      let reply = try client.ask(.explain(nil), of: id, timeoutMs: timeoutMs)
      try console.out(output.text(of: id, try Self.pool(id, reply)))
      return .success
    case ["pool", "list"]: return try list(SignalClient(command, environment: environment))
    default: preconditionFailure("no look at a pool: \(command.path)")
    }
  }

  private func list(_ client: SignalClient) throws(CLIError) -> ExitCode {
    let found = try named(client)
    var code = ExitCode.success
    try console.out(output.title)
    let pools = found.pools.sorted()
    for (id, reply) in zip(pools, try client.ask(.explain(nil), ofEach: pools, timeoutMs: timeoutMs)) {
      do throws(CLIError) {
        try console.out(output.row(id, try Self.pool(id, try reply.get())))
      } catch  where Self.isOfOnePool(error) {
        console.err("roost: \(CLIError.shown("\(id): \(error.code): \(error.message)"))\n")
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

  /// One that is quarantined, for example, that nobody serves any more, or whose worker hangs, keeps none of the others.
  private static func isOfOnePool(_ error: CLIError) -> Bool {
    let codes: [NATSError.Code] = [.noResponders, .timeout]
    return error.exitCode == .refused || codes.map(\.rawValue).contains(error.code)
  }

  private static func pool(_ id: PoolID, _ reply: APIReply) throws(CLIError) -> PoolDescription {
    guard case .explain(let explanation) = reply, let pool = explanation.pool else {
      throw CLIError(.unavailable, "the worker does not say how \(id) is; is it as new as this `roost`?")
    }
    return pool
  }

  /// Errors: `unavailable` when no worker of our subjects is among those that answer.
  private func named(_ client: SignalClient) throws(CLIError) -> NamedPools {
    let subjects = try command.subjects()
    var found = NamedPools()
    try client.gather(Discovery.statistics, timeoutMs: timeoutMs) { found.take($0, subjects) }
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
