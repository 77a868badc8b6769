import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

extension ActorOutput {
  /// An actor as it is now, or as it was after a journal record.
  func text(
    of actor: ActorDescription, asOf past: (record: RecordIndex, time: Instant?)? = nil
  ) -> String {
    switch self {
    case .text:
      let then = past.map { [("record", String($0.record)), ("at", $0.time.map(time))] } ?? []
      return table(then + facts(actor))
    case .json:
      var fields = fields(actor)
      if let past {
        fields["journal_sequence"] = number(past.record)
        if let time = past.time { fields["ts"] = .int(time.ms) }
      }
      return object(fields)
    }
  }

  private func facts(_ actor: ActorDescription) -> [(name: String, value: String?)] {
    [
      ("actor", actor.actor.text), ("state", actor.state), ("generation", String(actor.generation)),
      ("name", actor.name), ("key", actor.key), ("crash policy", actor.crashPolicy.name),
      ("runner", actor.runner?.text), ("session", actor.session?.text), ("created", time(actor.createdAt)),
      ("since", actor.since.map(time)), ("until", actor.until.map(time)), ("alarm", actor.alarm.map(time)),
      ("ticket", nonZero(actor.ticket)), ("position", nonZero(actor.queuePosition)),
      ("waits because", nonEmpty(actor.pendingReason)), ("crashes", nonZero(UInt64(actor.crashCount))),
      ("last error", nonEmpty(actor.lastErrorCode)), ("error message", nonEmpty(actor.lastErrorMessage)),
      ("waiters", nonZero(UInt64(actor.waiters))), ("rewake", actor.hasRewake ? "yes" : nil),
      ("input", "\(actor.inputBytes) bytes"),
    ]
  }

  private func fields(_ actor: ActorDescription) -> [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "actor_id": .string(actor.actor.text), "name": .string(actor.name),
      "crash_policy": .string(actor.crashPolicy.name), "state": .string(actor.state),
      "generation": number(UInt64(actor.generation)), "crash_count": number(UInt64(actor.crashCount)),
      "runner_id": .string(actor.runner?.text ?? ""), "session": .string(actor.session?.text ?? ""),
      "create_ts": .int(actor.createdAt.ms), "ticket": number(actor.ticket),
      "queue_position": number(actor.queuePosition), "pending_reason": .string(actor.pendingReason),
      "last_error_code": .string(actor.lastErrorCode), "last_error_message": .string(actor.lastErrorMessage),
      "waiters": number(UInt64(actor.waiters)), "rewake": .bool(actor.hasRewake),
      "input_bytes": number(actor.inputBytes),
    ]
    if let key = actor.key { fields["key"] = .string(key) }
    if let since = actor.since { fields["since_ts"] = .int(since.ms) }
    if let until = actor.until { fields["until_ts"] = .int(until.ms) }
    if let alarm = actor.alarm { fields["alarm_ts"] = .int(alarm.ms) }
    return fields
  }

  private func table(_ facts: [(name: String, value: String?)]) -> String {
    let told = facts.compactMap { fact in fact.value.map { (name: fact.name, value: $0) } }
    return FactTable.text(told)
  }

  private func time(_ instant: Instant) -> String { LogLine.timestamp(instant.ms) }
  private func nonZero(_ value: UInt64) -> String? { value == 0 ? nil : String(value) }
  private func nonEmpty(_ value: String) -> String? { value.isEmpty ? nil : value }
}

extension CrashPolicy {
  /// As on the command line.
  var name: String {
    switch self {
    case .sleep: "sleep"
    case .restart: "restart"
    case .destroy: "destroy"
    }
  }
}
