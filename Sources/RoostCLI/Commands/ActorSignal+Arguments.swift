import RoostCore
import RoostTelemetry

extension ActorSignal {
  /// The signal of `roost actor VERB`. Errors: `usage`, `ioError` for an input file that cannot be read.
  init(_ command: ParsedCommand) throws(CLIError) {
    switch command.path.last {
    case "create": self = .create(try Create(command))
    case "wake": self = .wake(try Wake(command))
    case "allocate": self = try .allocate(command)
    case "sleep": self = .sleep
    case "reschedule": self = .reschedule
    case "destroy": self = .destroy
    default: preconditionFailure("the command tree has a verb that is no signal: \(command.path)")
    }
  }

  private static func allocate(_ command: ParsedCommand) throws(CLIError) -> ActorSignal {
    guard let runner = command.value("runner") else {
      throw .usage("actor allocate: --runner RUNNER is missing: the runner to place it on")
    }
    var ticket: Ticket?
    if let text = command.value("ticket") {
      guard let number = Ticket(text) else {
        throw .usage("--ticket \(text): write the number that `roost actor get` or the event `pending` shows")
      }
      ticket = number
    }
    return .allocate(runner: RunnerID(try ParsedCommand.identifier(runner, of: "runner id")), ticket: ticket)
  }
}

extension Create {
  fileprivate init(_ command: ParsedCommand) throws(CLIError) {
    let policy: CrashPolicy =
      switch command.value("crash-policy") {
      case "restart": .restart
      case "destroy": .destroy
      default: .sleep
      }
    self.init(name: command.value("name") ?? "", key: command.value("key"), crashPolicy: policy)
    switch (command.value("input"), command.value("input-file")) {
    case (nil, nil): break
    case (let text?, nil): input = Array(text.utf8)
    case (nil, let file?): input = try InputFile.read(file)
    case (_?, _?): throw .usage("--input and --input-file exclude each other; give one")
    }
  }
}

extension Wake {
  fileprivate init(_ command: ParsedCommand) throws(CLIError) {
    self.init()
    let pendingMs = try command.duration("pending-timeout")
    if pendingMs != nil || command.has("dont-sleep") { override = .dontSleep(pendingTimeoutMs: pendingMs) }
    if let text = command.value("expires") {
      guard let ms = Quantity.moment(text, nowMs: LogLine.now()) else {
        throw .usage("--expires \(text): write a duration from now (30s) or a time in UTC (2026-01-31T12:00:00Z)")
      }
      expiresAt = Instant(ms: ms)
    }
  }
}
