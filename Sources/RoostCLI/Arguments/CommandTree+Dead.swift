extension CommandTree {
  static let dead = CommandSpec(
    name: "dead", summary: "look at dead letters, signals that could not be applied, and try them again",
    details: "They lie in the stream ROOST_DEAD for 30 days. SEQUENCE is the number of a letter there, as `list`\n"
      + "shows it. docs/operating.md says what to do about each reason.",
    subcommands: [deadList, deadShow, deadRedrive, deadDrop])

  private static let deadList = CommandSpec(
    name: "list", summary: "one line per letter, the oldest first",
    options: [
      deadPool, deadReason, .value("from", "SEQUENCE", "from this letter on"),
      .value("limit", "N", "end after so many (default: all)"),
    ] + deadOptions)

  private static let deadShow = CommandSpec(
    name: "show", summary: "everything about one letter: headers, and the signal in it",
    details: "An input is counted, not shown. Of a payload that cannot be read the first bytes are shown.",
    operands: [OperandSpec(name: "SEQUENCE", summary: deadSequence.summary)], options: deadOptions,
    printsOneObject: true)

  private static let deadRedrive = CommandSpec(
    name: "redrive", summary: "publish the signals in letters again, then delete the letters",
    details:
      "In their order. A letter is deleted once its signal is stored; that is stored once, however often\n"
      + "this is repeated within two minutes. What cannot be applied now either comes back as a new letter.\n"
      + "Kept are letters with only a part of a signal, and those of runners: what one said then is not so\n"
      + "now, and it speaks for itself.\n"
      + "Exit code 1: some were kept, and each says why.",
    list: deadSequence,
    options: [
      deadPool, deadReason,
      .flag("keep-reply-to", "let answers go to whoever asked for them then (Roost-Reply-To)"), deadDryRun,
    ] + deadOptions)

  private static let deadDrop = CommandSpec(
    name: "drop", summary: "delete letters, and the signals in them with them", list: deadSequence,
    options: [deadDryRun] + deadOptions)

  private static let deadSequence = OperandSpec(name: "SEQUENCE", summary: "the letter's number in ROOST_DEAD")
  private static let deadPool = OptionSpec.value(
    "pool", "NS/POOL", "only letters of this pool; of some not even the pool\ncould be read")
  private static let deadReason = OptionSpec.value(
    "reason", "REASON", "only letters with this reason, e.g. quarantined")
  private static let deadDryRun = OptionSpec.flag("dry-run", "only say what would be done")

  private static let deadOptions =
    [OutputForm.option, prefix] + access
}
