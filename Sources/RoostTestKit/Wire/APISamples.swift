import RoostCore
import RoostWire

/// Requests and replies with every field set, and with none.
package enum APISamples {
  package static let requests: [APIRequest] = [
    .wake(WakeRequest(actor: Samples.actor)),
    .wake(WakeRequest(actor: Samples.actor, override: Wake.AllocationOverride.none, readyTimeoutMs: 0)),
    .wake(WakeRequest(actor: Samples.actor, override: .dontSleep(pendingTimeoutMs: 5), readyTimeoutMs: 9)),
    .wake(WakeRequest(actor: Samples.actor, override: .dontSleep(pendingTimeoutMs: nil))),
    .get(Samples.actor), .explain(Samples.actor), .explain(nil),
    .list(ListRequest()),
    .list(
      ListRequest(
        state: "pending", name: "n", namePrefix: "m", key: "", runner: Samples.runner, limit: 7, after: "a")),
    .runners(RunnersRequest()), .runners(RunnersRequest(limit: 7, after: "r")),
    .pending(PendingRequest()), .pending(PendingRequest(limit: 7, afterTicket: 8)),
    .history(HistoryRequest(actor: Samples.actor)),
    .history(HistoryRequest(actor: Samples.actor, limit: 7, beforeRecord: 8)),
  ]

  package static let bare = ActorDescription(
    actor: Samples.actor, name: "n", state: "sleeping", createdAt: Instant(ms: 1))

  package static var full: ActorDescription {
    var actor = ActorDescription(
      actor: Samples.actor, name: "n", key: "", crashPolicy: .destroy, state: "pending", generation: 2,
      createdAt: Instant(ms: 3))
    actor.crashCount = 4
    actor.runner = Samples.runner
    actor.session = Samples.session
    actor.since = Instant(ms: 0)
    actor.until = Instant(ms: 6)
    actor.alarm = Instant(ms: -7)
    actor.ticket = 8
    actor.queuePosition = 9
    actor.pendingReason = "newest_full"
    actor.lastErrorCode = "crashed"
    actor.lastErrorMessage = "boom"
    actor.waiters = 10
    actor.hasRewake = true
    actor.inputBytes = 11
    return actor
  }

  package static var runner: RunnerDescription {
    var runner = RunnerDescription(
      runner: Samples.runner, session: Samples.session, state: "draining", since: Instant(ms: 1))
    runner.version = 2
    runner.totalSlots = 3
    runner.reservedSlots = 4
    runner.pingAge = .zero
    runner.drainDeadline = Instant(ms: 6)
    runner.cursors.lastCommand = 7
    runner.cursors.acknowledged = 8
    runner.cursors.lastEvent = 9
    runner.closeReason = "lost"
    runner.metadata = [MetadataEntry(key: "host", value: "h1")]
    return runner
  }

  package static var pool: PoolDescription {
    var settings = PoolSettings()
    (settings.maxPending, settings.events, settings.drainOnVersionUpgrade) = (7, .outcomes, true)
    var own = PoolSettingsOverlay()
    (own.maxPending, own.events) = (7, .outcomes)
    var pool = PoolDescription(settings: settings, ownSettings: own)
    (pool.actors, pool.pending, pool.pendingReason) = (1, 2, "newest_full")
    (pool.runners, pool.slots, pool.freeSlots) = (3, 4, 5)
    return pool
  }

  package static var replies: [(APIVerb, APIReply)] {
    let results: [(APIVerb, APIReply)] = [
      (.wake, .wake(Samples.answer)), (.get, .get(bare)), (.get, .get(full)),
      (.list, .list(ActorPage(actors: [], total: 0))),
      (.list, .list(ActorPage(actors: [bare, full], next: "b", total: 9))),
      (
        .runners,
        .runners(
          RunnerPage(
            runners: [runner, RunnerDescription(runner: Samples.runner, state: "closed", since: Instant(ms: 0))],
            next: "r", total: 2))
      ),
      (
        .pending,
        .pending(
          PendingPage(
            entries: [
              PendingEntry(
                actor: Samples.actor, ticket: 1, queuePosition: 2, since: Instant(ms: 3), deadline: Instant(ms: 0),
                waiters: 4),
              PendingEntry(actor: Samples.actor, ticket: 2, queuePosition: 3, since: Instant(ms: 3)),
            ], nextTicket: 5, total: 6, reason: "no_runner"))
      ),
      (
        .history,
        .history(
          HistoryPage(
            entries: [
              HistoryEntry(
                record: 1, at: Instant(ms: 2), kind: "start", generation: 3, runner: Samples.runner, causeSequence: 4,
                reason: "r", message: "m", until: Instant(ms: 0), ticket: 5, queuePosition: 6,
                throughSequence: 7),
              HistoryEntry(record: 1, at: Instant(ms: 2), kind: "created"),
            ], nextRecord: 5))
      ),
      (.explain, .explain(Explanation(actor: full, summary: "s", facts: ["f1", ""], remedies: ["r1"]))),
      (.explain, .explain(Explanation(actor: nil, summary: "s"))),
      (.explain, .explain(Explanation(actor: nil, pool: pool, summary: "s"))),
    ]
    let error = APIError(code: "unknown_actor", message: "there is none: create it", isRetryable: true)
    return results + APIVerb.allCases.map { ($0, .failed(error)) }
  }
}
