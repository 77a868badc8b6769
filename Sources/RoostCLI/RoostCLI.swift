import Foundation

/// The command line of Roost.
public enum RoostCLI {
  /// Runs what the process was started with, and ends it.
  public static func main() -> Never {
    StandardDescriptors.keep()
    // A peer or a reader that hangs up is an error of a write, not the end of the process, whatever the command.
    signal(SIGPIPE, SIG_IGN)
    let code = run(
      Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment, console: .standard)
    exit(code.rawValue)
  }

  /// Runs one command; what goes wrong is said on the console's `err`.
  package static func run(_ arguments: [String], environment: [String: String], console: Console) -> ExitCode {
    do throws(CLIError) {
      let command = try ArgumentParser.parse(Self.words(arguments), root: CommandTree.root)
      if command.wantsHelp || command.path == ["help"] {
        let isRoot = command.path == ["help"]
        try console.out(isRoot ? HelpText.of(CommandTree.root, path: []) : HelpText.of(command))
        return .success
      }
      let once = { (console: Console) throws(CLIError) in try run(command, environment, console) }
      if let intervalMs = try command.watchIntervalMs() {
        return try Watch(intervalMs: intervalMs, form: command.outputForm, console: console).run(once)
      }
      return try written(command, console, by: once)
    } catch {
      console.err(error.text + "\n")
      return error.exitCode
    }
  }

  /// What stands for nothing at all, and what everybody tries first.
  private static func words(_ arguments: [String]) -> [String] {
    switch arguments {
    case []: ["--help"]
    case ["--version"]: ["version"]
    default: arguments
    }
  }

  /// As one JSON document where that was asked for; else as the command writes it.
  private static func written(
    _ command: ParsedCommand, _ console: Console, by run: (Console) throws(CLIError) -> ExitCode
  ) throws(CLIError) -> ExitCode {
    guard command.outputForm == .json, !command.spec.printsOneObject else { return try run(console) }
    let array = JSONArray(console)
    let code: ExitCode
    do throws(CLIError) {
      code = try run(array.lines)
    } catch {
      try array.end(isFailed: true)
      throw error
    }
    try array.end(isFailed: false)
    return code
  }

  private static func run(
    _ command: ParsedCommand, _ environment: [String: String], _ console: Console
  ) throws(CLIError) -> ExitCode {
    switch command.path {
    case ["actor", "list"], ["actor", "explain"], ["pool", "explain"], ["runner", "list"], ["pending"]:
      return try QuestionCommand(command, console: console).run(environment: environment)
    case ["actor", "history"]: return try ActorHistoryCommand(command, console: console).run(environment: environment)
    case ["actor", "state"]: return try HistoryCommand(command, console: console).state()
    case ["pool", "list"], ["pool", "get"]:
      return try PoolLookCommand(command, console: console).run(environment: environment)
    case ["pool", "configure"], ["pool", "drain"], ["runner", "drain"]:
      return try PoolCommand(command, console: console).run(environment: environment)
    default: break
    }
    switch command.path.first {
    case "up": return try UpCommand.run(command, environment: environment, console: console)
    case "worker": return try WorkerCommand.run(command, environment: environment, console: console)
    case "runner": return try RunnerCommand.run(command, environment: environment)
    case "setup": return try SetupCommand.run(command, environment: environment, console: console)
    case "actor": return try ActorCommand(command, console: console).run(environment: environment)
    case "dead": return try DeadCommand(command, console: console).run(environment: environment)
    case "journal": return try JournalCommand(command, console: console).run()
    case "history": return try HistoryCommand(command, console: console).history()
    case "state": return try HistoryCommand(command, console: console).state()
    case "explain": return try ExplainCommand.run(command, console: console)
    case "trace": return try TraceCommand(command, console: console).run(environment: environment)
    case "doctor": return try DoctorCommand.run(command, console: console)
    case "completion":
      guard let shell = Completion.Shell(rawValue: command.operands[0]) else {
        throw .usage("completion \(command.operands[0]): write bash, zsh or fish")
      }
      try console.out(Completion.script(shell))
      return .success
    case "complete":
      try console.out(Completion.candidates(command.operands).map { $0 + "\n" }.joined())
      return .success
    case "man":
      try console.out(ManPage.text())
      return .success
    case "version":
      try console.out("roost \(Version.text)\n")
      return .success
    default: preconditionFailure("the command tree has a command that nobody runs: \(command.path)")
    }
  }
}
