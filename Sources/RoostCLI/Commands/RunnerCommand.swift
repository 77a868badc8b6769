import Glibc
import RoostCore
import RoostRunner
import RoostTelemetry

/// `roost runner`.
enum RunnerCommand {
  static func run(_ command: ParsedCommand, environment: [String: String]) throws(CLIError) -> ExitCode {
    let configuration = try RunnerConfiguration(command, environment: environment)
    let settings = try ProcessSettings(command, configuration, environment: environment)
    try makeFolder(settings.output)
    let log = Log.standard
    let runner = Runner(configuration, log: log)
    ShutdownSignals.watch { name in
      log.info("stopping", [.signal: name])
      runner.stop()
    }
    do throws(RunnerError) {
      try runner.run { sink throws(RunnerError) in
        let host = try ProcessHost(settings, log: log, sink: sink)
        // After the host: what it starts keeps the limits that this process was given.
        raiseDescriptorLimit()
        return host
      }
    } catch {
      throw CLIError(error)
    }
    return .success
  }

  /// Three descriptors an actor: the usual soft limit of 1,024 is that of programs that use select, which we do not.
  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  private static func makeFolder(_ output: OutputTarget) throws(CLIError) {
    guard case .folder(let folder) = output, mkdir(folder, 0o755) != 0, errno != EEXIST else { return }
    throw .usage("--log-dir \(folder) cannot be made: \(String(cString: strerror(errno)))")
  }
}

extension CLIError {
  init(_ error: RunnerError) {
    let exitCode: ExitCode =
      switch error.code {
      case .superseded, .refused: .refused
      case .system, .supervisorGone: .systemError
      case .command: .usage
      case .broker: .unavailable
      }
    self.init(exitCode, code: error.code.rawValue, error.message)
  }
}
