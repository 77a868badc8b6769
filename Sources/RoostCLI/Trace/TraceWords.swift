import RoostCore
import RoostNATS
import RoostWire
import RoostWorker

/// What a row says: for people who, what and why, for programs the fields of the protocol.
struct TraceWords {
  private(set) var who = ""
  private(set) var what = ""
  private(set) var why = ""
  private(set) var fields: [String: JSONValue] = [:]

  /// `waited`: how long the wait was that the row ends.
  init(_ row: TraceRow, waited: Milliseconds?) {
    switch row.what {
    case .signal(let body): say(body, at: row.at)
    case .report(let runner, let event): say(event, of: runner, at: row.at)
    case .decision(let actor, let entry): say(entry, about: actor, waited: waited)
    case .note(let runner, let command): say(command, to: runner)
    case .deadLetter(let reason, let subject):
      (what, why) = ("dead letter", Self.joined(reason, subject))
      fields = ["reason": .string(reason), "subject": .string(subject)]
    case .undecodable(_, let subject, let error):
      (what, why) = ("undecodable", Self.joined(subject, error.description))
      fields = [
        "subject": .string(subject), "reason": .string(error.reason.rawValue), "message": .string(error.message),
      ]
    }
  }

  private static func joined(_ parts: String?...) -> String {
    parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
  }

  // MARK: - Signals

  private mutating func say(_ body: Signal.Body, at: Instant) {
    let entry = JournalEntry(Signal(pool: PoolID(namespace: "", name: ""), sequence: 0, storedAt: at, body: body))
    fields = entry.fields("what")
    what = entry.word
    let own: Set<String> = ["actor_id", "runner_id"]
    why = JournalEntry(word: "", actor: nil, facts: entry.facts.filter { !own.contains($0.name) }).text
    why = String(why.drop { $0 == " " })
    switch body {
    case .actor(let id, let signal):
      who = id.text
      if case .wake(let wake) = signal { why = Self.patience(wake, at: at) }
      if case .allocate(let runner, _) = signal { why = "on \(runner)" }
    case .runner(let id, let signal):
      who = id.text
      if case .initialize(let start) = signal { why = "version \(start.version), slots \(start.totalSlots)" }
    case .pool(let signal):
      if case .drain(let runner) = signal { why = runner.text }
    }
  }

  private static func patience(_ wake: Wake, at: Instant) -> String {
    let room =
      switch wake.override {
      case .none: "if there is room"
      case .dontSleep(nil): "waits for room without limit"
      case .dontSleep(let ms?): "waits \(span(Milliseconds(clamping: ms))) for room"
      }
    return joined(room, wake.expiresAt.map { "void after \(span($0.since(at)))" })
  }

  // MARK: - Runners

  private mutating func say(_ event: RunnerEvent, of runner: RunnerID, at: Instant) {
    who = event.actor.text
    let place = "generation \(event.generation) on \(runner)"
    fields = [
      "actor_id": .string(event.actor.text), "runner_id": .string(runner.text),
      "generation": .number(of: event.generation), "event_index": .number(of: event.index),
    ]
    switch event.kind {
    case .running: (what, why) = ("running", place)
    case .sleepIntent: (what, why) = ("sleep_intent", place)
    case .stopIntent: (what, why) = ("stop_intent", place)
    case .stopped(nil): (what, why) = ("stopped", Self.joined("ok", place))
    case .stopped(let message?):
      (what, why) = ("stopped", Self.joined("error", message, place))
      fields["message"] = .string(message)
    case .setAlarm(let alarm):
      (what, why) = ("set_alarm", alarm.map { "in \(Self.span($0.since(at)))" } ?? "none")
      if let alarm { fields["alarm_ts"] = .int(alarm.ms) }
    case .malformed(let reason):
      (what, why) = ("undecodable", Self.joined(reason, place))
      fields["reason"] = .string(reason)
    }
  }

  private mutating func say(_ command: ReceivedCommand, to runner: RunnerID) {
    who = runner.text
    fields = ["runner_id": .string(runner.text), "session": .string(command.session.text)]
    switch command.body {
    case .welcome: what = "welcome"
    case .close(let reason):
      (what, why) = ("close", reason)
      fields["reason"] = .string(reason)
    case .start, .stop, .acknowledged: preconditionFailure("starts and stops are decisions, the rest is not shown")
    }
  }

  // MARK: - Decisions

  private mutating func say(_ entry: HistoryEntry, about actor: ActorID, waited: Milliseconds?) {
    (who, what) = (actor.text, entry.kind)
    fields = [
      "actor_id": .string(actor.text), "generation": .number(of: entry.generation),
      "runner_id": .text(of: entry.runner), "reason": .string(entry.reason), "message": .string(entry.message),
    ]
    if let until = entry.until { fields["until_ts"] = .int(until.ms) }
    if entry.throughSequence > 0 { fields["through_sequence"] = .number(of: entry.throughSequence) }
    if entry.ticket > 0 {
      fields["ticket"] = .number(of: entry.ticket)
      fields["queue_position"] = .number(of: entry.queuePosition)
    }
    let place = entry.runner.map { "generation \(entry.generation) on \($0)" }
    switch entry.kind {
    case "start":
      why = Self.joined(place, waited.map { "waited \(Self.span($0))" }, waited == nil ? nil : Self.room(entry))
    case "stop": why = Self.joined(Self.title(of: entry.reason) ?? entry.reason, place)
    case "pending":
      why = Self.joined(
        Self.meaning(of: entry.reason), entry.queuePosition > 0 ? "place \(entry.queuePosition)" : nil,
        entry.until.map { "gives up in \(Self.span($0.since(entry.at)))" })
    case "pending_timeout":
      why = Self.joined(
        Int64(entry.message).map { "waited \(Self.span(Milliseconds($0)))" }, Self.meaning(of: entry.reason))
    case "backoff": why = Int64(entry.message).map { "next start in \(Self.span(Milliseconds($0)))" } ?? entry.message
    case "ready", "sleep_intent": why = place ?? ""
    case "stopped": why = Self.joined(entry.reason, entry.message, place)
    default: why = Self.joined(Self.meaning(of: entry.reason), entry.message, place)
    }
  }

  /// What made room for a start that had to wait for it.
  private static func room(_ entry: HistoryEntry) -> String? {
    switch entry.reason {
    case HistoryEntry.runnerJoined: "\(entry.runner?.text ?? "its runner") joined"
    case HistoryEntry.slotReleased: "\(entry.message) gave its slot back"
    default: nil
    }
  }

  /// A reason with its explanation.
  private static func meaning(of reason: String) -> String {
    title(of: reason).map { "\(reason) (\($0))" } ?? reason
  }

  private static func title(of reason: String) -> String? { ErrorPage.of(reason)?.title }

  // MARK: - Time

  private static func span(_ span: Milliseconds) -> String {
    let ms = max(span.value, 0)
    if ms < 120_000 { return "\((ms + 50) / 1_000).\((ms + 50) % 1_000 / 100) s" }
    if ms < 7_200_000 { return "\(ms / 60_000) min" }
    return "\(ms / 3_600_000) h"
  }
}
