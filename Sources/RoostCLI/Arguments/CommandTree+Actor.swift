extension CommandTree {
  static let actor = CommandSpec(
    name: "actor", summary: "signal an actor, or look at one",
    details: "A signal is durable once it is `stored`; what follows are the worker's answers to it.",
    subcommands: [
      create, wake, allocate, sleep, reschedule, destroy, get, listActors, explainActor, actorHistory, actorState,
    ])

  private static let create = CommandSpec(
    name: "create", summary: "make an actor and attempt its first start", operands: actorOperands,
    options: [
      .value("name", "NAME", "what it is called (default: actor)"),
      .value("key", "KEY", "at most one actor of a name may have it"),
      .choice("crash-policy", ["sleep", "restart", "destroy"], "what follows a crash (default: sleep)"),
      .value("input", "TEXT", "handed to the runner with every start"),
      .value("input-file", "FILE", "the same, from a file; - is standard input"),
    ] + signalOptions)

  private static let wake = CommandSpec(
    name: "wake", summary: "wake an actor, or join its wait or start", operands: actorOperands,
    options: [
      .flag("dont-sleep", "wait for room instead of sleeping on"),
      .value("pending-timeout", "DURATION", "wait at most this long, e.g. 5s; means --dont-sleep"),
      .value("expires", "WHEN", "void when applied later: a duration from now, or a time like\n2026-01-31T12:00:00Z"),
      .flag(
        "wait", "go on until it is ready: wakes again through at most 16 stops\n(pending timeout 60s unless given)"),
      .value("ready-timeout", "DURATION", "with --wait: give up after this\n(default: 10s beyond the pending timeout)"),
    ] + signalOptions)

  private static let allocate = CommandSpec(
    name: "allocate", summary: "place a pending actor on a runner of your choice", operands: actorOperands,
    options: [
      .value("runner", "RUNNER", "the runner (required)"),
      .value("ticket", "N", "only if it still waits with this ticket"),
    ] + signalOptions)

  private static let sleep = CommandSpec(
    name: "sleep", summary: "send an actor to sleep", operands: actorOperands, options: signalOptions)

  private static let reschedule = CommandSpec(
    name: "reschedule", summary: "stop an actor and start it again wherever there is room", operands: actorOperands,
    options: signalOptions)

  private static let destroy = CommandSpec(
    name: "destroy", summary: "end an actor for good", operands: actorOperands, options: signalOptions)

  private static let get = CommandSpec(
    name: "get", summary: "show an actor as it is now", operands: actorOperands,
    options: [answerTimeout, Watch.option] + clientOptions, printsOneObject: true)

  private static let actorHistory = CommandSpec(
    name: "history", summary: "what happened to an actor: its starts, stops and events",
    details: "Asks the worker, which looks into its journal. `roost trace --since` shows the signals behind\n"
      + "them too, `roost history` reads the folder of a worker that does not run.",
    operands: actorOperands,
    options: [
      .value("limit", "N", "only the newest so many (default: \(ActorHistoryCommand.defaultLimit))"), answerTimeout,
      Watch.option,
    ] + clientOptions)

  private static let answerTimeout = OptionSpec.value(
    "timeout", "DURATION", "how long to wait for the worker (default: 5s)")

  static let actorOperands = [
    OperandSpec(name: "NS/POOL", summary: "namespace and pool, e.g. default/gpu"),
    OperandSpec(name: "ACTOR", summary: "the actor's id: 1 to 64 of A-Z a-z 0-9 _ -"),
  ]

  static let signalOptions =
    [
      OptionSpec.flag("no-wait", "end once the signal is stored, without the answers"),
      .value(
        "timeout", "DURATION",
        "how long to wait for the final answer\n(default: 10s, beyond the pending timeout of a wake)"),
      .value("msg-id", "ID", "the same ID within two minutes is stored once: for trying again"),
    ] + clientOptions

  private static let clientOptions =
    [OutputForm.option, prefix] + access
}
