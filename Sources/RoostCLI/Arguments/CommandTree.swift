/// Every command of `roost`.
enum CommandTree {
  static let root = CommandSpec(
    name: "roost", summary: "Roost keeps actors asleep and wakes them somewhere, now, once.",
    details: "Data goes to standard output, everything else to standard error. ROOST_LOG sets the log level\n"
      + "(debug, info, warning, error). docs/operating.md lists the exit codes.",
    subcommands: [
      up, worker, runner, setup, actor, pool, pending, trace, dead, history, state, journal, doctor,
      explain, completion, complete, CommandSpec(name: "man", summary: "print the manual page: roost man | man -l -"),
      CommandSpec(name: "version", summary: "print the version"),
      CommandSpec(
        name: "help", summary: "show this help"),
    ])

  static let worker = CommandSpec(
    name: "worker", summary: "serve pools: read signals, decide, journal, tell runners",
    details: "Runs until SIGTERM or SIGINT; a second one ends it at once. Killing it at any instant loses nothing.",
    options: [
      .value("data", "DIR", "folder of the journal, made if missing; one worker at a time (required)"),
      .list("pool", "NS/POOL", "serve only these pools; a data folder keeps its set"),
      workerHTTP, workerSet,
      historyHours,
      .flag("adopt", "take the pools over from another journal: all runners closed,\ngo on from the end of the stream"),
      .flag("no-setup", "streams and bucket are there: do not make or compare them"),
      prefix, replicas, maxBytes,
    ] + access)

  static let workerHTTP = OptionSpec.value(
    "http", "HOST:PORT", "health page: /livez, /readyz, /metrics; a PORT alone is on loopback,\nport 0 is any")
  static let workerSet = OptionSpec.list(
    "set", "KEY=VALUE", "default of a pool setting; `roost worker --set help` lists them")

  static let historyHours = OptionSpec.value(
    "history-hours", "N",
    "keep the journal's records for people so long after snapshots hold\nwhat they say (default: 24)")

  static let setup = CommandSpec(
    name: "setup", summary: "make the streams and the bucket, or compare those that are there",
    details: "A worker does this by itself unless it is told --no-setup. Nothing that exists is changed.",
    options: [.flag("dry-run", "only print what would be asked of the broker"), prefix, replicas, maxBytes] + access)

  private static let completion = CommandSpec(
    name: "completion", summary: "print what lets a shell complete roost: bash, zsh or fish",
    details: "bash: eval \"$(roost completion bash)\"; zsh the same; fish: roost completion fish | source",
    operands: [OperandSpec(name: "SHELL", summary: Completion.Shell.allCases.map(\.rawValue).joined(separator: ", "))])

  private static let complete = CommandSpec(
    name: "complete", summary: "print what the last WORD may become: for shells",
    list: OperandSpec(name: "WORD", summary: "what stands before the cursor, behind --"))

  private static let explain = CommandSpec(
    name: "explain", summary: "say what a code or a reason means, and what to do about it",
    details: "Without a CODE: all of them. docs/errors has the same text, a page for each.",
    list: OperandSpec(name: "CODE", summary: "as in messages, answers and dead letters, e.g. ROOST-J002"))

  static let prefix = OptionSpec.value("prefix", "NAME", "first token of every subject (default: roost)")
  static let replicas = OptionSpec.choice(
    "replicas", ["1", "3"], "copies of each stream that the broker keeps (default: 1)")
  static let maxBytes = OptionSpec.value(
    "max-bytes", "SIZE", "room of the signal stream, e.g. 512MiB; full, it refuses publishers\n(default: 4GiB)")
}
