import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWorker

/// `roost actor VERB NS/POOL ACTOR`.
struct ActorCommand {
  let command: ParsedCommand
  let console: Console
  let output: ActorOutput
  let pool: PoolID
  let actor: ActorID

  /// Errors: `usage`.
  init(_ command: ParsedCommand, console: Console) throws(CLIError) {
    self.command = command
    self.console = console
    output = command.outputForm.isJSON ? .json : .text
    pool = try ParsedCommand.pool(command.operands[0])
    actor = ActorID(try ParsedCommand.identifier(command.operands[1], of: "actor id"))
  }

  func run(environment: [String: String]) throws(CLIError) -> ExitCode {
    if command.path.last == "get" { return try get(environment) }
    let signal = try ActorSignal(command)
    if command.has("wait"), command.has("no-wait") { throw .usage("--wait and --no-wait exclude each other; give one") }
    if command.has("ready-timeout"), !command.has("wait") { throw .usage("--ready-timeout is for --wait; give both") }
    if command.has("wait"), command.has("timeout") {
      throw .usage("--timeout is for a wake without --wait; with --wait give --ready-timeout")
    }
    let timeoutMs = try answerTimeoutMs(signal)
    let messageID = try command.messageID()
    let client = try SignalClient(command, environment: environment)
    if command.has("no-wait") {
      try stored(client.publish(signal, to: actor, of: pool, replyTo: nil, messageID: messageID))
      return .success
    }
    if command.has("wait"), case .wake(let wake) = signal { return try untilReady(wake, messageID, client) }
    return try exchange.untilFinal(client, timeoutMs) { replyTo throws(CLIError) in
      try client.publish(signal, to: actor, of: pool, replyTo: replyTo, messageID: messageID)
    }
  }

  private func get(_ environment: [String: String]) throws(CLIError) -> ExitCode {
    let timeoutMs = Int64(clamping: try command.duration("timeout") ?? Self.getTimeoutMs)
    let client = try SignalClient(command, environment: environment)
    guard case .get(let found) = try client.ask(.get(actor), of: pool, timeoutMs: timeoutMs) else {
      throw CLIError(.unavailable, "the worker answered another question; is this `roost` as new as the worker?")
    }
    try console.out(output.text(of: found))
    return .success
  }

  private var exchange: Exchange { Exchange(pool: pool, output: output, console: console) }

  func stored(_ ack: PubAck) throws(CLIError) { try exchange.stored(ack) }

  private static let getTimeoutMs: UInt64 = 5_000

  private func answerTimeoutMs(_ signal: ActorSignal) throws(CLIError) -> UInt64 {
    if let given = try command.duration("timeout") { return given }
    if case .wake(let wake) = signal, case .dontSleep(let pendingMs?) = wake.override {
      return pendingMs + Exchange.answerTimeoutMs
    }
    return Exchange.answerTimeoutMs
  }
}
