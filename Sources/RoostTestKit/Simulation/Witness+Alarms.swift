import RoostCore
import RoostWire
import RoostWorker

// A future alarm stays until it is due, whatever else happens to the actor. A signal counts as stored at the end of its
// millisecond, one more than what it proves to be over.

extension Witness {
  struct Alarm {
    /// nil = none.
    var at: Instant?
    /// The stream's time, as far as it was applied, when it was seen.
    var seen: Instant
  }

  /// A runner's events are in the stream; an alarm among them may change what is set.
  func stored(_ events: [RunnerEvent], of pool: PoolID) {
    for event in events {
      guard case .setAlarm = event.kind else { continue }
      let time = Instant(ms: simulation.stream.newestNs / 1_000_000)
      alarmsSet[PoolActor(pool: pool, actor: event.actor)] = time
    }
  }

  func checkAlarm(_ view: ActorView, _ pool: PoolID, at proven: Instant) {
    let latest = max(proven, simulation.worker.recoveredTime)
    let actor = PoolActor(pool: pool, actor: view.id)
    let known = alarms[actor]
    alarms[actor] = Alarm(at: view.record.alarm, seen: proven)
    guard let known, let at = known.at, at != view.record.alarm, at > latest.adding(Milliseconds(1)) else { return }
    if case .destroyed = view.record.state { return }
    // Destroyed and made again since, or set anew by something that was not applied when it was seen.
    if view.facts.createdAt >= known.seen || alarmsSet[actor] ?? .distantPast >= known.seen { return }
    simulation.fail(
      "\(view.id): the alarm at \(at.ms), seen at \(known.seen.ms), is gone at \(latest.ms), in \(view.record.state.name)"
    )
  }
}
