import Glibc
import RoostCore
import RoostRunner
import RoostTelemetry

/// `roost runner`.
enum RunnerCommand {
  static func run(_ command: ParsedCommand, environment: [String: String]) throws(CLIError) -> ExitCode {
    let configuration = try RunnerConfiguration(command, environment: environment)
    let settings = try ProcessSettings(command, configuration, environment: environment)
    let descriptors = try descriptorLimit(slots: configuration.slots)
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
        raise(descriptors, log)
        return host
      }
    } catch {
      throw CLIError(error)
    }
    return .success
  }

  /// The limit as it is. Errors: `system`, when not even what may be asked for is enough for all slots: known now, not
  /// when the last of them is taken.
  private static func descriptorLimit(slots: UInt32) throws(CLIError) -> rlimit {
    var limit = rlimit()
    let result = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    precondition(result == 0, "the limit of descriptors cannot be read: error \(errno)")
    let needed = rlim_t(slots) * rlim_t(ProcessLimits.descriptorsPerActor) + rlim_t(ProcessLimits.otherDescriptors)
    if limit.rlim_max >= needed { return limit }
    throw CLIError(
      RunnerError(
        .system,
        "\(slots) slots need \(needed) descriptors, \(limit.rlim_max) are allowed; raise ulimit -n or take fewer slots")
    )
  }

  /// The usual soft limit of 1,024 is that of programs that use select, which we do not.
  private static func raise(_ limit: rlimit, _ log: Log) {
    var raised = limit
    raised.rlim_cur = limit.rlim_max
    if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) != 0 {
      log.warning("limit of descriptors cannot be raised", [.error: String(cString: strerror(errno))])
    }
  }

  private static func makeFolder(_ output: OutputTarget) throws(CLIError) {
    guard case .folder(let folder) = output else { return }
    var number = mkdir(folder, 0o755) == 0 || errno == EEXIST ? 0 : errno
    // With the dot, what is no folder is refused as such.
    if number == 0, access("\(folder)/.", W_OK | X_OK) != 0 { number = errno }
    if number == 0 { return }
    throw .usage(
      "--log-dir \(folder): no output can be written there: \(String(cString: strerror(number))); name a folder that can be "
        + "written, or one that is not there yet in a folder that is")
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
