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
    output = command.value("output") == "json" ? .json : .text
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
    let client = try SignalClient(command, environment: environment)
    if command.has("no-wait") {
      try stored(client.publish(signal, to: actor, of: pool, replyTo: nil, messageID: command.value("msg-id")))
      return .success
    }
    if command.has("wait"), case .wake(let wake) = signal { return try untilReady(wake, client) }
    return try untilFinal(signal, client, timeoutMs)
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

  private func untilFinal(
    _ signal: ActorSignal, _ client: SignalClient, _ timeoutMs: UInt64
  ) throws(CLIError) -> ExitCode {
    let answers = try client.listen()
    let ack = try client.publish(
      signal, to: actor, of: pool, replyTo: answers.replyTo, messageID: command.value("msg-id"))
    try stored(ack)
    let deadline = Self.deadline(timeoutMs)
    var last: Answer?
    while let answer = try answers.next(until: deadline) {
      last = answer
      try console.out(output.text(of: answer))
      if answer.isFinal { return Self.exitCode(answer) }
    }
    guard let last else { throw Self.nobody(pool, timeoutMs) }
    let remedy = Self.remedy(last) ?? "look with `roost actor get`"
    throw CLIError(.refused, "no final answer within \(timeoutMs) ms; the signal stands, \(remedy)")
  }

  /// What is to be done so that a final answer comes; nil = nothing but waiting.
  static func remedy(_ last: Answer) -> String? {
    guard last.reason == Answer.journalFull else { return nil }
    return "the worker's journal has no room: free space on its disk, and it is applied"
  }

  /// No worker is there, or it is behind; or the signal was a duplicate, which is answered where the first one asked.
  static func nobody(_ pool: PoolID, _ timeoutMs: UInt64) -> CLIError {
    CLIError(
      .unavailable,
      "no worker answered within \(timeoutMs) ms; the signal is stored and is applied once a worker serves \(pool)")
  }

  func stored(_ ack: PubAck) throws(CLIError) { try console.out(output.text(of: ack)) }

  private static func exitCode(_ answer: Answer) -> ExitCode {
    switch answer.outcome {
    case .accepted, .pending, .ready, .ignored: .success
    case .sleeping, .timedOut, .destroyed, .rejected: .refused
    }
  }

  static func deadline(_ ms: UInt64) -> ContinuousClock.Instant {
    .now + .milliseconds(Int64(clamping: min(ms, Limits.pendingTimeoutMs.upperBound + ReadyWait.readyWaitMs)))
  }

  /// A worker answers within milliseconds; one that is just being restarted within seconds.
  private static let answerTimeoutMs: UInt64 = 10_000
  private static let getTimeoutMs: UInt64 = 5_000

  private func answerTimeoutMs(_ signal: ActorSignal) throws(CLIError) -> UInt64 {
    if let given = try command.duration("timeout") { return given }
    if case .wake(let wake) = signal, case .dontSleep(let pendingMs?) = wake.override {
      return pendingMs + Self.answerTimeoutMs
    }
    return Self.answerTimeoutMs
  }
}
