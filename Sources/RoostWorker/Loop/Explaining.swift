import RoostCore
import RoostTelemetry
import RoostWire

/// Puts into words why an actor is where it is, and whether the pool has room: for whoever is woken at night by it.
struct Explaining {
  let pool: PoolID
  let outlook: Outlook
  let now: Instant

  /// Of an actor, or of one that would be woken now.
  func explanation(of actor: ActorDescription?) -> Explanation {
    guard let actor else {
      return Explanation(actor: nil, summary: "An actor that is woken now \(fate).", facts: room, remedies: cures)
    }
    var explanation = Explanation(actor: actor, summary: "Actor \(actor.actor) \(predicate(actor)).")
    explanation.facts = past(actor)
    switch actor.state {
    case "sleeping", "backoff":
      explanation.facts.append("Woken now it \(fate).")
      if outlook.obstacle != nil { explanation.facts += room }
    case "pending": explanation.facts += room
    default: break
    }
    explanation.remedies = remedies(actor)
    return explanation
  }

  // MARK: - The actor

  private func predicate(_ actor: ActorDescription) -> String {
    let runner = actor.runner?.text ?? "its runner"
    let reportBy = actor.until.map { "; the report is awaited for another \(span(to: $0))" } ?? ""
    switch actor.state {
    case "sleeping": return "sleeps, and nothing asks for it"
    case "backoff":
      let again = actor.until.map { $0 > now ? "in \(span(to: $0))" : "at once" } ?? "later"
      return "has ended by a crash or a loss \(times(actor.crashCount)) and tries again \(again)"
    case "pending":
      let since = actor.since.map { " for \(span(from: $0))" } ?? ""
      return "has waited for a slot\(since), as number \(actor.queuePosition) of \(outlook.waiting): "
        + words(for: actor.pendingReason)
    case "starting": return "is being started on \(runner), which has not reported it as running\(reportBy)"
    case "running": return "runs on \(runner)" + (actor.since.map { " since \(span(from: $0)) ago" } ?? "")
    case "sleepIntent": return "is being put to sleep on \(runner)\(reportBy)"
    case "stopIntent": return "wants to end for good and is being stopped on \(runner)\(reportBy)"
    case "goingAway": return "is being stopped on \(runner), to go on elsewhere\(reportBy)"
    case "destroying": return "is being stopped on \(runner) for good\(reportBy)"
    default: return "was destroyed" + (actor.since.map { " \(span(from: $0)) ago" } ?? "") + ", and does not wake again"
    }
  }

  private func past(_ actor: ActorDescription) -> [String] {
    var facts: [String] = []
    if actor.state == "pending" {
      facts.append(actor.until.map { "It gives up in \(span(to: $0))." } ?? "It waits without limit.")
    }
    switch actor.lastErrorCode {
    case "": break
    case "crashed":
      facts.append(
        "Its last run ended by a crash: \(actor.lastErrorMessage.isEmpty ? "no message" : actor.lastErrorMessage)")
    case "runner_lost": facts.append("It lost its last runner, which fell silent.")
    case "no_start_report":
      facts.append("The last runner that was told to start it did not report it as running in time.")
    case "no_stop_report": facts.append("The last runner that was told to stop it did not report in time.")
    case "no_capacity": facts.append("When it was last wanted, \(words(for: actor.lastErrorMessage)).")
    default: facts.append("Its last error is \(actor.lastErrorCode).")
    }
    if actor.state != "backoff", actor.crashCount > 1 {
      facts.append("It ended by a crash or a loss \(times(actor.crashCount)).")
    }
    if actor.hasRewake { facts.append("A wake waits for the end of the stop: it starts again then.") }
    if let alarm = actor.alarm {
      facts.append(alarm > now ? "Its alarm wakes it in \(span(to: alarm))." : "Its alarm is due.")
    }
    return facts
  }

