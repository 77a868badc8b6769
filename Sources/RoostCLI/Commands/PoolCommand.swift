import RoostCore
import RoostWire

/// `roost pool configure`, `roost pool drain`, `roost runner drain`: signals to a pool itself.
struct PoolCommand {
  private let command: ParsedCommand
  private let exchange: Exchange
  private let pool: PoolID
  private let timeoutMs: UInt64
  private let messageID: String?

  /// Errors: `usage`.
  init(_ command: ParsedCommand, console: Console) throws(CLIError) {
    self.command = command
    pool = try ParsedCommand.pool(command.operands[0])
    exchange = Exchange(pool: pool, output: command.outputForm.isJSON ? .json : .text, console: console)
    timeoutMs = try command.duration("timeout") ?? Exchange.answerTimeoutMs
    messageID = try command.messageID()
  }

  func run(environment: [String: String]) throws(CLIError) -> ExitCode {
    switch command.path {
    case ["pool", "configure"]:
      let signal = PoolSignal.configure(try overlay())
      return try send(signal, SignalClient(command, environment: environment))
    case ["runner", "drain"]:
      let runner = RunnerID(try ParsedCommand.identifier(command.operands[1], of: "id of a runner"))
      return try send(.drain(runner), SignalClient(command, environment: environment))
    case ["pool", "drain"]: return try drainAll(SignalClient(command, environment: environment))
    default: preconditionFailure("no signal to a pool: \(command.path)")
    }
  }

  /// Forgotten settings must not end in a pool without any.
  private func overlay() throws(CLIError) -> PoolSettingsOverlay {
    switch (command.all("set"), command.has("defaults")) {
    case ([], false): throw .usage("pool configure: give --set KEY=VALUE, or --defaults for none of its own")
    case ([], true): return PoolSettingsOverlay()
    case (let assignments, false): return try PoolSettingField.overlay(assignments)
    case (_, true): throw .usage("--set and --defaults exclude each other; what is not named is as the defaults say")
    }
  }

  private func drainAll(_ client: SignalClient) throws(CLIError) -> ExitCode {
    if messageID != nil { throw .usage("--msg-id is for one signal; `roost runner drain` sends one") }
    var code = ExitCode.success
    for runner in try openRunners(client) {
      if try send(.drain(runner), client) != .success { code = .refused }
    }
    return code
  }

  private func openRunners(_ client: SignalClient) throws(CLIError) -> [RunnerID] {
    var found: [RunnerID] = []
    var request = RunnersRequest()
    while true {
      guard case .runners(let page) = try client.ask(.runners(request), of: pool, timeoutMs: Int64(clamping: timeoutMs))
      else {
        throw CLIError(.unavailable, "the worker answered another question; is this `roost` as new as the worker?")
      }
      found += page.runners.filter { $0.state != "closed" }.map(\.runner)
      if page.next.isEmpty { return found }
      request.after = page.next
    }
  }

  private func send(_ signal: PoolSignal, _ client: SignalClient) throws(CLIError) -> ExitCode {
    if command.has("no-wait") {
      try exchange.stored(client.publish(signal, to: pool, replyTo: nil, messageID: messageID))
      return .success
    }
    return try exchange.untilFinal(client, timeoutMs) { replyTo throws(CLIError) in
      try client.publish(signal, to: pool, replyTo: replyTo, messageID: messageID)
    }
  }
}
