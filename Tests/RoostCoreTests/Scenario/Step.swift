import Testing

@testable import RoostCore

/// A line of a story that makes something happen: a time, then words.
struct Step {
  struct Malformed: Error { var message: String }

  /// As it stands in the file, evenly spaced.
  let text: String
  /// Without the time: what the orders of a race are compared by.
  let words: String
  private let at: Int64
  private let action: (World) -> [String]?

  init(_ line: String) throws(Malformed) {
    var words = Words(line.split(separator: " ").map(String.init))
    at = try words.number("a time")
    self.words = words.rest.joined(separator: " ")
    text = String(at).padding(to: 6) + self.words
    action = try Self.action(&words)
    if let extra = words.rest.first { throw Malformed(message: "what is '\(extra)'?") }
  }

  /// What was read, for a step that only looks; nil for one that does something.
  func take(_ world: World) -> [String]? {
    world.at(at)
    // What no message brings has the worker's clock for its time.
    world.clock = max(world.clock, Instant(ms: at))
    return action(world)
  }

  private static func action(_ words: inout Words) throws(Malformed) -> (World) -> [String]? {
    let reply = try words.option("asks")
    let first = try words.next("a verb or a name")
    switch first {
    case "tick": return { $0.tick(reply: reply).nothing }
    case "sweep": return { $0.input(.sweep).nothing }
    case "grace": return { $0.input(.renewDeadlines).nothing }
    case "clock":
      let ms: Int64 = try words.number("a time")
      return { world in
        world.clock = Instant(ms: ms)
        return nil
      }
    case "configure":
      var overlay = PoolSettingsOverlay()
      if let fault = overlay.set(words: words.takeAll()) { throw Malformed(message: fault) }
      return { $0.deliver(.pool(.configure(overlay)), reply: reply).nothing }
    case "drain":
      let runner = try words.next("a runner")
      return { $0.drain(runner, reply: reply).nothing }
    case "create", "wake", "allocate", "sleep", "reschedule", "destroy":
      return try actorAction(first, &words, reply)
    default: return try told(first, &words)
    }
  }

  private static func actorAction(_ verb: String, _ words: inout Words, _ reply: String?) throws(Malformed)
    -> (World) -> [String]?
  {
    let actor = try words.next("an actor")
    switch verb {
    case "create":
      let policies: [String: CrashPolicy] = ["sleep": .sleep, "restart": .restart, "destroy": .destroy]
      let policy = words.rest.first.flatMap { policies[$0] }
      if policy != nil { _ = try words.next("") }
      let (name, key) = (try words.option("name") ?? "", try words.option("key"))
      return { $0.create(actor, policy ?? .sleep, name: name, key: key, reply: reply).nothing }
    case "wake":
      let expires = try words.option("expires").flatMap { Int64($0) }
      var patience = Patience.none
      if let time = try words.option("for") {
        guard time == "ever" || UInt64(time) != nil else { throw Malformed(message: "for how long?") }
        patience = UInt64(time).map { .ms($0) } ?? .forever
      }
      return { $0.wake(actor, patience: patience, expires: expires, reply: reply).nothing }
    case "allocate":
      let ticket = try words.option("ticket").flatMap { Ticket($0) }
      guard let runner = try words.option("on") else { throw Malformed(message: "on which runner?") }
      return { $0.allocate(actor, on: runner, ticket: ticket, reply: reply).nothing }
    case "sleep": return { $0.sleep(actor, reply: reply).nothing }
    case "reschedule": return { $0.reschedule(actor, reply: reply).nothing }
    default: return { $0.destroy(actor, reply: reply).nothing }
    }
  }

  /// `NAME says or does something`: an actor by its own runner, or a runner.
  private static func told(_ name: String, _ words: inout Words) throws(Malformed) -> (World) -> [String]? {
    let verb = try words.next("what \(name) does")
    switch verb {
    case "running", "ends", "fails", "sleeps", "stops", "alarm":
      let kind = try kind(verb, &words)
      return { $0.report(name, kind).nothing }
    case "joins":
      let slots = try words.option("slots").flatMap { UInt32($0) } ?? 1
      let version = try words.option("version").flatMap { UInt32($0) } ?? 1
      let last = try words.option("last").flatMap { CommandIndex($0) } ?? 0
      let session = try words.option("session") ?? "s1"
      return { $0.join(name, slots: slots, version: version, session: session, last: last).nothing }
    case "leaves":
      let (session, last) = (try words.option("session"), try words.option("last").flatMap { CommandIndex($0) })
      return { $0.stopping(name, session: session, last: last).nothing }
    case "stale": return { $0.stale(name).nothing }
    case "fresh": return { $0.fresh(name).nothing }
    case "lost":
      let session = try words.option("session") ?? "s1"
      return { $0.lost(name, session: session).nothing }
    case "acknowledges":
      let session = try words.option("session") ?? "s1"
      let through: CommandIndex = try words.number("an index")
      return { $0.acknowledge(name, session: session, through: through).nothing }
    case "unacknowledged": return { $0.resent(name, 0) }
    case "tells":
      let session = try words.option("session") ?? "s1"
      var events: [RunnerEvent] = []
      while !words.rest.isEmpty { events.append(try event(&words)) }
      return { $0.events(name, session: session, events).nothing }
    default: throw Malformed(message: "what is '\(verb)'?")
    }
  }

