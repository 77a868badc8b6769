extension CommandTree {
  static let journal = CommandSpec(
    name: "journal", summary: "look at a worker's journal: what it holds, and whether it is whole",
    details: "For a folder that no worker has: looked at, it is not changed, and no worker can take it meanwhile.\n"
      + "docs/journal.md says what lies on the disk, docs/operating.md what to do about damage.",
    subcommands: [verify, inspect, dump])

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
      .flag("json", "one JSON object per line"),
    ])

  static let dataFolder = OptionSpec.value(
    "data", "DIR", "the worker's data folder; of a `roost up` folder, its subfolder\njournal (required)")
}
