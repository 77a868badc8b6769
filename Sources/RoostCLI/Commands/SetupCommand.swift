import RoostNATS

/// `roost setup`.
enum SetupCommand {
  static func run(
    _ command: ParsedCommand, environment: [String: String], console: Console
  ) throws(CLIError) -> ExitCode {
    let streams = try command.streams()
    if command.has("dry-run") {
      try console.out(streams.dryRunText + "\n")
      return .success
    }
    let settings = NATSSettings(try command.access(environment), name: "roost setup")
    let connection: NATSConnection
    do {
      connection = try NATSConnection.connect(settings)
    } catch {
      throw CLIError(error)
    }
    defer { connection.close() }
    for stream in streams.all {
      do {
        _ = try JetStream(connection).ensure(stream)
      } catch {
        throw CLIError(error)
      }
      try console.out("\(stream.name) ready\n")
    }
    return .success
  }
}
