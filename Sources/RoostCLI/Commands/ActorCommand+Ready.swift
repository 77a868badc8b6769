import RoostCore
import RoostNATS

/// `roost actor wake --wait`.
extension ActorCommand {
  /// Wakes, listens, and does what `ReadyWait` decides, until the actor is ready or cannot be. `first` gives the
  /// expiry, `messageID` is its own; how long the wakes wait for room is one budget for all of them.
  func untilReady(_ first: Wake, _ messageID: String?, _ client: SignalClient) throws(CLIError) -> ExitCode {
    let pendingMs = try command.duration("pending-timeout") ?? ReadyWait.pendingTimeoutMs
    let readyMs = try command.duration("ready-timeout") ?? pendingMs + ReadyWait.readyWaitMs
    let pendingDeadline = Exchange.deadline(pendingMs)
    let readyDeadline = Exchange.deadline(readyMs)
    let answers = try client.listen()

    func wake(_ messageID: String?) throws(CLIError) -> StreamSequence {
      let left = UInt64(max(1, (pendingDeadline - .now) / .milliseconds(1)))
      let ack = try client.publish(
        .wake(Wake(override: .dontSleep(pendingTimeoutMs: left), expiresAt: first.expiresAt)), to: actor, of: pool,
        replyTo: answers.replyTo, messageID: messageID)
      try stored(ack)
      return ack.sequence
    }

    var wait = ReadyWait(wake: try wake(messageID))
    var last: Answer?
    while let answer = try answers.next(until: readyDeadline) {
      last = answer
      try console.out(output.text(of: answer))
      switch wait.receive(answer) {
      case .wait: continue
      case .ready: return .success
      case .wakeAgain: wait.wokeAgain(try wake(nil))
      case .failed(let why): throw CLIError(.refused, "actor \(actor) is not ready: \(why)")
      }
    }
    guard let last else { throw Exchange.nobody(pool, readyMs) }
    let remedy = Exchange.remedy(last).map { "; \($0)" } ?? ""
    throw CLIError(.refused, "actor \(actor) is not ready after \(readyMs) ms; its last wake stands\(remedy)")
  }
}
