import RoostCore
import RoostNATS
import RoostWire
import RoostWorker

// What is checked while a story goes on, and at its end.

extension Simulation {
  /// After every turn: what the state alone can break, where it may have changed.
  func turned() {
    let isHeld = worker.loop?.isHeld ?? false
    if isHeld, heldSinceNs == nil { heldSinceNs = nowNs }
    let record = worker.lastRecord
    if record != checkedRecord {
      checkedRecord = record
      check()
    }
    if !isHeld { heldSinceNs = nil }
  }

  func check() {
    guard fault == nil, let machine = worker.machine else { return }
    for pool in pools {
      if let fault = machine.reading(pool, { $0.invariantFaults() })?.first { return fail("\(pool): \(fault)") }
    }
    guard let loop = worker.loop else { return }
    for pool in pools {
      let views = views(pool, machine)
      witness.checkWaits(pool, views, loop)
      witness.checkStanding(pool, views, loop)
    }
    witness.judgeStarts(loop)
  }

  func noteStates() {
    guard let machine = worker.machine else { return }
    for pool in pools {
      for view in views(pool, machine) { coverage.add("state \(view.record.state.name)") }
    }
  }

  func views(_ pool: PoolID, _ machine: Machine) -> [ActorView] {
    machine.reading(pool) { pool in pool.actorIDs.compactMap { pool.actorView($0) } } ?? []
  }

  /// Every trouble is over, and each pool has a runner with room for all.
  func heal() {
    note("everything heals")
    isHealed = true
    (refusesLetters, dropsPings, lossPercent, losesPower, plansPoison) = (false, false, 0, false, false)
    brokerShiftNs = max(brokerShiftNs, max(stream.newestNs, latestBrokerNs) - Self.epochNs - nowNs)
    stream.isFull = false
    stillUntilNs = 0
    worker.disk.healFaults()
    worker.stalledUntilNs = 0
    worker.link.isBlocked = false
    worker.streamHasRoom()
    if !worker.link.isUp { worker.linkCameUp() }
    for runner in runners { runner.heal() }
    for pool in pools { launch(pool, RunnerID("r9"), slots: 100, version: 9) }
  }

  func settle() {
    var waitedMs: Int64 = 0
    while fault == nil {
      advance(ms: 500)
      check()
      waitedMs += 500
      guard let restless = restlessness else {
        coverage.add("settled")
        return
      }
      if waitedMs > 300_000 { return fail("does not settle: \(restless)") }
    }
  }

  /// What keeps the world from being at rest; nil = nothing.
  var restlessness: String? {
    guard worker.isServing, let loop = worker.loop, loop.hasCaughtUp, loop.isHandedOver else { return "the worker" }
    if let poison { return "signal \(poison), which ends every worker and is no dead letter yet" }
    if worker.metrics[.rescuedBySweep] > 0 { return "somebody was placed by the sweep" }
    for pool in pools {
      for view in views(pool, loop.machine) {
        switch view.record.state {
        case .sleeping, .destroyed: continue
        case .running:
          let runner = runners.first { $0.pool == pool && $0.session == view.session }
          if runner?.copies[view.id]?.generation != view.record.generation { return "\(pool): \(view.id) runs nowhere" }
        default: return "\(pool): \(view.id) is \(view.record.state.name)"
        }
      }
    }
    for runner in runners where runner.phase != .dead {
      if runner.phase == .announcing { return "\(runner.name) finds no open session" }
      for (actor, copy) in runner.copies.sorted(by: { $0.key < $1.key }) {
        let view = loop.machine.reading(runner.pool) { $0.actorView(actor) } ?? nil
        if view?.session != runner.session || view?.record.generation != copy.generation {
          return "\(runner.name): a copy of \(actor) g\(copy.generation) that nobody counts on"
        }
      }
    }
    return witness.unanswered
  }
}
