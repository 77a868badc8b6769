import RoostCore
import RoostNATS
import RoostWire

/// The commands that ask a worker and print what it says: lists page by page, as they come.
struct QuestionCommand {
  private let command: ParsedCommand
  private let console: Console
  private let output: QuestionOutput
  private let pool: PoolID
  private let timeoutMs: Int64
  /// How many are printed at most; nil = all.
  private let limit: UInt32?

  static let timeoutMs: UInt64 = 5_000

  /// Errors: `usage`.
  init(_ command: ParsedCommand, console: Console) throws(CLIError) {
    self.command = command
    self.console = console
    output = QuestionOutput(isJSON: command.outputForm.isJSON)
    pool = try ParsedCommand.pool(command.operands[0])
    timeoutMs = Int64(clamping: try command.duration("timeout") ?? Self.timeoutMs)
    limit = try command.count("limit")
  }

  func run(environment: [String: String]) throws(CLIError) -> ExitCode {
    var next: APIRequest? = try question()
    let client = try SignalClient(command, environment: environment)
    var isFirst = true
    var left = limit ?? .max
    while left > 0, let request = next {
      let page = try page(client.ask(request.limited(to: left), of: pool, timeoutMs: timeoutMs), after: request)
      try console.out(isFirst ? page.head + page.text : page.text)
      isFirst = false
      left -= min(page.count, left)
      next = page.next
    }
    return .success
  }

  private func question() throws(CLIError) -> APIRequest {
    switch command.path {
    case ["actor", "list"]:
      return .list(
        ListRequest(
          state: command.value("state") ?? "", name: command.value("name") ?? "",
          namePrefix: command.value("name-prefix") ?? "", key: command.value("key"),
          runner: try command.value("runner").map { text throws(CLIError) in
            RunnerID(try ParsedCommand.identifier(text, of: "id of a runner"))
          }))
    case ["actor", "explain"]:
      return .explain(ActorID(try ParsedCommand.identifier(command.operands[1], of: "actor id")))
    case ["pool", "explain"]: return .explain(nil)
    case ["runner", "list"]: return .runners(RunnersRequest())
    case ["pending"]: return .pending(PendingRequest())
    default: preconditionFailure("no question: \(command.path)")
    }
  }

  private struct Page {
    /// Above the first one.
    var head = ""
    var text: String
    var count: UInt32
    var next: APIRequest?
  }

  private func page(_ reply: APIReply, after request: APIRequest) throws(CLIError) -> Page {
    switch (reply, request) {
    case (.list(let page), .list(var request)):
      request.after = page.next
      return Page(
        head: output.actorTitle, text: output.text(of: page.actors), count: UInt32(page.actors.count),
        next: page.next.isEmpty ? nil : .list(request))
    case (.runners(let page), .runners(var request)):
      request.after = page.next
      return Page(
        head: output.runnerTitle, text: output.text(of: page.runners), count: UInt32(page.runners.count),
        next: page.next.isEmpty ? nil : .runners(request))
    case (.pending(let page), .pending(var request)):
      request.afterTicket = page.nextTicket
      return Page(
        head: output.head(of: page), text: output.text(ofEntriesOf: page), count: UInt32(page.entries.count),
        next: page.nextTicket == 0 ? nil : .pending(request))
    case (.explain(let explanation), .explain):
      return Page(text: output.text(of: explanation), count: 0, next: nil)
    default:
      throw CLIError(.unavailable, "the worker answered another question; is this `roost` as new as the worker?")
    }
  }
}

extension APIRequest {
  /// The same question for a page of so many rows, or of as many as one has.
  fileprivate func limited(to rows: UInt32) -> APIRequest {
    let rows = min(rows, Self.greatestLimit)
    switch self {
    case .list(var request):
      request.limit = rows
      return .list(request)
    case .runners(var request):
      request.limit = rows
      return .runners(request)
    case .pending(var request):
      request.limit = rows
      return .pending(request)
    case .wake, .get, .history, .explain: return self
    }
  }
}
