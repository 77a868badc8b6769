import RoostCore
import RoostNATS
import RoostWire

/// The answers to the signals of one command, each once although the worker may send one again after a crash.
final class Answers {
  let replyTo: String
  private let subscription: NATSSubscription
  private let arrived: Mailbox<[UInt8]>
  private let codec = WireCodec()
  private var seen: [Answer] = []

  init(on connection: NATSConnection) throws(NATSError) {
    let replyTo = connection.newInbox()
    let arrived = Mailbox<[UInt8]>()
    subscription = try connection.subscribe(replyTo) { arrived.put($0.payload) }
    try connection.flush(timeoutMs: NATSLimits.connectTimeoutMs)
    self.replyTo = replyTo
    self.arrived = arrived
  }

  /// The next answer; nil once `deadline` has passed. Errors: `unavailable` for bytes that are no answer.
  func next(until deadline: ContinuousClock.Instant) throws(CLIError) -> Answer? {
    while let bytes = arrived.take(until: deadline) {
      let answer: Answer
      do {
        answer = try codec.decodeAnswer(bytes)
      } catch {
        throw CLIError(.unavailable, "an answer cannot be read (\(error)); is this `roost` as new as the worker?")
      }
      if seen.contains(answer) { continue }
      seen.append(answer)
      return answer
    }
    return nil
  }
}
