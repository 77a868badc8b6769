import RoostTelemetry
import RoostWorker

/// `roost worker`.
enum WorkerCommand {
  static func run(
    _ command: ParsedCommand, environment: [String: String], console: Console
  ) throws(CLIError) -> ExitCode {
    if command.all("set").contains("help") {
      try console.out(PoolSettingField.helpText)
      return .success
    }
    let log = Log.standard
    var configuration = try WorkerConfiguration(command, environment: environment)
    configuration.spans = SpanSettings(environment: environment, log: log)
    let worker = Worker(configuration)
    ShutdownSignals.watch { name in
      log.info("stopping", [.signal: name])
      worker.stop()
    }
    do {
      let page = try startPage(of: worker, log)
      defer { withExtendedLifetime(page) {} }
      try worker.run()
    } catch {
      throw CLIError(error)
    }
    return .success
  }

  private static func startPage(of worker: Worker, _ log: Log) throws(WorkerError) -> HealthServer? {
    guard let address = worker.configuration.httpAddress.flatMap(ListenAddress.init) else { return nil }
    let health = worker.health
    return try HealthServer.start(
      address,
      page: HealthPage(
        obstacle: { health.isReady ? nil : health.reason },
        exposition: { [metrics = worker.metrics] in
          metrics.set(.ready, to: health.isReady ? 1 : 0)
          return metrics.exposition
        }),
      log: log)
  }
}
