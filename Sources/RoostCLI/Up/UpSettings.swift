import RoostCore
import RoostRunner
import RoostWorker

/// What `roost up` was told, and the command lines of its worker and its runner, judged before anything is started.
struct UpSettings {
  let folder: String
  let port: UInt16
  let brokerProgram: String
  let pool: PoolID
  let runner: RunnerID
  let bounds: Parts.Bounds
  private let workerOptions: [String]
  private let runnerOptions: [String]

  /// Errors: `usage`, `unavailable` without a broker to start.
  init(_ command: ParsedCommand, environment: [String: String]) throws(CLIError) {
    guard let folder = command.value("data"), !folder.isEmpty else {
      throw .usage("up: --data DIR is missing: the folder of broker and journal, e.g. --data ./roost-data")
    }
    guard let pool = command.value("pool") else {
      throw .usage("up: --pool NS/POOL is missing: the pool whose actors it runs, e.g. --pool default/main")
    }
    self.folder = folder
    self.pool = try ParsedCommand.pool(pool)
    port = try Self.port(command.value("port"))
    workerOptions = Self.options(CommandTree.worker, of: command, without: ["data", "pool"])
    let id = command.value("id") ?? CommandTree.upRunnerID
    runnerOptions =
      ["--id", id] + Self.options(CommandTree.runner, of: command, without: ["id"]) + ["--"] + command.operands
    let worker = ["worker"] + workerOptions + ["--data", folder]
    _ = try WorkerConfiguration(Self.parsed(worker), environment: environment)
    let parsed = try Self.parsed(["runner"] + runnerOptions)
    let runner = try RunnerConfiguration(parsed, environment: environment)
    _ = try ProcessSettings(parsed, runner, environment: environment)
    self.runner = runner.id
    bounds = [
      .runner: runner.leaveLimitMs + UpLimits.runnerMarginMs, .worker: UpLimits.workerEndMs,
      .broker: UpLimits.brokerEndMs,
    ]
    brokerProgram = try BrokerProgram.find(given: command.value("nats-server"), path: environment["PATH"])
  }

  func workerArguments(server: String, folder: String) -> [String] {
    ["worker", "--server", server, "--data", folder] + workerOptions
  }

  func runnerArguments(server: String) -> [String] { ["runner", "--server", server] + runnerOptions }

  /// Those options that the other command has too.
  private static func options(
    _ spec: CommandSpec, of command: ParsedCommand, without others: Set<String>
  ) -> [String] {
    spec.options.filter { !others.contains($0.name) }.flatMap { option in
      command.all(option.name).flatMap { option.value == nil ? ["--\(option.name)"] : ["--\(option.name)", $0] }
    }
  }

  private static func parsed(_ words: [String]) throws(CLIError) -> ParsedCommand {
    try ArgumentParser.parse(words, root: CommandTree.root)
  }

  private static func port(_ text: String?) throws(CLIError) -> UInt16 {
    guard let text else { return 4222 }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text) else {
      throw .usage("--port \(text): write a number of 0 to 65535; 0 is any free port")
    }
    return port
  }
}
