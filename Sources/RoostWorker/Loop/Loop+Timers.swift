import RoostCore
import RoostTelemetry
import RoostWire

// What time brings: ticks, verdicts of silence, sweeps, renewed deadlines.

extension Loop {
  /// When to ask the stream for its time; nil = not by waiting.
  var nextTickNs: Int64? {
    guard isLinkUp, !isHeld, backlog.isEmpty, inHand == nil, let timer = nextTimer else { return nil }
    return ticker.nextNs(dueNs: timer.dueNs)
  }

  private var nextTimer: (pool: PoolID, dueNs: Int64?)? {
    if let timer = machine.nextTimer { return (timer.pool, clock.monotonicNs(of: timer.due)) }
    // Without a timer a tick only tells the time; without a pool there is nobody to tell it to.
    return machine.poolIDs.first.map { ($0, nil) }
  }

  func tick() {
    guard let tickNs = nextTickNs, tickNs <= turnNs, let pool = nextTimer?.pool else { return }
    ticker.sent(atNs: turnNs)
    metrics.add(.ticks)
    link.publishTick(subjects.signal(pool, .tick), payload: codec.encode(.tick, worker: settings.workerName))
  }

  /// Once after a start or a break of the link, when the clock is known and before anything fires: deadlines that wait
  /// for a runner's answer get their whole threshold again.
  func renewOnce() {
    guard mustRenew else { return }
    mustRenew = false
    before = machine.poolIDs.map { Chore(input: .renewDeadlines, pool: $0) } + before
  }

  func judgeSilence() {
    for verdict in liveness.verdicts(machine, atNs: turnNs) {
      switch verdict {
      case .stale(let pool, let runner):
        after.append(Chore(input: .stale(runner), pool: pool))
      case .lost(let pool, let runner, let session):
        log.warning("runner lost", [.pool: pool, .runnerID: runner, .session: session])
        after.append(Chore(input: .lost(runner, session), pool: pool))
      }
    }
  }

  func sweepQueues() {
    guard turnNs >= sweepNs else { return }
    sweepNs = turnNs + WorkerLimits.sweepIntervalNs
    for pool in machine.poolIDs where (machine.reading(pool) { $0.pendingCount > 0 } ?? false) {
      after.append(Chore(input: .sweep, pool: pool))
    }
  }
}
