import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

/// Lists and explanations: columns for people, JSON objects with the names of the protocol for programs.
struct QuestionOutput {
  let isJSON: Bool

  // MARK: - Actors

  var actorTitle: String {
    isJSON ? "" : Columns.line(["actor", "state", "generation", "runner", "name"], Self.actorWidths)
  }

  private static let actorWidths = [24, 11, 10, 24]

  func text(of actors: [ActorDescription]) -> String {
    if isJSON { return actors.map { ActorOutput.json.text(of: $0) }.joined() }
    return actors.map { actor in
      Columns.line(
        [actor.actor.text, actor.state, String(actor.generation), actor.runner?.text ?? "-", actor.name],
        Self.actorWidths)
    }.joined()
  }

  // MARK: - Runners

  var runnerTitle: String {
    isJSON
      ? "" : Columns.line(["runner", "state", "actors", "slots", "version", "last ping", "session"], Self.runnerWidths)
  }

  private static let runnerWidths = [24, 8, 6, 6, 7, 9]

  func text(of runners: [RunnerDescription]) -> String {
    if isJSON { return runners.map { JSONValue.object(fields($0)).text + "\n" }.joined() }
    return runners.map { runner in
      Columns.line(
        [
          runner.runner.text, runner.state, String(runner.reservedSlots), String(runner.totalSlots),
          String(runner.version), runner.pingAge.map { "\($0.value) ms" } ?? "-", runner.session?.text ?? "-",
        ], Self.runnerWidths)
    }.joined()
  }

  private func fields(_ runner: RunnerDescription) -> [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "runner_id": .string(runner.runner.text), "session": .string(runner.session?.text ?? ""),
      "state": .string(runner.state), "version": .int(Int64(runner.version)),
      "total_slots": .int(Int64(runner.totalSlots)), "reserved_slots": .int(Int64(runner.reservedSlots)),
      "close_reason": .string(runner.closeReason),
      "metadata": .object(Dictionary(runner.metadata.map { ($0.key, .string($0.value)) }) { $1 }),
    ]
    if let age = runner.pingAge { fields["ping_age_ms"] = .int(Int64(clamping: age.value)) }
    if runner.since.ms != 0 { fields["since_ts"] = .int(runner.since.ms) }
    if let deadline = runner.drainDeadline { fields["drain_deadline_ts"] = .int(deadline.ms) }
    return fields
  }

  // MARK: - The queue

  /// Why the first one waits says what would help all of them.
  func head(of page: PendingPage) -> String {
    if isJSON { return "" }
    if page.total == 0 { return "nobody waits\n" }
    return "\(page.total.counted("waits", "wait")), because: \(LogLine.escaped(page.reason))\n"
      + Columns.line(["position", "actor", "ticket", "since", "until", "callers"], Self.pendingWidths)
  }

  private static let pendingWidths = [8, 24, 10, 24, 24]

  func text(ofEntriesOf page: PendingPage) -> String {
    page.entries.map { entry in
      if isJSON {
        var fields: [String: JSONValue] = [
          "actor_id": .string(entry.actor.text), "ticket": .number(of: entry.ticket),
          "queue_position": .number(of: entry.queuePosition), "since_ts": .int(entry.since.ms),
          "waiters": .int(Int64(entry.waiters)), "pending_reason": .string(page.reason),
        ]
        if let deadline = entry.deadline { fields["deadline_ts"] = .int(deadline.ms) }
        return JSONValue.object(fields).text + "\n"
      }
      return Columns.line(
        [
          String(entry.queuePosition), entry.actor.text, String(entry.ticket), LogLine.timestamp(entry.since.ms),
          entry.deadline.map { LogLine.timestamp($0.ms) } ?? "for ever", String(entry.waiters),
        ], Self.pendingWidths)
    }.joined()
  }

  // MARK: - Why

  func text(of explanation: Explanation) -> String {
    if isJSON {
      return JSONValue.object([
        "summary": .string(explanation.summary), "facts": .array(explanation.facts.map { .string($0) }),
        "remedies": .array(explanation.remedies.map { .string($0) }),
        "state": .string(explanation.actor?.state ?? ""),
      ]).text + "\n"
    }
    let facts = explanation.facts.map { "  because  \(LogLine.escaped($0))\n" }
    let remedies = explanation.remedies.map { "  remedy   \(LogLine.escaped($0))\n" }
    return LogLine.escaped(explanation.summary) + "\n" + (facts + remedies).joined()
  }
}
