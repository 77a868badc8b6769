import Glibc
import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

/// `roost up`: a broker, a worker and a runner as processes of their own, which end with this one.
struct UpCommand {
  private let settings: UpSettings
  private let environment: [String: String]
  private let console: Console
  private let folder: UpFolder
  private let broker: EmbeddedBroker
  private let parts: Parts

  static func run(
    _ command: ParsedCommand, environment: [String: String], console: Console
  ) throws(CLIError) -> ExitCode {
    let settings = try UpSettings(command, environment: environment)
    let folder = try UpFolder(settings.folder)
    try LoopbackPort.requireFree(settings.port)
    let log = Log.standard
    let parts = Parts(bounds: settings.bounds, console: console, log: log)
    ShutdownSignals.watch { name in
      log.info("stopping", [.signal: name])
      parts.stop(name)
    }
    let up = UpCommand(
      settings: settings, environment: environment, console: console, folder: folder,
      broker: EmbeddedBroker(folder: folder, port: settings.port), parts: parts)
    let ending = up.live()
    return try up.exitCode(ending, troubled: parts.endAll())
  }

  private func live() -> UpEnding {
    do throws(UpEnding) {
      try start()
      return parts.waitForEnding()
    } catch {
      return error
    }
  }

  private func start() throws(UpEnding) {
    let program = try ownProgram()
    try failing { () throws(CLIError) in try broker.prepare() }
    try parts.start(
      .broker, settings.brokerProgram, broker.arguments, environment: environment, kept: folder.partsLock)
    let port = try broker.waitUntilReady(parts)
    let url = "nats://127.0.0.1:\(port)"
    let watch = try failing { () throws(CLIError) in
      try ReadinessWatch(url, settings, parts, log: Log.standard)
    }
    // Actors that use NATS find the broker that woke them, not one that somebody set for other work.
    let environment = environment.merging(["NATS_URL": url]) { $1 }
    try parts.start(
      .worker, program, settings.workerArguments(server: url, folder: folder.journal), environment: environment,
      kept: folder.partsLock)
    try watch.waitUntilServing()
    try parts.start(
      .runner, program, settings.runnerArguments(server: url), environment: environment, kept: folder.partsLock)
    try watch.waitUntilWelcome()
    try failing { () throws(CLIError) in try console.out(readyLine(port)) }
  }

  /// Standard output has this line and nothing else. bash alone is enough to try it.
  private func readyLine(_ port: UInt16) -> String {
    let subject = Subjects().signal(settings.pool, ActorID("a1"), .create)
    let said = #"CONNECT {}\r\nPUB \#(subject) 0\r\n\r\nPING\r\n"#
    return "ready nats://127.0.0.1:\(port) try: "
      + "bash -c '(printf \"\(said)\" >&3; grep -m1 PONG <&3) 3<>/dev/tcp/127.0.0.1/\(port)'\n"
  }

  /// This executable, by its name rather than as /proc/self/exe, which `ps` would show as `exe`.
  private func ownProgram() throws(UpEnding) -> String {
    var text = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &text, text.count)
    guard count > 0 else {
      throw .failed(CLIError(.systemError, "/proc/self/exe cannot be read; is /proc there?"))
    }
    return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func failing<R>(_ body: () throws(CLIError) -> R) throws(UpEnding) -> R {
    do throws(CLIError) {
      return try body()
    } catch {
      throw .failed(error)
    }
  }

  // MARK: - The end

  /// `troubled`: parts that were asked to end and did not end well.
  private func exitCode(_ ending: UpEnding, troubled: [Part]) throws(CLIError) -> ExitCode {
    switch ending {
    case .failed(let error): throw error
    case .ended(let part):
      throw said(of: part, "ended by itself", "the others were ended in order")
    case .asked:
      guard let part = troubled.first else { return .success }
      throw said(of: part, "did not end well", "all are gone")
    }
  }

  private func said(of part: Part, _ what: String, _ rest: String) -> CLIError {
    let end = parts.state.withLock { $0.endings[part] }
    var code = ExitCode.partEnded
    // Worker and runner speak our language: what is to be done stands in the same row.
    if case .exited(let number) = end, part != .broker, number != 0, let known = ExitCode(rawValue: number) {
      code = known
    }
    let how = end.map { "\($0)" } ?? "no end that could be seen"
    return CLIError(code, "the \(part) \(what) (\(how)); \(rest); its last lines, after `\(part) | `, say why")
  }
}
