// What is asked of a worker and changes nothing.

extension CommandTree {
  static let listActors = CommandSpec(
    name: "list", summary: "list the actors of a pool, in the order of their ids", operands: [poolOperand],
    options: [
      .value("state", "STATE", "only those in this state, e.g. pending"),
      .value("name", "NAME", "only those of this name"),
      .value("name-prefix", "TEXT", "only those whose name begins so"),
      .value("key", "KEY", "only the one that has it"),
      .value("runner", "RUNNER", "only those that are placed on it"),
    ] + listOptions)

  static let explainActor = CommandSpec(
    name: "explain", summary: "say why an actor is where it is, and what would move it", operands: actorOperands,
    options: questionOptions, printsOneObject: true)

  static let listRunners = CommandSpec(
    name: "list", summary: "list the runners of a pool", operands: [poolOperand], options: listOptions)

  static let pending = CommandSpec(
    name: "pending", summary: "list the actors that wait for a slot, the next one first", operands: [poolOperand],
    options: listOptions)

  static let listPools = CommandSpec(
    name: "list", summary: "list the pools that have a worker", options: [Watch.option] + questionOptions)

  static let getPool = CommandSpec(
    name: "get", summary: "show a pool as it is now, and the settings that hold", operands: [poolOperand],
    options: questionOptions, printsOneObject: true)

  static let explainPool = CommandSpec(
    name: "explain", summary: "say whether an actor that is woken now would be placed, where, and why not",
    operands: [poolOperand], options: questionOptions, printsOneObject: true)

  static let poolOperand = OperandSpec(name: "NS/POOL", summary: "the pool, e.g. default/gpu")

  static let questionOptions =
    [
      OptionSpec.value("timeout", "DURATION", "how long to wait for the worker (default: 5s)"),
      OutputForm.option, prefix,
    ] + access

  private static let listOptions =
    [OptionSpec.value("limit", "N", "end after so many (default: all)"), Watch.option] + questionOptions
}
