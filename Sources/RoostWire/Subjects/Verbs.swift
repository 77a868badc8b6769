/// The last token of roost.signal.NS.POOL.actor.ACTOR.VERB.
package enum ActorVerb: String, CaseIterable, Sendable {
  case create, wake, allocate, sleep, reschedule, destroy
}

/// The last token of roost.signal.NS.POOL.runner.RUNNER.VERB.
package enum RunnerVerb: String, CaseIterable, Sendable {
  case initialize = "init"
  case events, stopping
}

/// The last token of roost.signal.NS.POOL.pool.VERB.
package enum PoolVerb: String, CaseIterable, Sendable {
  case configure, drain, tick
}

/// The last token of roost.command.NS.POOL.RUNNER.VERB.
package enum CommandVerb: String, CaseIterable, Sendable {
  case start, stop, welcome, ack, close
}

/// The last token of roost.api.NS.POOL.VERB.
package enum APIVerb: String, CaseIterable, Sendable {
  case wake, get, list, runners, pending, history, explain
}
