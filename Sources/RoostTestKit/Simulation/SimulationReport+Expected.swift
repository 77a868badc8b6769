extension SimulationReport {
  /// What the standard run (`make test`) comes across: every trouble, and whatever the machine can answer, tell and
  /// command.
  package static let expected: [String] = [
    // What callers, runners, the worker, its disk and the broker do.
    "do create", "do wake", "do garbage", "do join", "do runner crash", "do runner freeze", "do runner silence",
    "do runner cutLink", "do runner dropCommands", "do runner ignoreStops", "do runner neverReport",
    "do runner changeOffer", "do runner newSession", "do runner leave", "do runner lie", "do worker kill",
    "do worker killAtOperation", "do worker stall", "do worker stallInTurn", "do worker stopInOrder",
    "do worker poison", "do disk full", "do disk torn write", "do disk failed flush", "do broker breakLink",
    "do broker full", "do broker jump", "do broker rollback", "do broker loseSignals", "do broker block",
    "do broker readerGap", "do broker refuseLetters", "do broker dropPings", "do broker trim", "do broker standStill",
    // What came of it.
    "settled", "worker starts", "worker starts from a snapshot", "first snapshot", "another snapshot",
    "no room for a snapshot", "disk fails during a snapshot", "worker stops in order", "worker dies: killed",
    "worker dies: ROOST-J002", "worker dies with a signal named in hand", "worker dies: ROOST-J003",
    "worker dies: ROOST-J005", "batch held", "batch released", "loss seen by the reader",
    "loss seen while serving", "stream loss accepted", "reading begins", "tick stored", "tick refused", "ping dropped",
    "publisher refused", "publisher's repetition dropped", "caller tries again", "caller's signal lost",
    "caller's acknowledgement lost", "runner's signal lost", "runner's acknowledgement lost",
    "events sent again for want of an ack", "command dropped", "command of another session", "runner misses a command",
    "runner has no slot", "stop ignored", "runner stops all for silence", "runner is closed: changed",
    "runner is closed: drained", "runner is closed: drain_deadline", "runner is closed: lost",
    "runner is closed: superseded",
    // States, sampled after every step.
    "state sleeping", "state backoff", "state pending", "state starting", "state running", "state sleepIntent",
    "state stopIntent", "state goingAway", "state destroying", "state destroyed",
    // Commands.
    "command start", "command welcome", "command ack", "command close changed", "command close drained",
    "command close drain_deadline", "command close lost", "command close superseded", "command stop sleep",
    "command stop stop", "command stop goingAway", "command stop destroy", "command stop stale",
    // Events.
    "event created ", "event ready ", "event backoff ", "event destroying ", "event sleep_intent ",
    "event pending newest_full", "event pending no_runner", "event pending all_draining", "event pending all_stale",
    "event pending_timeout newest_full", "event pending_timeout no_runner", "event going_away asked",
    "event going_away drain", "event stopped ok", "event stopped error", "event lost no_start_report",
    "event lost no_stop_report", "event lost runner_lost", "event lost superseded", "event lost changed",
    "event lost drain_deadline", "event lost handed_back", "event sleeping asked", "event sleeping stopped",
    "event sleeping crash_policy", "event sleeping pending_timeout", "event sleeping queue_full",
    "event sleeping newest_full", "event sleeping no_runner", "event destroyed asked", "event destroyed completed",
    "event destroyed crash_policy", "event rejected unknown_actor", "event rejected already_exists",
    "event rejected duplicate_key", "event rejected limit:key", "event rejected limit:max_actors",
    "event rejected limit:pending_timeout_ms", "event rejected queue_full", "event rejected not_pending",
    "event rejected no_slot", "event rejected stale_runner", "event rejected stale_ticket",
    "event rejected unknown_runner",
    // Answers.
    "answer accepted ", "answer accepted queue_full", "answer accepted too_many_waiters", "answer pending newest_full",
    "answer pending no_runner", "answer pending backoff", "answer pending all_draining", "answer pending all_stale",
    "answer ready ", "answer sleeping asked", "answer sleeping stopped", "answer sleeping crash_policy",
    "answer sleeping newest_full", "answer sleeping no_runner", "answer timedOut newest_full",
    "answer timedOut no_runner", "answer timedOut backoff", "answer timedOut goingAway", "answer timedOut sleepIntent",
    "answer timedOut expired", "answer destroyed ", "answer destroyed asked", "answer destroyed completed",
    "answer destroyed crash_policy", "answer ignored running", "answer ignored sleeping", "answer ignored pending",
    "answer ignored destroyed", "answer ignored goingAway", "answer rejected unknown_actor",
    "answer rejected already_exists", "answer rejected duplicate_key", "answer rejected queue_full",
    "answer rejected not_pending", "answer rejected unknown_runner", "answer rejected invalid_settings",
    "answer rejected undecodable", "answer rejected unknown_verb", "answer rejected malformed_id",
    "answer rejected poison",
    // Dead letters.
    "dead letter undecodable", "dead letter unknown_verb", "dead letter malformed_id", "dead letter limit:alarm_ts",
    "dead letter poison",
  ]
}
