import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import Testing

@testable import RoostCLI

@Suite("Signals by the command line, on a real broker")
struct ActorTranscriptTests {
  private func transcript(_ broker: Broker) -> Transcript {
    Transcript(environment: ["NATS_URL": broker.url], replacements: [(broker.url, "nats://broker")])
  }

  @Test("set-up makes what is missing and changes nothing, a signal is stored, and every failure is told apart")
  func withoutWorker() throws {
    let broker = try Broker.start()
    var it = transcript(broker)
    it.roost("actor", "wake", "default/gpu", "a1", "--no-wait")
    it.roost("setup")
    it.roost("setup")
    it.roost("setup", "--max-bytes", "1GiB")
    it.roost("actor", "wake", "default/gpu", "a1", "--no-wait")
    it.roost("actor", "create", "default/gpu", "a1", "--no-wait", "--msg-id", "once", "--output", "jsonl")
    it.roost("actor", "create", "default/gpu", "a1", "--no-wait", "--msg-id", "once", "--output", "json")
    it.roost("actor", "sleep", "default/gpu", "a1", "--timeout", "50ms")
    it.roost("actor", "wake", "default/gpu", "a1", "--wait", "--ready-timeout", "50ms", "--pending-timeout", "1ms")
    it.roost("actor", "get", "default/gpu", "a1")
    broker.stop()
    it.roost("actor", "wake", "default/gpu", "a1")
    it.roost("actor", "wake", "default/gpu", "a1", "--output", "json")
    it.roost("setup")
    try Golden.expect(it.text, is: "without-worker")
  }

  @Test("answers are printed as they come, and the exit code says how it ended")
  func withAnswers() throws {
    let broker = try Broker.start()
    var it = transcript(broker)
    it.roost("setup")
    let worker = try ScriptedWorker(broker)
    worker.script(
      "create.a1", [.accepted(state: "starting", final: true)])
    worker.script(
      "wake.a1",
      [.accepted(state: "pending", final: false), .pending(3), .accepted(state: "pending", final: false), .ready])
    worker.script("wake.a2", [.accepted(state: "pending", final: false), .pending(1), .timedOut])
    worker.script("wake.a3", [.rejected("unknown_actor")])
    worker.script("wake.a4", [.accepted(state: "pending", final: false)])
    worker.script("sleep.a5", [.held])
    worker.script("wake.a5", [.held])
    it.roost("actor", "create", "default/gpu", "a1", "--name", "render", "--key", "k", "--crash-policy", "restart")
    it.roost("actor", "wake", "default/gpu", "a1")
    it.roost("actor", "wake", "default/gpu", "a1", "--output", "jsonl")
    it.roost("actor", "wake", "default/gpu", "a4", "--timeout", "300ms", "--output", "json")
    it.roost("actor", "wake", "default/gpu", "a2", "--pending-timeout", "3s")
    it.roost("actor", "wake", "default/gpu", "a3")
    it.roost("actor", "wake", "default/gpu", "a4", "--timeout", "300ms")
    it.roost("actor", "sleep", "default/gpu", "a5", "--timeout", "300ms")
    it.roost("actor", "wake", "default/gpu", "a5", "--wait", "--ready-timeout", "300ms")
    try Golden.expect(it.text, is: "answers")
    #expect(
      worker.signals.first
        == .create(Create(name: "render", key: "k", crashPolicy: .restart)))
    #expect(worker.signals.contains(.wake(Wake(override: .dontSleep(pendingTimeoutMs: 3_000)))))
  }

  @Test("wake --wait wakes again through stops until the actor is ready, with what is left of its patience")
  func untilReady() throws {
    let broker = try Broker.start()
    var it = transcript(broker)
    it.roost("setup")
    let worker = try ScriptedWorker(broker)
    worker.script("wake.a1", [.accepted(state: "starting", final: false), .sleeping])
    worker.script("wake.a1", [.accepted(state: "starting", final: false), .ready])
    worker.script("wake.a2", [.accepted(state: "pending", final: false), .pending(1), .timedOut])
    it.roost("actor", "wake", "default/gpu", "a1", "--wait")
    it.roost("actor", "wake", "default/gpu", "a2", "--wait", "--pending-timeout", "2s")
    try Golden.expect(it.text, is: "until-ready")
    let patience = worker.signals.compactMap { signal -> UInt64? in
      guard case .wake(let wake) = signal, case .dontSleep(let ms?) = wake.override else { return nil }
      return ms
    }
    try #require(patience.count == 3)
    #expect(patience[0] > 50_000 && patience[1] <= patience[0] && patience[2] <= 2_000)
  }

  @Test("get shows the actor as text and as one JSON object")
  func get() throws {
    let broker = try Broker.start()
    var it = transcript(broker)
    it.roost("setup")
    let worker = try ScriptedWorker(broker)
    var actor = ActorDescription(
      actor: ActorID("a1"), name: "render", key: "k\n1", crashPolicy: .restart, state: "pending", generation: 4,
      createdAt: Instant(ms: 1_795_468_106_007))
    actor.ticket = 7
    actor.queuePosition = 2
    actor.pendingReason = "newest_full"
    actor.until = Instant(ms: 1_795_468_166_007)
    actor.inputBytes = 12
    worker.setActor(actor)
    it.roost("actor", "get", "default/gpu", "a1")
    it.roost("actor", "get", "default/gpu", "a1", "--output", "json")
    it.roost("actor", "get", "default/gpu", "a2")
    try Golden.expect(it.text, is: "get")
  }

  @Test("history shows the newest of what happened, the oldest first, and says when there is more")
  func history() throws {
    let broker = try Broker.start()
    var it = transcript(broker)
    it.roost("setup")
    let worker = try ScriptedWorker(broker)
    func entry(
      _ record: UInt64, _ kind: String, cause: UInt64 = 0, generation: Generation = 1, reason: String = "",
      ticket: UInt64 = 0
    ) -> HistoryEntry {
      HistoryEntry(
        record: record, at: Instant(ms: 1_795_468_106_007 + Int64(record) * 1_000), kind: kind, generation: generation,
        runner: generation > 0 ? RunnerID("r1") : nil, causeSequence: cause, reason: reason, ticket: ticket,
        queuePosition: ticket, throughSequence: record > 5 ? 6 : 0)
    }
    worker.setHistory([
      entry(9, "ready", cause: 4), entry(8, "start", cause: 4, reason: HistoryEntry.runnerJoined),
      entry(5, "pending", cause: 4, generation: 0, reason: "no_runner", ticket: 1),
      entry(3, "created", cause: 2, generation: 0),
    ])
    it.roost("actor", "history", "default/gpu", "a1")
    it.roost("actor", "history", "default/gpu", "a1", "--limit", "3")
    it.roost("actor", "history", "default/gpu", "a1", "--limit", "4294967295", "--output", "jsonl")
    it.roost("actor", "history", "default/gpu", "a1", "--limit", "1", "--output", "json")
    it.roost("actor", "history", "default/gpu", "a1", "--limit", "0")
    worker.setHistory([])
    it.roost("actor", "history", "default/gpu", "a1")
    it.roost("actor", "history", "default/gpu", "a1", "--output", "json")
    try Golden.expect(it.text, is: "actor-history")
  }
}
