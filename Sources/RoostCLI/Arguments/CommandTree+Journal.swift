extension CommandTree {
  static let journal = CommandSpec(
    name: "journal", summary: "look at a worker's journal: what it holds, and whether it is whole",
    details: "Looked at, a folder is not changed, and no worker can take it meanwhile. `verify` also reads beside\n"
      + "the worker that has it; the others want it for themselves.\n"
      + "docs/journal.md says what lies on the disk, docs/operating.md what to do about damage.",
    subcommands: [verify, inspect, dump, repair])

  private static let verify = CommandSpec(
    name: "verify", summary: "read all of it as a start would, and say what is damaged",
    details:
      "Exit code 0: sound. 65: damaged, or not readable to its end.\n"
      + "A torn tail, what a crash left of the last write, is sound: nobody was told of it.",
    options: [dataFolder])

  private static let inspect = CommandSpec(
    name: "inspect", summary: "one row per segment: format, records, fill, state, times", options: [dataFolder])

  private static let dump = CommandSpec(
    name: "dump", summary: "print every record that can be read, one per line",
    details: "Also those of partitions that are not served. What cannot be read is named on standard error,\n"
      + "with exit code 65. Inputs and payloads are counted, not shown.",
    options: [
      dataFolder, .value("actor", "ID", "only what concerns this actor"),
      .value("pool", "NS/POOL", "only what concerns this pool"),
      .value("from", "N", "from this record on (journal_sequence in events and commands)"),
      OutputForm.option, OutputForm.lines,
    ])

  private static let repair = CommandSpec(
    name: "repair", summary: "make a damaged journal whole again, with what can be kept of it",
    details: "Without --apply nothing is changed: it says what would be kept and what lost. A sound folder is\n"
      + "never touched. With --apply the journal as it was stays in DIR/damaged-N, a data folder of its own.\n"
      + "Exit code 0: sound, or repaired. 65: damaged, and not (yet) repaired.",
    options: [dataFolder, .flag("apply", "do it")])

  static let doctor = CommandSpec(
    name: "doctor", summary: "judge a worker's data folder: the journal, and the state it makes",
    details: "Reads the journal as a start would, checks the rules that every pool keeps, and says what to do\n"
      + "about what it finds. Exit code 0: nothing found. The worker may run meanwhile: then what it has\n"
      + "written by now is judged.",
    options: [dataFolder])

  static let history = CommandSpec(
    name: "history", summary: "what happened to an actor, from a worker's journal",
    details:
      "A line each: the journal record, the stream's time, the signal that caused it, and what: the actor's\n"
      + "record as it is from there on, starts and stops, events and answers. The worker must not run;\n"
      + "`roost actor history` asks one that does.",
    operands: [pastActor],
    options: [pastPool, dataFolder, OutputForm.option, OutputForm.lines])

  static let state = state(of: [pastActor], options: [pastPool])

  /// The same under `actor`, with the operands that its verbs have.
  static let actorState = state(of: actorOperands, options: [])

  private static func state(of operands: [OperandSpec], options: [OptionSpec]) -> CommandSpec {
    CommandSpec(
      name: "state", summary: "an actor as it was after a journal record",
      details: "The number is that of the record, as `actor history` shows it and events and commands carry it\n"
        + "(journal_sequence). The worker may run meanwhile.",
      operands: operands,
      options: [.value("at", "SEQUENCE", "the journal record (default: the last one)")] + options + [
        dataFolder, OutputForm.option, OutputForm.lines,
      ], printsOneObject: true)
  }

  private static let pastActor = OperandSpec(name: "ACTOR", summary: "the actor's id: 1 to 64 of A-Z a-z 0-9 _ -")
  private static let pastPool = OptionSpec.value("pool", "NS/POOL", "namespace and pool of the actor (required)")

  static let dataFolder = OptionSpec.value(
    "data", "DIR", "the worker's data folder; of a `roost up` folder, its subfolder\njournal (required)")
}
