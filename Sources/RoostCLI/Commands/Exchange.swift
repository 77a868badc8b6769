import RoostCore
import RoostNATS

/// A signal, and what the worker says to it, as a command shows both.
struct Exchange {
  let pool: PoolID
  let output: ActorOutput
  let console: Console

  /// A worker answers within milliseconds; one that is just being restarted within seconds.
  static let answerTimeoutMs: UInt64 = 10_000

  /// Prints that the signal is stored, and every answer up to the final one. `publish` is told where answers go.
  func untilFinal(
    _ client: SignalClient, _ timeoutMs: UInt64, publish: (String) throws(CLIError) -> PubAck
  ) throws(CLIError) -> ExitCode {
    let answers = try client.listen()
    try stored(try publish(answers.replyTo))
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

  func stored(_ ack: PubAck) throws(CLIError) { try console.out(output.text(of: ack)) }

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

  static func deadline(_ ms: UInt64) -> ContinuousClock.Instant {
    .now + .milliseconds(Int64(clamping: min(ms, Limits.pendingTimeoutMs.upperBound + ReadyWait.readyWaitMs)))
  }

  private static func exitCode(_ answer: Answer) -> ExitCode {
    switch answer.outcome {
    case .accepted, .pending, .ready, .ignored: .success
    case .sleeping, .timedOut, .destroyed, .rejected: .refused
    }
  }
}
