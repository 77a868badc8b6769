extension CommandTree {
  static let trace = CommandSpec(
    name: "trace", summary: "follow an actor, or a pool, through signals, commands, runners and events",
    details: "A line each: when, what kind of message, the signal that caused it, the journal record that holds\n"
      + "it, what and why. Live unless --since is given, until Ctrl-C; times are then those of this machine.\n"
      + "What the user may not hear is named and left out. Ticks, pings and acknowledgements are not shown.",
    list: OperandSpec(
      name: "TARGET", summary: "NS/POOL ACTOR, NS/POOL for all of it, or ACTOR in any pool; * is any name"),
    options: [
      .value(
        "since", "DURATION",
        "what has happened to one actor, so far back: from the worker's\njournal and the signals that are kept; then it ends"
      ),
      .value("for", "DURATION", "live: end after this"),
      .value("count", "N", "live: end after so many lines"),
    ] + questionOptions)
}
