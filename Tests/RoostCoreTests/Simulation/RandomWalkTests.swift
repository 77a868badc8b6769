import Testing

@testable import RoostCore

#if canImport(Glibc)
  import Glibc
#endif

private func setting(_ name: String, _ fallback: Int) -> Int {
  getenv(name).flatMap { Int(String(cString: $0)) } ?? fallback
}

/// `ROOST_WALK_SEEDS` (200) seeds from `ROOST_WALK_FIRST` (1) on, `ROOST_WALK_STEPS` (1,000) steps each.
private let seeds = setting("ROOST_WALK_SEEDS", 200)
private let first = setting("ROOST_WALK_FIRST", 1)
private let steps = setting("ROOST_WALK_STEPS", 1_000)
private let lanes = 4

@Suite("Random walks") struct RandomWalkTests {
  @Test(
    "Whatever comes in whatever order, the invariants hold after every step, and a worker that dies says the same",
    arguments: 0..<lanes)
  func walks(_ lane: Int) {
    var seen: Set<String> = []
    for seed in stride(from: first + lane, to: first + seeds, by: lanes) {
      var walk = Walk(seed: UInt64(seed))
      for step in 1...steps {
        let isSame = walk.step()
        if !isSame {
          Issue.record("seed \(seed), step \(step): \(walk.kept.said) after a death: \(walk.restarted.said)")
        }
        if !isSame || walk.kept.hasFailed || walk.restarted.hasFailed { return }
      }
      walk.settle()
      #expect(walk.kept.changes == walk.restarted.changes, "seed \(seed): the states differ at the end")
      seen.formUnion(walk.seen)
    }
    guard seeds >= 200, steps >= 1_000 else { return }
    let missing = Self.expected.subtracting(seen)
    #expect(missing.isEmpty, "the walk never came across these")
  }

  /// What a walk that goes everywhere comes across: every state, event, answer, refusal, close and stop.
  static let expected: Set<String> = [
    "state sleeping", "state backoff", "state pending", "state starting", "state running", "state sleepIntent",
    "state stopIntent", "state goingAway", "state destroying", "state destroyed", "state unknown",
    "rejected already_exists", "rejected duplicate_key", "rejected limit:key", "rejected unknown_actor",
    "rejected not_pending", "rejected stale_ticket", "rejected unknown_runner", "rejected draining",
    "rejected stale_runner", "rejected no_slot", "rejected queue_full", "rejected limit:pending_timeout_ms",
    "rejected limit:max_actors", "created ", "backoff ", "ready ", "destroying ", "sleepIntent ",
    "pending no_runner", "pending all_stale", "pending all_draining", "pending newest_full", "pending backoff",
    "pendingTimeout newest_full", "goingAway drain", "goingAway asked", "stopped ok", "stopped error",
    "lost no_start_report", "lost no_stop_report", "lost runner_lost", "lost superseded", "lost changed",
    "lost unknown_session", "lost drain_deadline", "lost handed_back",
    "destroyed asked", "destroyed completed", "destroyed crash_policy",
    "sleeping asked", "sleeping stopped", "sleeping crash_policy", "sleeping pending_timeout", "sleeping queue_full",
    "timedOut expired", "timedOut newest_full", "timedOut backoff", "timedOut sleepIntent",
    "accepted too_many_waiters", "accepted queue_full", "ignored draining", "ignored running",
    "close lost", "close superseded", "close changed", "close unknown_session", "close drained", "close drain_deadline",
    "stop sleep", "stop stop", "stop goingAway", "stop destroy", "stop stale", "dropped",
  ]
}
