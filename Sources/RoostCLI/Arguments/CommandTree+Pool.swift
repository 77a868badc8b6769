extension CommandTree {
  static let pool = CommandSpec(
    name: "pool", summary: "look at a pool, or change it",
    subcommands: [listPools, getPool, explainPool, configurePool, drainPool])

  private static let configurePool = CommandSpec(
    name: "configure", summary: "give a pool settings of its own, in the place of all that it had",
    details: "What is not named is as the worker's defaults say. They hold for what is decided from then on.",
    operands: [poolOperand],
    options: [
      .list("set", "KEY=VALUE", "a setting; `roost worker --set help` lists them"),
      .flag("defaults", "none at all: everything as the worker's defaults say"),
    ] + signalOptions)

  private static let drainPool = CommandSpec(
    name: "drain", summary: "drain every runner that the pool has now",
    details: "One after the other, as `roost runner drain` does. Runners that come later are not drained.",
    operands: [poolOperand], options: signalOptions)

  static let drainRunner = CommandSpec(
    name: "drain", summary: "let a runner's actors go elsewhere, and end its session",
    details: "It gets no more actors; those that it has are stopped and started again where there is room.\n"
      + "When the last one has stopped, or at the pool's runner_drain_deadline_ms, its session is closed.",
    operands: [poolOperand, OperandSpec(name: "RUNNER", summary: "the runner's id")], options: signalOptions)
}
