import RoostCore
import RoostNATS

extension DeadCommand {
  func redrive(_ environment: [String: String]) throws(CLIError) -> ExitCode {
    let sequences = try sequences()
    let (pool, reason) = (try pool(), command.value("reason"))
    let isSelecting = pool != nil || reason != nil
    if sequences.isEmpty == !isSelecting {
      throw .usage("dead redrive: name letters by SEQUENCE, or choose them by --pool and --reason")
    }
    let client = try DeadLetterClient(command, environment: environment)
    var kept = 0
    func take(_ letter: StoredLetter) throws(CLIError) {
      if try !redrive(letter, client) { kept += 1 }
    }
    var code = ExitCode.success
    if isSelecting {
      var found = 0
      try client.each(of: pool, reason: reason) { letter throws(CLIError) in
        found += 1
        try take(letter)
        return true
      }
      if found == 0 { console.err("roost: no letters\n") }
    } else {
      code = try each(sequences, client, take)
    }
    if kept > 0 {
      console.err("roost: \(kept) kept, each for the reason that stands there; `roost dead drop` deletes letters\n")
      code = .refused
    }
    return code
  }

  /// False: it is kept. An error ends the command, for those behind it must not come before it.
  private func redrive(_ letter: StoredLetter, _ client: DeadLetterClient) throws(CLIError) -> Bool {
    if let obstacle = letter.obstacle(prefix: client.subjects.prefix) {
      try console.out(output.line("kept", letter, [("reason", .string(obstacle))]))
      return false
    }
    if command.has("dry-run") {
      try console.out(output.line("would_redrive", letter))
      return true
    }
    let ack: PubAck
    do throws(CLIError) {
      ack = try client.publish(letter, keepsReplyTo: command.has("keep-reply-to"))
    } catch {
      throw CLIError(
        error.exitCode, code: error.code,
        "letter \(letter.sequence) was not re-driven (\(error.message)); it and those behind it are kept, try again")
    }
    do throws(CLIError) {
      try client.delete(letter)
    } catch {
      throw CLIError(
        error.exitCode, code: error.code,
        "the signal of letter \(letter.sequence) is stored again as \(ack.stream) \(ack.sequence), but the letter could "
          + "not be deleted (\(error.message)); re-drive it again within two minutes, later drop it: "
          + "`roost dead drop \(letter.sequence)`")
    }
    try console.out(
      output.line(
        "redriven", letter,
        [
          ("stream", .string(ack.stream)), ("signal_sequence", .number(of: ack.sequence)),
          ("duplicate", .bool(ack.isDuplicate)),
        ]))
    return true
  }
}
