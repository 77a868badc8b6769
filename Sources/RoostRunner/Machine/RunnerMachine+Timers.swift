import RoostCore
import RoostWire

// What time alone does, and the way out.

extension RunnerMachine {
  /// How far leaving has come.
  enum Leaving: Equatable {
    /// `stopping` is on its way to the broker.
    case telling(PublishTicket, deadlineMs: Int64)
    /// The actors are ending; `isTold`: the broker has stored `stopping`.
    case ending(isTold: Bool, deadlineMs: Int64)
    /// Nothing is left here; the worker's `close` is awaited.
    case awaitingClose(deadlineMs: Int64)

    var deadlineMs: Int64 {
      switch self {
      case .telling(_, let deadline), .ending(_, let deadline), .awaitingClose(let deadline): deadline
      }
    }
  }

  /// When the next `timer` input is due; nil = not by itself.
  var nextDeadlineMs: Int64? {
    var times: [Int64] = []
    switch phase {
    case .ended: return nil
    case .clearing: break
    case .announcing(let at): times.append(at)
    case .open:
      times.append(nextPingMs)
      if let at = outbox.publishAtMs { times.append(at) }
      if let at = outbox.overdueAtMs { times.append(at) }
    }
    if let at = stopAllAtMs { times.append(at) }
    if let leaving { times.append(leaving.deadlineMs) }
    return times.min()
  }

  /// When silence has lasted so long that this pool wants no actor to go on.
  private var stopAllAtMs: Int64? { copies.hasLiving ? permitEndMs : nil }

  /// Until when actors may run here without another pong; nil = for ever.
  var permitEndMs: Int64? {
    guard stopAfterMs > 0 else { return nil }
    let (at, isOver) = lastPongMs.addingReportingOverflow(stopAfterMs)
    return isOver ? nil : at
  }

  mutating func fireTimers(_ nowMs: Int64) {
    if let at = stopAllAtMs, nowMs >= at {
      act(.note(.silence))
      for (actor, generation) in copies.endAll(.error("stop_after")) { act(.end(actor, generation)) }
    }
    if case .announcing(let at) = phase, nowMs >= at { announce(nowMs) }
    if phase == .open {
      if let at = outbox.overdueAtMs, nowMs >= at {
        outbox.overdue(isHeard: nowMs - lastPongMs < 2 * pingIntervalMs, nowMs: nowMs)
      }
      if nowMs >= nextPingMs { ping(nowMs) }
    }
    continueLeaving(nowMs)
  }

  private mutating func ping(_ nowMs: Int64) {
    unacknowledged = 0
    nextPingMs = nowMs + pingIntervalMs
    act(.ping(session: session, lastCommandIndex: lastCommand))
  }

  /// What waited for the broker is tried again at once.
  mutating func linkUp(_ nowMs: Int64) {
    outbox.retryNow()
    nextPingMs = nowMs
    if isAnnounced, case .announcing(let at) = phase { phase = .announcing(atMs: min(at, nowMs)) }
  }

  mutating func published(_ ticket: PublishTicket, isStored: Bool, _ nowMs: Int64) {
    if outbox.published(ticket, isStored: isStored, nowMs: nowMs) { return }
    if case .telling(ticket, let deadline) = leaving {
      // Untold, the worker must not take an end by our signal for work well done.
      endAll(isStored ? .asked : .error("runner_stopping"), nowMs)
      leaving = .ending(isTold: isStored, deadlineMs: deadline)
    } else if case .announcing(let at) = phase, !isStored {
      phase = .announcing(atMs: min(at, nowMs + RunnerLimits.pauseMs))
    }
  }

  // MARK: - Leaving

  mutating func leave(_ nowMs: Int64) {
    guard leaving == nil else { return }
    let deadline = nowMs + offer.leaveLimitMs
    act(.note(.leaving))
    if case .clearing(let next) = phase {
      leaving = .ending(isTold: false, deadlineMs: deadline)
      if next == .newSession { phase = .clearing(.finish(.left(isDrained: false))) }
      return
    }
    let ticket = publish(.stopping(session: session, lastCommandIndex: lastCommand))
    leaving = .telling(ticket, deadlineMs: deadline)
  }

  private mutating func continueLeaving(_ nowMs: Int64) {
    guard let leaving, phase != .ended else { return }
    if nowMs >= leaving.deadlineMs { return finish(.left(isDrained: false)) }
    guard case .ending(let isTold, let deadline) = leaving, copies.isEmpty else { return }
    if !isTold { return finish(.left(isDrained: false)) }
    guard outbox.isSent else { return }
    self.leaving = .awaitingClose(deadlineMs: min(deadline, nowMs + RunnerLimits.answerMs))
  }
}
