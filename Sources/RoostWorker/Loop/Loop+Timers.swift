import RoostCore
import RoostTelemetry
import RoostWire

// What time brings: ticks, verdicts of silence, sweeps, renewed deadlines.

extension Loop {
  /// When to ask the stream for its time; nil = not by waiting.
  var nextTickNs: Int64? {
    guard isLinkUp, !isHeld, backlog.isEmpty, inHand == nil else { return nil }
    return ticker.nextNs(dueNs: machine.nextTimer.map { clock.monotonicNs(of: $0.due) })
  }

  func tick() {
    guard let tickNs = nextTickNs, tickNs <= turnNs else { return }
    ticker.sent(atNs: turnNs)
    // Without a timer a tick only tells the time; without a pool there is nobody to tell it to.
    guard let pool = machine.nextTimer?.pool ?? machine.poolIDs.first else { return }
    metrics.add(.ticks)
    link.publishTick(subjects.signal(pool, .tick), payload: codec.encode(.tick, worker: settings.workerName))
  }

  /// Once after a start or a break of the link, when the clock is known and before anything fires: deadlines that wait
  /// for a runner's answer get their whole threshold again.
  func renewOnce() {
    guard mustRenew else { return }
    mustRenew = false
    before.putFirst(first + machine.poolIDs.map { Chore(input: .renewDeadlines, pool: $0) })
    first = []
  }

  /// While there is somebody to judge.
  var nextEchoNs: Int64 { isLinkUp && liveness.nextNs < .max ? echo.nextNs : .max }

  func sendEcho() {
    if nextEchoNs <= turnNs { link.echo(echo.send(atNs: turnNs)) }
  }

  func judgeSilence() {
    for verdict in liveness.verdicts(machine, atNs: min(turnNs, echo.provenNs)) {
      switch verdict {
      case .stale(let pool, let runner):
        after.append(.stale(runner), to: pool)
      case .lost(let pool, let runner, let session):
        after.append(.lost(runner, session), to: pool)
      }
    }
  }

  /// A verdict may have waited for room in a batch: it counts only if the runner is as silent as it was.
  func stands(_ chore: Chore) -> Bool {
    switch chore.input {
    case .stale(let runner): return liveness[chore.pool, runner]?.isStale == true
    case .lost(let runner, let session):
      guard let known = liveness[chore.pool, runner], known.isLost, known.session == session else { return false }
      log.warning("runner lost", [.pool: chore.pool, .runnerID: runner, .session: session])
      return true
    default: return true
    }
  }

  /// Silence up to here proves nothing, also where it was judged and the verdict still waits.
  func excuseSilence(untilNs: Int64) {
    withdrawVerdicts()
    liveness.excuse(untilNs: untilNs)
  }

  func withdrawVerdicts() {
    for chore in after.all {
      switch chore.input {
      case .stale(let runner), .lost(let runner, _): liveness.withdraw(chore.pool, runner, chore.input)
      default: break
      }
    }
    after.removeAll { chore in
      switch chore.input {
      case .stale, .lost: true
      default: false
      }
    }
  }

  func sweepQueues() {
    guard turnNs >= sweepNs else { return }
    sweepNs = turnNs + WorkerLimits.sweepIntervalNs
    for pool in machine.poolIDs where (machine.reading(pool) { $0.pendingCount > 0 } ?? false) {
      after.append(.sweep, to: pool)
    }
  }
}