  private func remedies(_ actor: ActorDescription) -> [String] {
    let subject = "roost.signal.\(pool.namespace).\(pool.name).actor.\(actor.actor)"
    switch actor.state {
    case "sleeping":
      return ["Wake it by an empty message to \(subject).wake; to make it wait for a slot, give dont_sleep."] + cures
    case "backoff": return ["Mend what ends it; its output is in the log of the runner."]
    case "pending": return cures
    case "starting", "sleepIntent", "stopIntent", "goingAway", "destroying":
      return ["If it stays so, look at the log of runner \(actor.runner?.text ?? "")."]
    case "destroyed": return ["To have it again, publish \(subject).create."]
    default: return []
    }
  }

  private func times(_ count: UInt32) -> String { count == 1 ? "once" : "\(count) times in a row" }

  // MARK: - The pool

  private var fate: String {
    if let runner = outlook.next { return "is placed on \(runner)" }
    let place =
      switch outlook.waiting {
      case 0: "as the first"
      case 1: "behind 1 other"
      default: "behind \(outlook.waiting) others"
      }
    return "waits for a slot \(place), or stays asleep if its wake does not say dont_sleep: "
      + words(for: outlook.obstacle ?? "")
  }

  /// `reason` is a `pending_reason`.
  private func words(for reason: String) -> String {
    switch reason {
    case "no_runner": "the pool has no runner"
    case "all_stale" where outlook.silent == 1: "the one runner that may take actors has fallen silent"
    case "all_stale": "all \(outlook.silent) runners that may take actors have fallen silent"
    case "all_draining" where outlook.draining == 1: "its one runner is draining"
    case "all_draining": "all \(outlook.draining) runners are draining"
    case "newest_full": "all slots of the runners of the highest version are taken"
    case "behind_others": "others came before it and are being placed"
    case "queue_full": "as many as max_pending allows were waiting already"
    case "backoff": "it is held back after crashes"
    default: reason
    }
  }

  /// What there is to run actors on.
  private var room: [String] {
    var facts = [
      "Pool \(pool) has \(outlook.open.counted("runner")) with an open session; "
        + "\(outlook.silent.counted("is", "are")) silent, \(outlook.draining.counted("drains", "drain"))."
    ]
    if outlook.runners > 0 {
      facts.append(
        "The highest version, \(outlook.version), has \(outlook.runners.counted("runner")) with \(outlook.slots.counted("slot")), "
          + "\(outlook.freeSlots) of them free."
      )
    }
    if outlook.olderFreeSlots > 0 {
      facts.append("Runners of lower versions have \(outlook.olderFreeSlots.counted("free slot")), not used meanwhile.")
    }
    if outlook.waiting > 0 { facts.append("\(outlook.waiting.counted("actor waits", "actors wait")) for a slot.") }
    return facts
  }

  private var cures: [String] {
    switch outlook.obstacle {
    case "no_runner": ["Start a runner: roost runner --pool \(pool)."]
    case "all_stale":
      ["See whether the runners' processes live and reach the broker; they count again with their next ping."]
    case "all_draining": ["Start a runner that is not drained: roost runner --pool \(pool)."]
    case "newest_full" where outlook.slots == 0:
      ["The runners of version \(outlook.version) offer no slots: start one that does."]
    case "newest_full":
      ["Start more runners of version \(outlook.version), or give them more slots."]
        + (outlook.olderFreeSlots > 0
          ? ["Or stop those of version \(outlook.version): then the lower ones are used again."] : [])
    default: []
    }
  }

  // MARK: - Time

  private func span(from past: Instant) -> String { Self.text(now.since(past)) }
  private func span(to future: Instant) -> String { Self.text(future.since(now)) }

  /// Two figures are enough at night.
  private static func text(_ span: Milliseconds) -> String {
    let ms = max(span.value, 0)
    if ms < 1_000 { return "\(ms) ms" }
    if ms < 120_000 { return "\(ms / 1_000) s" }
    if ms < 7_200_000 { return "\(ms / 60_000) min" }
    if ms < 172_800_000 { return "\(ms / 3_600_000) h" }
    return "\(ms / 86_400_000) days"
  }
}
