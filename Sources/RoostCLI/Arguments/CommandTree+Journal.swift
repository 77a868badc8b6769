extension CommandTree {
  static let journal = CommandSpec(
    name: "journal", summary: "look at a worker's journal: what it holds, and whether it is whole",
    details: "For a folder that no worker has: looked at, it is not changed, and no worker can take it meanwhile.\n"
      + "docs/journal.md says what lies on the disk, docs/operating.md what to do about damage.",
    subcommands: [verify])

  private static let verify = CommandSpec(
    name: "verify", summary: "read all of it as a start would, and say what is damaged",
    details:
      "Exit code 0: sound. 65: damaged, or not readable to its end.\n"
      + "A torn tail, what a crash left of the last write, is sound: nobody was told of it.",
    options: [dataFolder])

  static let dataFolder = OptionSpec.value(
    "data", "DIR", "the worker's data folder; of a `roost up` folder, its subfolder\njournal (required)")
}
