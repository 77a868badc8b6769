extension CommandTree {
  static let runner = CommandSpec(
    name: "runner", summary: "run actors of a pool, each as a process of its own",
    details: "A process finds its actor in ROOST_ACTOR_ID and its like, its input on standard input, and may write\n"
      + "ready, sleep, stop, alarm +5s, alarm clear to the descriptor ROOST_CONTROL_FD, a line each.\n"
      + "SIGTERM or SIGINT: the pool is told, the actors end; a second one, like kill -9, ends all at once.\n"
      + "docs/runner.md says more.",
    commandLine: OperandSpec(name: "COMMAND", summary: "the program of every actor, with its arguments"),
    options: [
      .value("pool", "NS/POOL", "the pool whose actors it runs (required)"),
      .value("slots", "N", "how many at a time (default: 1)"),
      .value("id", "ID", "the runner's id; another process with it ends this one\n(default: made of host and process)"),
      runnerVersion, runnerGrace, runnerReadyLine, runnerLogDir, prefix,
    ] + access,
    subcommands: [listRunners, drainRunner])

  static let runnerVersion = OptionSpec.value(
    "version", "V", "new actors go to the runners of the highest version (default: 1)")
  static let runnerGrace = OptionSpec.value("grace", "DURATION", "between SIGTERM and SIGKILL (default: 10s)")
  static let runnerReadyLine = OptionSpec.flag(
    "ready-line", "an actor is running when it writes `ready`, not when its process is there")
  static let runnerLogDir = OptionSpec.value(
    "log-dir", "DIR", "output of actors to DIR/ACTOR.log instead of the log")
}
