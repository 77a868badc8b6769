/// `roost explain CODE`: what a code or a reason means, without any broker.
enum ExplainCommand {
  static func run(_ command: ParsedCommand, console: Console) throws(CLIError) -> ExitCode {
    guard !command.operands.isEmpty else {
      try console.out(FactTable.text(ErrorPage.all.map { ($0.code, $0.title) }))
      return .success
    }
    for (index, code) in command.operands.enumerated() {
      guard let page = ErrorPage.of(code) else {
        throw .usage("there is no code or reason \(code); `roost explain` lists them all")
      }
      try console.out((index > 0 ? "\n" : "") + page.text)
    }
    return .success
  }
}
