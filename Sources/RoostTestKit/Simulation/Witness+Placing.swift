import RoostCore
import RoostWire
import RoostWorker

// Who may be placed, and where (lifecycle, queue and allocation): judged by how a pool stands before a turn of the worker
// and after it.

extension Witness {
  /// A pool between two turns.
  struct Standing {
    var proven: Instant
    /// Signals that the worker is done with.
    var applied: Int
    /// The last record.
    var record: RecordIndex
    /// More than the records hold has been applied: there is no room for it.
    var isHeld: Bool
    /// Deadlines that wait for a runner are renewed before anything else happens.
    var mustRenew: Bool
    var interruptions: Int
    /// There is room that the queue was not offered yet, after a restart of the worker for example.
    var needsPass: Bool
    var eligible: [EligibleRunner]
    var open: [RunnerID: SessionID]
    /// Until when runners may drain.
    var drains: [RunnerID: Instant]
    var actors: [ActorID: ActorView]

    init(_ pool: PoolID, _ views: [ActorView], _ loop: Loop, _ simulation: Simulation) {
      proven = loop.provenTime
      applied = simulation.worker.source.returned
      record = simulation.worker.lastRecord
      isHeld = loop.isHeld
      mustRenew = loop.mustRenew
      interruptions = simulation.worker.interruptions
      needsPass = loop.machine.needsPass(pool)
      eligible = loop.machine.reading(pool) { $0.eligibleRunners } ?? []
      let sessions = loop.machine.reading(pool) { $0.openRunners } ?? []
      open = Dictionary(uniqueKeysWithValues: sessions.map { ($0.runner, $0.session) })
      drains =
        loop.machine.reading(pool) { pool in
          Dictionary(
            uniqueKeysWithValues: sessions.compactMap { open in
              pool.drainDeadline(of: open.runner).map { (open.runner, $0) }
            })
        } ?? [:]
      actors = Dictionary(uniqueKeysWithValues: views.map { ($0.id, $0) })
    }

    /// Who waited already, and where.
    func ticket(_ actor: ActorID) -> Ticket? { actors[actor]?.record.state.ticket }
    func generation(_ actor: ActorID) -> Generation { actors[actor]?.record.generation ?? 0 }
  }

  func checkStanding(_ pool: PoolID, _ views: [ActorView], _ loop: Loop) {
    let after = Standing(pool, views, loop, simulation)
    guard let before = standings.updateValue(after, forKey: pool) else { return }
    checkSilence(pool, before, after, loop)
    checkOrder(pool, before, after)
    let started = after.actors.values.filter { $0.record.generation > before.generation($0.id) }
    if started.isEmpty { return }
    // Somebody outside may place whom he likes.
    let asked = simulation.worker.deliveries[before.applied...].map(\.subject).filter { $0.hasSuffix(".allocate") }
    for actor in started.sorted(by: { $0.id < $1.id })
    where !asked.contains(where: { $0.hasSuffix(".actor.\(actor.id).allocate") }) {
      checkOvertaking(actor, before, after)
      checkVersion(actor, before, after)
      checkPatience(actor, before, after)
    }
  }

  /// Nobody is placed while somebody waits who came before.
  private func checkOvertaking(_ actor: ActorView, _ before: Standing, _ after: Standing) {
    let ticket = before.ticket(actor.id) ?? .max
    for (other, view) in after.actors {
      guard let waiting = view.record.state.ticket, waiting == before.ticket(other), waiting < ticket else { continue }
      simulation.fail("\(actor.id) was placed, \(other) waited before with ticket \(waiting)")
    }
  }

  /// Nobody is placed on an older version while a newer one is eligible, be it full.
  private func checkVersion(_ actor: ActorView, _ before: Standing, _ after: Standing) {
    guard let runner = actor.record.state.placement?.runner,
      let place = (after.eligible + before.eligible).first(where: {
        $0.runner == runner && $0.session == actor.session
      })
    else { return }
    // A pool that forgets closed sessions at once takes one that it has just drained for a new one.
    if simulation.forgetsRunners, drained(between: before, after) { return }
    for other in after.eligible where other.version > place.version && before.eligible.contains(other) {
      // One that announces itself again may have been silent for too long, and made way, in the same turn.
      if announced(other.runner, between: before, after) { continue }
      simulation.fail(
        "\(actor.id) was placed on \(runner) of version \(place.version), \(other.runner) has \(other.version)")
    }
  }

  private func drained(between before: Standing, _ after: Standing) -> Bool {
    simulation.worker.deliveries[before.applied..<after.applied]
      .contains { $0.subject.hasSuffix(".drain") || $0.subject.hasSuffix(".stopping") }
  }

  private func announced(_ runner: RunnerID, between before: Standing, _ after: Standing) -> Bool {
    simulation.worker.deliveries[before.applied..<after.applied]
      .contains { $0.subject.hasSuffix(".runner.\(runner).init") }
  }

  /// Whose patience was over before a slot became free is timed out, also where one turn of the worker shows both.
  private func checkPatience(_ actor: ActorView, _ before: Standing, _ after: Standing) {
    guard case .pending(_, _, let demand)? = before.actors[actor.id]?.record.state, let deadline = demand.deadline,
      deadline > before.proven, deadline <= after.proven, before.eligible == after.eligible, !before.needsPass,
      actor.facts == before.actors[actor.id]?.facts
    else { return }
    // Timed out, and woken anew.
    if case .noCapacity = actor.record.lastError { return }
    // What a runner said or was due before that may have made room in time, and a wake may have lent patience. A batch that
    // is held has applied more than the worker is done with.
    let inTime = simulation.worker.deliveries[before.applied...]
      .filter { $0.storedAtNs < deadline.ms * 1_000_000 }
    if inTime.contains(where: { $0.subject.contains(".runner.") || $0.subject.contains(".\(actor.id).") }) { return }
    let dues = before.actors.values.compactMap { $0.record.state.answerDeadline }
    if dues.contains(where: { $0 < deadline }) { return }
    simulation.fail("\(actor.id) was placed at \(after.proven.ms), its patience was over at \(deadline.ms)")
  }

  // MARK: - Silence

  /// A ping reached the worker, whether it took it or not.
  func pinged(_ session: SessionID) { heardNs[session] = simulation.nowNs }

  /// A session is lost when nothing was heard of it for the whole threshold; a ping that the worker dropped proves that
  /// the runner is there.
  private func checkSilence(_ pool: PoolID, _ before: Standing, _ after: Standing, _ loop: Loop) {
    // The worker's clock may be a little faster.
    let thresholdNs = simulation.story.setting.defaults.runnerLostThreshold.value * 990_000
    for (runner, session) in before.open where after.open[runner] != session {
      // What was decided before a ping may have had to wait for room.
      guard let heard = heardNs[session], min(simulation.nowNs, simulation.heldSinceNs ?? .max) - heard < thresholdNs,
        heard <= simulation.heldSinceNs ?? .max,
        loop.machine.reading(pool, { $0.pingStatus(runner, session) }) == .closed(reason: "lost")
      else { continue }
      simulation.fail(
        "\(session) is taken for lost, its last ping came \((simulation.nowNs - heard) / 1_000_000) ms ago")
    }
  }
}

extension ActorState {
  /// When the runner's answer is given up.
  fileprivate var answerDeadline: Instant? {
    switch self {
    case .starting(_, let deadline, _), .sleepIntent(_, let deadline, _), .stopIntent(_, let deadline, _),
      .goingAway(_, let deadline, _, _), .destroying(_, let deadline):
      deadline
    case .sleeping, .backoff, .pending, .running, .destroyed: nil
    }
  }
}
