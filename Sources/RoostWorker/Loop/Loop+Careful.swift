import RoostJournal
import RoostNATS
import RoostTelemetry

// After a life that did not end in order: what is read first is what it may have died of. Each of these signals is named in
// the file `hand`, then decoded and applied alone and made durable, before the next one is taken.

extension Loop {
  /// Applies the signal in hand, if it is its turn, in a batch of its own; false if there is something else to do first.
  /// The timers before it, what pings ask for and verdicts have the turns in between: none of them is blamed on it.
  func stepAlone() throws(WorkerError) -> Bool {
    guard let message = inHand, passing == nil, !hasTimersBeforeSignal, mustBeAlone(message) else { return false }
    if hand.isPoison(message) {
      apply(message, as: .poison)
    } else {
      guard try hasRoom(for: { () throws(JournalError) in try hand.mark(message) }) else { return true }
      apply(message, as: meaning(of: message))
      while passing != nil, !batch.isFull { continuePass() }
    }
    inHand = nil
    // Also if it changed nothing: after a death the position says whether it was passed.
    batch.force(carrier(of: pool(of: message)))
    return true
  }

  /// What brings the end of it nearer; said once it is there.
  func whileCareful(_ change: (inout CarefulStart) -> Void) {
    if careful.isOver { return }
    change(&careful)
    if careful.isOver { log.info("signals are applied in batches again") }
  }

  /// Another worker's signals, those that the records hold, and what is for the trace alone are passed over without being
  /// decoded.
  func mustBeAlone(_ message: RoostNATS.SignalMessage) -> Bool {
    !careful.isOver && !message.isTraceOnly && !passesOver(message, of: pool(of: message))
  }
}

/// How long signals are applied one at a time.
struct CarefulStart {
  private(set) var isOver: Bool
  /// Signals still to come of those that were stored when reading began; nil = not known yet.
  private var pending: UInt64?
  private var applied = 0

  init(isNeeded: Bool) { isOver = !isNeeded }

  /// Only the first time: what is stored later was not in hand before.
  mutating func reading(pending: UInt64) {
    if self.pending == nil { self.pending = pending }
    look()
  }

  mutating func passed(isOurs: Bool) {
    if let pending, pending > 0 { self.pending = pending - 1 }
    if isOurs { applied += 1 }
    look()
  }

  private mutating func look() {
    if pending == 0 || applied >= WorkerLimits.carefulSignals { isOver = true }
  }
}
