import RoostCore
import RoostNATS
import RoostWire

extension JournalEntry {
  /// A signal: its verb, whose it is, and what it says.
  init(_ signal: Signal) {
    let (word, who, facts): (String, [(name: String, value: JSONValue)], [(name: String, value: JSONValue)])
    var actor: ActorID?
    switch signal.body {
    case .actor(let id, let body):
      actor = id
      who = [("actor_id", .string(id.text))]
      (word, facts) = Self.told(body)
    case .runner(let id, let body):
      who = [("runner_id", .string(id.text))]
      (word, facts) = Self.told(body)
    case .pool(let body):
      who = []
      (word, facts) = Self.told(body)
    }
    self.init(word: word, actor: actor, facts: who + facts)
  }

  private typealias Told = (String, [(name: String, value: JSONValue)])

  private static func told(_ signal: ActorSignal) -> Told {
    switch signal {
    case .create(let create):
      (
        "create",
        [
          ("name", .string(create.name)), ("key", create.key.map { .string($0) } ?? .null),
          ("crash_policy", .string(create.crashPolicy.name)), ("input_bytes", .number(of: UInt64(create.input.count))),
        ]
      )
    case .wake(let wake): ("wake", told(wake))
    case .allocate(let runner, let ticket):
      ("allocate", [("runner_id", .string(runner.text)), ("ticket", ticket.map { .number(of: $0) } ?? .null)])
    case .sleep: ("sleep", [])
    case .reschedule: ("reschedule", [])
    case .destroy: ("destroy", [])
    case .refused(let reason, let message): ("refused", [("reason", .string(reason)), ("message", .string(message))])
    }
  }

  private static func told(_ wake: Wake) -> [(name: String, value: JSONValue)] {
    var facts: [(name: String, value: JSONValue)] = []
    if case .dontSleep(let pendingMs) = wake.override {
      facts.append(("dont_sleep", .bool(true)))
      if let pendingMs { facts.append(("pending_timeout_ms", .number(of: pendingMs))) }
    }
    return facts + [("expires_ts", .time(wake.expiresAt))]
  }

  private static func told(_ signal: RunnerSignal) -> Told {
    switch signal {
    case .initialize(let start):
      (
        "init",
        [
          ("session", .string(start.session.text)), ("version", .number(of: start.version)),
          ("total_slots", .number(of: start.totalSlots)), ("last_command_index", .number(of: start.lastCommandIndex)),
        ]
      )
    case .events(let session, let events):
      (
        "events",
        [
          ("session", .string(session.text)), ("events", .number(of: UInt64(events.count))),
          ("first_event_index", events.first.map { .number(of: $0.index) } ?? .null),
        ]
      )
    case .stopping(let session, let index):
      (
        "stopping",
        [
          ("session", .string(session?.text ?? "")), ("last_command_index", index.map { .number(of: $0) } ?? .null),
        ]
      )
    }
  }

  private static func told(_ signal: PoolSignal) -> Told {
    switch signal {
    case .configure(let overlay): ("configure", facts(overlay))
    case .drain(let runner): ("drain", [("runner_id", .string(runner.text))])
    case .tick: ("tick", [])
    case .refused(let reason, let message): ("refused", [("reason", .string(reason)), ("message", .string(message))])
    }
  }
}
