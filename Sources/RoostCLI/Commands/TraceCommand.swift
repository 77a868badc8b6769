import RoostCore
import RoostTelemetry
import RoostWire

/// `roost trace`: what happens to an actor or a pool, or what has happened to an actor.
struct TraceCommand {
  private let command: ParsedCommand
  private let console: Console
  private let target: TraceTarget
  private let subjects: Subjects

  /// Errors: `usage`.
  init(_ command: ParsedCommand, console: Console) throws(CLIError) {
    self.command = command
    self.console = console
    target = try TraceTarget(command.operands)
    subjects = try command.subjects()
  }

  func run(environment: [String: String]) throws(CLIError) -> ExitCode {
    guard let span = try command.duration("since") else {
      if command.outputForm == .json {
        throw .usage("trace: --output json is one document, which a live trace does not end: use --output jsonl")
      }
      return try live(environment)
    }
    if let option = ["for", "count"].first(where: command.has) {
      throw .usage("trace: --\(option) is for what is to come, --since for what was: give one of them")
    }
    guard let (pool, actor) = target.only else {
      throw .usage("trace: --since needs one actor: roost trace NS/POOL ACTOR --since \(command.value("since") ?? "")")
    }
    return try past(of: actor, in: pool, spanMs: span, environment)
  }

  // MARK: - What was

  private func past(
    of actor: ActorID, in pool: PoolID, spanMs: UInt64, _ environment: [String: String]
  ) throws(CLIError) -> ExitCode {
    let trace = PastTrace(
      client: try SignalClient(command, environment: environment), reader: TraceReader(target, subjects), pool: pool,
      actor: actor, timeoutMs: Int64(clamping: try command.duration("timeout") ?? QuestionCommand.timeoutMs),
      complain: complain)
    let since = Instant(ms: LogLine.now() - Int64(clamping: spanMs))
    let rows = try trace.rows(since: since)
    guard !rows.isEmpty else {
      throw CLIError(
        .refused, "the journal says nothing of an actor \(actor) in \(pool) since \(LogLine.timestamp(since.ms))")
    }
    var output = TraceOutput(target, isJSON: isJSON)
    try console.out(output.title)
    for row in rows { try console.out(output.text(of: row)) }
    return .success
  }

  // MARK: - What happens

  private func live(_ environment: [String: String]) throws(CLIError) -> ExitCode {
    var left = try command.count("count") ?? .max
    let clock = ContinuousClock.now
    let end = try command.duration("for").map { clock + .milliseconds(Int64(clamping: $0)) }
    let arrived = Mailbox<TraceFeed.Item>()
    ShutdownSignals.watch { _ in arrived.put(.stop) }
    let feed = try TraceFeed(try command.access(environment), filters: target.filters(subjects), into: arrived)
    let reader = TraceReader(target, subjects)
    var output = TraceOutput(target, isJSON: isJSON)
    try console.out(output.title)
    while true {
      let item = feed.next(until: end ?? .now + .seconds(3_600))
      switch item {
      case .message(let message, let at):
        for row in reader.rows(of: message.subject, message.payload, header: message.header, at: at) {
          try console.out(output.text(of: row))
          left -= 1
          if left == 0 { return .success }
        }
      case .trouble(let text): complain(text)
      case .closed(let reason): throw CLIError(.unavailable, "the broker has ended the connection: \(reason)")
      case .stop: return .success
      case nil: if let end, end <= .now { return .success }
      }
    }
  }

  private var isJSON: Bool { command.outputForm.isJSON }

  private func complain(_ text: String) { console.err("roost: \(CLIError.shown(text))\n") }
}
