extension ErrorPage {
  /// Reasons of dead letters and of answers to signals.
  static let signals = [
    ErrorPage(
      "undecodable", "the bytes are not the message",
      "The payload is not the protobuf of this verb, or a field without which it means nothing is missing. A signal became a dead "
        + "letter; a question was refused.",
      do: "Compare the payload with Protos/roost/v1. `roost dead show` shows the first bytes of a letter."),
    ErrorPage(
      "not_utf8", "a text is not UTF-8",
      "A string field has bytes that are not UTF-8, or a NUL.", do: "Send bytes in fields of type bytes, text in UTF-8."
    ),
    ErrorPage(
      "malformed_subject", "the subject does not have the tokens of its kind",
      "A signal's subject is roost.signal.NS.POOL.actor.ACTOR.VERB, runner.RUNNER.VERB or pool.VERB behind the pool.",
      do: "See docs/protocol.md; the prefix may be another than `roost`."),
    ErrorPage(
      "malformed_pool", "namespace or pool is not a name",
      "Both are 1 to 32 of a-z 0-9 -, not beginning with -.", do: "Use such names."),
    ErrorPage(
      "malformed_id", "an actor's or runner's id is not one",
      "Ids are 1 to 64 of A-Z a-z 0-9 _ -.", do: "Use such an id; a key or a name may have anything."),
    ErrorPage(
      "unknown_verb", "the last token of the subject is no verb",
      "There is none of this name for this kind of subject.", do: "See the table of verbs in docs/protocol.md."),
    ErrorPage(
      "unknown_value", "a number stands for nothing that this version knows",
      "An enum has a value that is not in it, or a field is one that only a newer version has.",
      do: "Upgrade the worker before what publishes to it, then `roost dead redrive`."),
    ErrorPage(
      "too_large", "the message takes too much memory, or the broker does not take it",
      "A payload would take more than one message may when it is decoded; or an answer is larger than max_payload of the broker.",
      do: "Split the message; ask for fewer rows at once."),
    ErrorPage(
      "quarantined", "the journal is damaged where this pool or actor is",
      "It is not served, so that nothing is decided on a state that is not whole. Its signals are kept as dead letters. All others are "
        + "served.",
      do:
        "`roost journal verify --data DIR` says what is damaged, docs/operating.md what to do; then `roost dead redrive --reason "
        + "quarantined`."),
    ErrorPage(
      "poison", "workers died while they applied this signal",
      "Three in a row did, with no other signal in hand. It was given up without being looked into, changed nothing and is kept as a dead "
        + "letter. Signals after it are applied. A runner's signal ends the runner's session, or it would send the same again.",
      do:
        "Report it with `roost dead show`: a signal that ends a worker is a defect of ours. If the workers were killed by hand, it may "
        + "be innocent: `roost dead redrive --reason poison`."),
    ErrorPage(
      "unknown_actor", "no actor has this id in this pool",
      "It was never created, or it was destroyed and its record has been removed since.",
      do: "Check namespace, pool and id; create it first. `roost actor list NS/POOL` shows who is there."),
    ErrorPage(
      "unknown_pool", "nothing was ever stored for this pool",
      "A pool is there as soon as a signal names it.", do: "Check namespace and pool."),
    ErrorPage(
      "unknown_runner", "no runner with a session has this id",
      "It never announced itself, or its session was closed.", do: "`roost runner list NS/POOL` shows who is there."),
    ErrorPage(
      "unknown_state", "no state has this name", "The names are listed in the message.", do: "Use one of them."),
    ErrorPage(
      "already_exists", "an actor of this id is there",
      "Create makes new ones only. The one that is there was not changed.", do: "Wake it, or choose another id."),
    ErrorPage(
      "duplicate_key", "another actor of the same name has this key",
      "A key is had by one actor of a name at most.",
      do: "Find it with `roost actor list NS/POOL --key KEY`, or use another key."),
    ErrorPage(
      "bad_crash_policy", "the crash policy is none", "Sleep is 1, restart 2, destroy 3; 0 means sleep.",
      do: "Send one of these."),
    ErrorPage(
      "bad_events", "the selection of events is none", "ALL is 1, OUTCOMES 2, NONE 3.", do: "Send one of these."),
    ErrorPage(
      "invalid_settings", "settings of a pool contradict each other",
      "With the worker's defaults for what is not named, two of them exclude each other; both are named. The pool's settings are as "
        + "before.",
      do: "Change one of the two; docs/limits.md has the rules."),
    ErrorPage(
      "bad_reply_to", "the reply subject is not allowed",
      "Roost-Reply-To must be a literal subject under _INBOX. or roost.reply., of at most 200 bytes, so that a worker cannot be made to "
        + "publish anywhere else. The signal was refused, and not answered.",
      do: "Use an inbox of your client."),
    ErrorPage(
      "limit:FIELD", "a field is over its limit",
      "The field is named, as in limit:pending_timeout_ms. The signal was refused and changed nothing.",
      do:
        "See docs/limits.md for the limit. Some are settings of the pool (max_actors, max_input_bytes): `roost actor explain`."
    ),
    ErrorPage(
      "expired", "the signal came too late",
      "Its expires_ts was over when it was applied. It changed nothing.", do: "Send it again if it is still wanted."),
    ErrorPage(
      "queue_full", "the waiting line of the pool is full",
      "As many actors wait as max_pending allows. The actor sleeps on.",
      do: "Add runners or slots, or raise max_pending. `roost pending NS/POOL` shows who waits and why."),
    ErrorPage(
      "not_pending", "the actor does not wait",
      "Allocate places one that waits; it runs, sleeps or is starting already.",
      do: "Look at it with `roost actor get`."),
    ErrorPage(
      "stale_ticket", "the actor waits with another ticket",
      "It was placed or timed out meanwhile, and waits anew.",
      do: "Look at its ticket again (`roost pending`), or allocate without one."),
    ErrorPage(
      "stale_runner", "the runner has not pinged lately",
      "It is not trusted with new actors until it does.", do: "Choose another runner, or see why this one is silent."),
    ErrorPage("no_slot", "the runner has no free slot", "All are taken or reserved.", do: "Choose another, or wait."),
    ErrorPage(
      "draining", "the runner is being drained", "It takes no new actors.", do: "Choose another runner."),
    ErrorPage(
      "backoff", "the actor waits out its back-off",
      "It crashed, and is not started before its time. A wake joins that wait.",
      do: "`roost actor get` says until when, `roost trace` why it crashed."),
  ]
}
