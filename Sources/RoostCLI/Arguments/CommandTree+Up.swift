extension CommandTree {
  static let up = CommandSpec(
    name: "up", summary: "a broker, a worker and a runner of one pool, in one command",
    details: "For one machine: everything is on loopback and in one folder; started again it goes on where it was.\n"
      + "Prints one line when all is ready. SIGTERM or SIGINT ends runner, worker and broker in this order;\n"
      + "a second one, like kill -9, ends all at once. docs/operating.md says more.",
    commandLine: OperandSpec(name: "COMMAND", summary: "the program of every actor, with its arguments"),
    options: [
      .value("data", "DIR", "folder of broker and journal, made if missing (required)"),
      .value("pool", "NS/POOL", "the pool whose actors it runs (required)"),
      .value("slots", "N", "how many at a time (default: 1)"),
      .value("port", "P", "where the broker listens; 0 is any free one (default: 4222)"),
      .value("nats-server", "PATH", "the broker's program (default: in PATH, else /usr/sbin/nats-server)"),
      workerHTTP, workerSet,
      .value("id", "ID", "the runner's id (default: \(upRunnerID))"),
      runnerVersion, runnerGrace, runnerReadyLine, runnerLogDir,
    ])

  /// The id of its runner unless it is given: the broker is its own, so there is no other, and the same one at every
  /// start has the worker close the session before at once.
  static let upRunnerID = "up"
}
