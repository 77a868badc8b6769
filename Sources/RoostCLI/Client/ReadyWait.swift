import RoostCore

/// The gateway's path, decided: wake, and wake again when the actor stopped or slept before it was ready.
struct ReadyWait {
  enum Step: Equatable {
    /// Nothing yet.
    case wait
    case ready
    case wakeAgain
    case failed(String)
  }

  /// Stops that one call bears; an actor that sleeps more often does not want to run.
  static let rewakes = 16
  /// How long a wake waits for room when the caller names nothing.
  static let pendingTimeoutMs: UInt64 = 60_000
  /// How long beyond the pending timeout a start may take.
  static let readyWaitMs: UInt64 = 10_000

  private var rewakesLeft = Self.rewakes
  private var current: StreamSequence

  /// `wake`: the sequence of the first wake.
  init(wake: StreamSequence) { current = wake }

  mutating func wokeAgain(_ wake: StreamSequence) { current = wake }

  mutating func receive(_ answer: Answer) -> Step {
    // An earlier wake of ours that ends late says nothing about the present one, unless the actor runs.
    if answer.sequence != current, answer.outcome != .ready { return .wait }
    switch answer.outcome {
    case .ready: return .ready
    case .ignored: return answer.state == "running" ? .ready : again(answer)
    case .sleeping: return again(answer)
    case .accepted where answer.isFinal:
      return .failed("it was woken, but \(Limits.waitersPerActor) others wait for its answer already; ask again")
    case .accepted, .pending: return .wait
    case .timedOut: return .failed("no room in time (\(answer.reason)); add runners or wait longer (--pending-timeout)")
    case .destroyed: return .failed("it is destroyed")
    case .rejected: return .failed("rejected: \(answer.reason)")
    }
  }

  private mutating func again(_ answer: Answer) -> Step {
    if rewakesLeft == 0 {
      return .failed("it went back to sleep \(Self.rewakes) times (\(answer.reason)); look at why it stops")
    }
    rewakesLeft -= 1
    return .wakeAgain
  }
}
