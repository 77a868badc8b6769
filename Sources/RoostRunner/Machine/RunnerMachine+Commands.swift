import RoostCore
import RoostWire

// What the worker says: commands, welcome, acknowledgements, close, pongs.

extension RunnerMachine {
  mutating func take(_ command: ReceivedCommand, _ nowMs: Int64) {
    // Commands of other sessions are not ours; those of a closed one have no meaning any more.
    guard command.session == session, isCurrent else {
      if case .welcome = command.body { hear(welcomeOf: command.session) }
      return
    }
    switch command.body {
    case .start(let order):
      if takeIndex(order.index, nowMs) { start(order, nowMs) }
    case .stop(let order):
      if takeIndex(order.index, nowMs) { stop(order, nowMs) }
    case .welcome(let welcome): take(welcome, nowMs)
    case .acknowledged(let index): outbox.acknowledge(through: index, nowMs: nowMs)
    case .close(let reason): closeSession(reason: reason, nowMs)
    }
  }

  private var isCurrent: Bool {
    switch phase {
    case .announcing, .open: true
    case .clearing, .ended: false
    }
  }

  /// Exactly the next one is taken. Lower and higher ones are answered by a ping all the same: it says what we have.
  private mutating func takeIndex(_ index: CommandIndex, _ nowMs: Int64) -> Bool {
    unacknowledged += 1
    let soon = unacknowledged >= RunnerLimits.commandsPerPing ? nowMs : nowMs + RunnerLimits.acknowledgeMs
    nextPingMs = min(nextPingMs, soon)
    guard index == lastCommand + 1 else {
      act(.note(.commandOutOfOrder(index: index, last: lastCommand)))
      return false
    }
    lastCommand = index
    return true
  }

  private mutating func take(_ welcome: Welcome, _ nowMs: Int64) {
    guard outbox.resume(after: welcome.lastEventIndex, nowMs: nowMs) else {
      // The worker waits for events that it had told us to forget; without them it takes nothing of this session.
      act(.note(.eventsForgotten(last: welcome.lastEventIndex)))
      return closeSession(reason: "events_forgotten", nowMs)
    }
    if phase != .open {
      act(.note(.welcomed(session)))
      lastPongMs = nowMs
    }
    phase = .open
    if welcome.pingInterval > .zero {
      pingIntervalMs = max(welcome.pingInterval.value, RunnerLimits.shortestPingIntervalMs)
    }
    stopAfterMs = welcome.stopAfter.value
    nextPingMs = min(nextPingMs, nowMs + pingIntervalMs)
    startWaiting(nowMs)
  }

  mutating func take(_ pong: Pong, of pinged: SessionID, sentMs: Int64, _ nowMs: Int64) {
    guard pinged == session, isCurrent, pong.status != .unspecified else { return }
    lastPongMs = max(lastPongMs, sentMs)
    stopAfterMs = pong.stopAfter.value
    switch pong.status {
    case .unspecified, .known: startWaiting(nowMs)
    case .unknown:
      guard phase == .open else { return }
      act(.note(.unknown(session)))
      phase = .announcing(atMs: nowMs)
    case .closed: closeSession(reason: pong.reason, nowMs)
    }
  }
}
