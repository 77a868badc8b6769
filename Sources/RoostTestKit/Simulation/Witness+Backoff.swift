import RoostCore
import RoostWire
import RoostWorker

// How often an actor crashed and how long it is left alone then (lifecycle, back-off), counted from the events alone.

extension Witness {
  /// What the events said of an actor.
  struct Crashes {
    var count = 0
    /// Of each generation that ended: when, and what the count was then.
    var ends: [Generation: (at: Instant, count: Int)] = [:]
    /// The generation that was reported running last, and when.
    var ready: Generation = 0
    var readyAt = Instant.distantPast
    /// The generation that is going away.
    var away: Generation = 0
  }

  func countCrash(_ event: ActorEvent, _ actor: PoolActor) {
    if quietPools.contains(actor.pool) { return }
    var crashes = crashes[actor] ?? Crashes()
    defer { self.crashes[actor] = crashes }
    switch event.kind {
    case .created: crashes = Crashes()
    case .ready: (crashes.ready, crashes.readyAt) = (event.generation, event.at)
    case .goingAway: crashes.away = event.generation
    case .sleepIntent: crashes.away = 0
    case .stopped, .lost:
      let ran = crashes.ready == event.generation ? event.at.since(crashes.readyAt) : .zero
      if ran >= simulation.story.setting.defaults.retryResetDuration { crashes.count = 0 }
      if event.reason == "ok" {
        crashes.count = 0
      } else if crashes.away != event.generation, event.reason != "drain_deadline", event.reason != "handed_back" {
        crashes.count += 1
      }
      crashes.ends[event.generation] = (event.at, crashes.count)
    case .backoff:
      // A full queue sends into back-off, too.
      let isQueueFull = simulation.story.setting.defaults.maxPending < UInt64(Action.actors)
      if crashes.count < 2, !isQueueFull {
        simulation.fail("\(actor.actor) g\(event.generation) is in back-off after \(crashes.count) crashes")
      }
    default: break
    }
  }

  /// Commands leave before the events of their record: a start is judged once all is told.
  func judgeStarts(_ loop: Loop) {
    guard loop.isHandedOver else { return }
    for start in startsToJudge { judgeBackoff(start.start, atNs: start.atNs) }
    startsToJudge = []
  }

  /// A start is no earlier than the delay wants, by as much as clocks differ.
  private func judgeBackoff(_ start: Start, atNs: Int64) {
    let actor = PoolActor(pool: start.pool, actor: start.actor)
    guard let end = crashes[actor]?.ends[start.generation - 1], end.count >= 2,
      !quietPools.contains(start.pool), !simulation.clockJumped
    else { return }
    let defaults = simulation.story.setting.defaults
    let doublings = min(end.count - 2, Int(defaults.backoffMaxExponent))
    let least = defaults.baseRetryTimeout.value * Int64(1 << doublings) * 8 / 10
    let waited = atNs / 1_000_000 - end.at.ms
    if waited + 200 < least {
      simulation.fail(
        "\(start.actor) g\(start.generation) is started \(waited) ms after \(end.count) crashes, not \(least)")
    }
  }
}
