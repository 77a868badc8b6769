import RoostCore
import RoostWire

// Pings: answered at once from the machine's state, acknowledge commands, and are what freshness goes by (lifecycle,
// ping).

extension Loop {
  func answer(ping inquiry: Inquiry) {
    let (pool, runner, ping): (PoolID, RunnerID, Ping)
    do throws(WireError) {
      (pool, runner) = try parser.ping(inquiry.subject)
      guard settings.serves(pool) else { return }
      ping = try inquiry.payload.withBytes { bytes throws(WireError) in try codec.decodePing(bytes) }
    } catch {
      if error.pool.map(settings.serves) ?? true { metrics.add(.pingsUnreadable) }
      return
    }
    metrics.add(.pings)
    let (status, poolSettings) =
      machine.reading(pool) { ($0.pingStatus(runner, ping.session), $0.settings) }
      ?? (.unknown, machine.defaults)
    if let replyTo = inquiry.replyTo {
      link.reply(to: replyTo, payload: codec.encode(pong: Pong(to: ping, status, poolSettings)))
    }
    guard status == .known else { return }
    if liveness.heard(pool, runner, ping.session, atNs: turnNs) {
      before.append(.fresh(runner), to: pool)
    }
    takeAcknowledgement(ping, of: runner, in: pool)
  }

  /// What the runner has taken rides in the pool's next record; what it should have taken by now is sent again.
  private func takeAcknowledgement(_ ping: Ping, of runner: RunnerID, in pool: PoolID) {
    guard let cursors = machine.reading(pool, { $0.cursors(of: runner) }) ?? nil else { return }
    if ping.lastCommandIndex > cursors.acknowledged, ping.lastCommandIndex <= cursors.lastCommand {
      acknowledge(.commandsAcknowledged(runner, ping.session, through: ping.lastCommandIndex), in: pool)
      let isAll = ping.lastCommandIndex == cursors.lastCommand
      liveness.setUnacknowledged(pool, runner, sinceNs: isAll ? nil : turnNs)
    } else if isLinkUp, !isHeld, let sinceNs = liveness[pool, runner]?.unacknowledgedSinceNs,
      turnNs - sinceNs >= WorkerLimits.resendAfterNs
    {
      if resend(to: runner, of: pool) { hasSentAgain = true }
    }
  }

  /// Not through the batch: it touches no partition, for it needs no record of its own.
  private func acknowledge(_ input: Input, in pool: PoolID) {
    var effects = Effects()
    let moment = Moment(now: clock.now, clock: clock.clock(at: turnNs), record: journal.nextIndex.rawValue)
    machine.apply(input, to: pool, at: moment, into: &effects)
    precondition(effects.commands.isEmpty && effects.events.isEmpty, "an acknowledgement decides nothing")
    for change in effects.changes { lazy[pool, default: LazyChanges()].add(change) }
  }

  /// An init counts as a ping; settings may have shortened a threshold.
  func noteLiveness(after signal: Signal) {
    switch signal.body {
    case .runner(let runner, .initialize(let initialize)):
      let status = machine.reading(signal.pool) { $0.pingStatus(runner, initialize.session) }
      if status == .known { _ = liveness.heard(signal.pool, runner, initialize.session, atNs: turnNs) }
    case .pool(.configure): liveness.reconsider(signal.pool)
    default: break
    }
  }
}

/// Acknowledgements that wait for a record: the last one of each runner says it all.
struct LazyChanges {
  private(set) var changes: [Change] = []
  private var places: [RunnerID: Int] = [:]

  mutating func add(_ change: Change) {
    guard case .commandsAcknowledged(let runner, _) = change else { return changes.append(change) }
    if let place = places[runner] {
      changes[place] = change
    } else {
      places[runner] = changes.count
      changes.append(change)
    }
  }
}

extension Pong {
  fileprivate init(to ping: Ping, _ status: PingStatus, _ settings: PoolSettings) {
    self.init(
      ts: ping.ts, lostThreshold: settings.runnerLostThreshold, status: .unknown, stopAfter: settings.stopAfter)
    switch status {
    case .known: self.status = .known
    case .unknown: break
    case .closed(let reason):
      self.status = .closed
      self.reason = reason
    }
  }
}
