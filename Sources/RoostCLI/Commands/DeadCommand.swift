import RoostCore

/// `roost dead VERB`.
struct DeadCommand {
  let command: ParsedCommand
  let console: Console
  let output: DeadOutput

  init(_ command: ParsedCommand, console: Console) {
    self.command = command
    self.console = console
    output = DeadOutput(isJSON: command.outputForm.isJSON)
  }

  func run(environment: [String: String]) throws(CLIError) -> ExitCode {
    switch command.path.last {
    case "list": return try list(environment)
    case "show": return try show(environment)
    case "redrive": return try redrive(environment)
    case "drop": return try drop(environment)
    default: preconditionFailure("the command tree has a command that nobody runs: \(command.path)")
    }
  }

  private func list(_ environment: [String: String]) throws(CLIError) -> ExitCode {
    let pool = try pool()
    let first = try command.value("from").map { text throws(CLIError) in try Self.sequence(text) } ?? 1
    let limit = try limit()
    let client = try DeadLetterClient(command, environment: environment)
    var shown = 0
    var next: UInt64?
    try client.each(of: pool, reason: command.value("reason"), from: first) { letter throws(CLIError) in
      if shown == limit {
        next = letter.sequence
        return false
      }
      try console.out((shown == 0 ? output.title : "") + output.row(letter))
      shown += 1
      return true
    }
    if shown == 0 { console.err("roost: no letters\n") }
    if let next { console.err("roost: more letters follow; --from \(next) shows them\n") }
    return .success
  }

  private func show(_ environment: [String: String]) throws(CLIError) -> ExitCode {
    let sequence = try Self.sequence(command.operands[0])
    let client = try DeadLetterClient(command, environment: environment)
    guard let letter = try client.letter(sequence) else { throw missing(sequence, client) }
    try console.out(output.text(of: letter, letter.decoded(client.subjects)))
    return .success
  }

  private func drop(_ environment: [String: String]) throws(CLIError) -> ExitCode {
    let sequences = try sequences()
    if sequences.isEmpty { throw .usage("dead drop: missing SEQUENCE; `roost dead list` shows the letters") }
    let client = try DeadLetterClient(command, environment: environment)
    return try each(sequences, client) { letter throws(CLIError) in
      if command.has("dry-run") {
        try console.out(output.line("would_drop", letter))
      } else {
        try client.delete(letter)
        try console.out(output.line("dropped", letter))
      }
    }
  }
}

extension DeadCommand {
  /// The letters that are named, in their order. One that is not there is told and keeps none of the others.
  func each(
    _ sequences: [UInt64], _ client: DeadLetterClient, _ body: (StoredLetter) throws(CLIError) -> Void
  ) throws(CLIError) -> ExitCode {
    var code = ExitCode.success
    for sequence in sequences {
      if let letter = try client.letter(sequence) {
        try body(letter)
      } else {
        code = .refused
        console.err(missing(sequence, client).text + "\n")
      }
    }
    return code
  }

  private func missing(_ sequence: UInt64, _ client: DeadLetterClient) -> CLIError {
    CLIError(
      .refused,
      "there is no letter \(sequence) in \(client.streams.deadName) (any more): it was re-driven or dropped, or made room "
        + "for newer ones; `roost dead list` shows those that are there")
  }

  /// Ascending, each once. Errors: `usage`.
  func sequences() throws(CLIError) -> [UInt64] {
    var all: Set<UInt64> = []
    for text in command.operands { all.insert(try Self.sequence(text)) }
    return all.sorted()
  }

  func pool() throws(CLIError) -> PoolID? {
    guard let text = command.value("pool") else { return nil }
    return try ParsedCommand.pool(text)
  }

  private func limit() throws(CLIError) -> Int? {
    guard let text = command.value("limit") else { return nil }
    guard let limit = Int(text), limit > 0 else { throw .usage("--limit \(text): write a number from 1 on") }
    return limit
  }

  private static func sequence(_ text: String) throws(CLIError) -> UInt64 {
    guard let sequence = UInt64(text), sequence > 0 else {
      throw .usage("'\(text)' is no letter: write its number in the stream, as `roost dead list` shows it")
    }
    return sequence
  }
}
