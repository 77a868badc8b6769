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

  private static let timeoutMs: UInt64 = 5_000

  /// Errors: `usage`.
  init(_ command: ParsedCommand, console: Console) throws(CLIError) {
    self.command = command
    self.console = console
    output = QuestionOutput(isJSON: command.value("output") == "json")
    pool = try ParsedCommand.pool(command.operands[0])
    timeoutMs = Int64(clamping: try command.duration("timeout") ?? Self.timeoutMs)
    limit = try command.value("limit").map { text throws(CLIError) in
      guard let limit = UInt32(text), limit > 0 else { throw .usage("--limit \(text): write a number from 1 on") }
      return limit
    }
  }

  func run(environment: [String: String]) throws(CLIError) -> ExitCode {
    let first = try question()
    let client = try SignalClient(command, environment: environment)
    var next: APIRequest? = first
    var printed: UInt32 = 0
    while let request = next {
      let page = try page(client.ask(request, of: pool, timeoutMs: timeoutMs), after: request, printed)
      try console.out(printed == 0 ? page.head + page.text : page.text)
      printed += page.count
      next = limit.map { printed >= $0 } ?? false ? nil : page.next
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
          }, limit: pageRows(0)))
    case ["actor", "explain"]:
      return .explain(ActorID(try ParsedCommand.identifier(command.operands[1], of: "actor id")))
    case ["pool", "explain"]: return .explain(nil)
    case ["runner", "list"]: return .runners(RunnersRequest(limit: pageRows(0)))
    case ["pending"]: return .pending(PendingRequest(limit: pageRows(0)))
    default: preconditionFailure("no question: \(command.path)")
    }
  }

  private func pageRows(_ printed: UInt32) -> UInt32 {
    min(limit.map { $0 - printed } ?? APIRequest.greatestLimit, APIRequest.greatestLimit)
  }

  private struct Page {
    /// Above the first one.
    var head = ""
    var text: String
    var count: UInt32
    var next: APIRequest?
  }

  private func page(_ reply: APIReply, after request: APIRequest, _ printed: UInt32) throws(CLIError) -> Page {
    switch (reply, request) {
    case (.list(let page), .list(var request)):
      let count = UInt32(page.actors.count)
      request.after = page.next
      request.limit = pageRows(min(printed + count, (limit ?? .max) - 1))
      return Page(
        head: output.actorTitle, text: output.text(of: page.actors), count: count,
        next: page.next.isEmpty ? nil : .list(request))
    case (.runners(let page), .runners(var request)):
      let count = UInt32(page.runners.count)
      request.after = page.next
      request.limit = pageRows(min(printed + count, (limit ?? .max) - 1))
      return Page(
        head: output.runnerTitle, text: output.text(of: page.runners), count: count,
        next: page.next.isEmpty ? nil : .runners(request))
    case (.pending(let page), .pending(var request)):
      let count = UInt32(page.entries.count)
      request.afterTicket = page.nextTicket
      request.limit = pageRows(min(printed + count, (limit ?? .max) - 1))
      return Page(
        head: output.head(of: page), text: output.text(of: page.entries), count: count,
        next: page.nextTicket == 0 ? nil : .pending(request))
    case (.explain(let explanation), .explain):
      return Page(text: output.text(of: explanation), count: 0, next: nil)
    default:
      throw CLIError(.unavailable, "the worker answered another question; is this `roost` as new as the worker?")
    }
  }
}