  /// `INDEX ACTOR gN KIND`; a comma after it means that another one follows.
  private static func event(_ words: inout Words) throws(Malformed) -> RunnerEvent {
    let index: EventIndex = try words.number("an index")
    let actor = try words.next("an actor")
    guard let generation = Generation(try words.next("a generation").dropFirst()) else {
      throw Malformed(message: "which generation?")
    }
    var part = Words(words.takeAll(upTo: ","))
    let verb = try part.next("an event")
    return RunnerEvent(index: index, actor: ActorID(actor), generation: generation, kind: try kind(verb, &part))
  }

  private static func kind(_ verb: String, _ words: inout Words) throws(Malformed) -> RunnerEvent.Kind {
    switch verb {
    case "running": return .running
    case "ends": return .stopped(error: nil)
    case "fails": return .stopped(error: words.takeAll().joined(separator: " "))
    case "sleeps": return .sleepIntent
    case "stops": return .stopIntent
    case "alarm":
      let time = try words.next("a time or cleared")
      if time == "cleared" { return .setAlarm(nil) }
      guard let ms = Int64(time) else { throw Malformed(message: "an alarm has a time or is cleared") }
      return .setAlarm(Instant(ms: ms))
    default: throw Malformed(message: "what is '\(verb)'?")
    }
  }
}

/// The words of a step, taken from the front; options from anywhere.
private struct Words {
  private(set) var rest: [String]
  init(_ words: [String]) { rest = words }

  mutating func next(_ what: String) throws(Step.Malformed) -> String {
    guard !rest.isEmpty else { throw Step.Malformed(message: "\(what) is missing") }
    return rest.removeFirst()
  }

  mutating func number<Number: FixedWidthInteger>(_ what: String) throws(Step.Malformed) -> Number {
    let word = try next(what)
    guard let number = Number(word) else { throw Step.Malformed(message: "\(word) is no number: \(what) is wanted") }
    return number
  }

  mutating func option(_ name: String) throws(Step.Malformed) -> String? {
    guard let place = rest.lastIndex(of: name) else { return nil }
    guard place + 1 < rest.count else { throw Step.Malformed(message: "\(name) has no value") }
    let value = rest[place + 1]
    rest.removeSubrange(place...(place + 1))
    return value
  }

  mutating func takeAll() -> [String] {
    defer { rest = [] }
    return rest
  }

  mutating func takeAll(upTo comma: Character) -> [String] {
    guard let place = rest.firstIndex(where: { $0.last == comma }) else { return takeAll() }
    let part = rest[...place].map { $0.filter { $0 != comma } }
    rest.removeSubrange(...place)
    return part
  }
}

extension World {
  fileprivate var nothing: [String]? { nil }
}

extension String {
  fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}

extension PoolSettingsOverlay {
  /// `FIELD VALUE` pairs by the names of the wire; what is wrong with them, or nil.
  mutating func set(words: [String]) -> String? {
    guard words.count % 2 == 0 else { return "a setting has a field and a value" }
    for place in stride(from: 0, to: words.count, by: 2) {
      let (field, text) = (words[place], words[place + 1])
      if field == "events", let selection = ["all": EventSelection.all, "outcomes": .outcomes, "none": .none][text] {
        events = selection
        continue
      }
      if field == "drain_on_version_upgrade" {
        drainOnVersionUpgrade = text == "true"
        continue
      }
      guard let value = UInt64(text) else { return "\(text) is no value of \(field)" }
      let time = Milliseconds(clamping: value)
      switch field {
      case "base_retry_timeout_ms": baseRetryTimeout = time
      case "retry_reset_duration_ms": retryResetDuration = time
      case "actor_start_threshold_ms": actorStartThreshold = time
      case "actor_stop_threshold_ms": actorStopThreshold = time
      case "runner_drain_deadline_ms": runnerDrainDeadline = time
      case "destroyed_retention_ms": destroyedRetention = time
      case "runner_ping_interval_ms": runnerPingInterval = time
      case "stop_after_ms": stopAfter = time
      case "max_pending": maxPending = value
      case "max_actors": maxActors = value
      default: return "no setting is called \(field)"
      }
    }
    return nil
  }
}
