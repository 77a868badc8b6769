import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import Testing

@testable import RoostCLI

@Suite("Questions and what is done to pools, by the command line, on a real broker")
struct QuestionTranscriptTests {
  private static let began = Instant(ms: 1_795_468_106_007)

  private static var actors: [ActorDescription] {
    var waiting = ActorDescription(
      actor: ActorID("a2"), name: "odd\u{1b}[31m", key: "k", state: "pending", createdAt: began)
    (waiting.ticket, waiting.queuePosition, waiting.pendingReason) = (7, 1, "newest_full")
    waiting.until = began.adding(Milliseconds(5_000))
    var running = ActorDescription(
      actor: ActorID("a1"), name: "render", state: "running", generation: 3, createdAt: began)
    running.runner = RunnerID("r1")
    return [running, waiting]
  }

  private static var runners: [RunnerDescription] {
    var open = RunnerDescription(runner: RunnerID("r1"), session: SessionID("s1"), state: "open", since: began)
    (open.version, open.totalSlots, open.reservedSlots, open.pingAge) = (2, 4, 1, Milliseconds(250))
    open.metadata = [MetadataEntry(key: "host", value: "h1")]
    var closed = RunnerDescription(runner: RunnerID("r2"), session: nil, state: "closed", since: began)
    closed.closeReason = "lost"
    return [open, closed]
  }

  private static let queue = [
    PendingEntry(
      actor: ActorID("a2"), ticket: 7, queuePosition: 1, since: began, deadline: began.adding(Milliseconds(5_000)),
      waiters: 2),
    PendingEntry(actor: ActorID("a3"), ticket: 9, queuePosition: 2, since: began.adding(Milliseconds(1_000))),
  ]

  /// Two rows, a page each where a page is asked for that has room for one only.
  @Sendable private static func answer(_ request: APIRequest) -> APIReply? {
    switch request {
    case .list(let request):
      let found = actors.filter {
        (request.state.isEmpty || $0.state == request.state) && $0.actor.text > request.after
      }
      let page = Array(found.prefix(request.limit == 1 ? 1 : found.count))
      let next = page.count < found.count ? page.last?.actor.text ?? "" : ""
      return .list(ActorPage(actors: page, next: next, total: UInt64(actors.count)))
    case .runners: return .runners(RunnerPage(runners: runners, total: 2))
    case .pending: return .pending(PendingPage(entries: queue, total: 2, reason: "newest_full"))
    case .explain(let actor?):
      guard actor == ActorID("a2") else {
        return .failed(APIError(code: "unknown_actor", message: "there is no such actor in this pool; create it first"))
      }
      return .explain(
        Explanation(
          actor: actors[1], summary: "a2 waits for a slot", facts: ["all 4 slots of the newest version are taken"],
          remedies: ["start a runner, or wait for an actor to sleep"]))
    case .explain(nil):
      return .explain(
        Explanation(
          actor: nil, pool: APISamples.pool, summary: "an actor that is woken now waits", facts: ["no free slot"]))
    case .wake, .get, .history: return nil
    }
  }

  private func scene() throws -> (Broker, ScriptedWorker, Transcript) {
    let broker = try Broker.start()
    var it = Transcript(environment: ["NATS_URL": broker.url], replacements: [(broker.url, "nats://broker")])
    it.roost("setup")
    let worker = try ScriptedWorker(broker)
    worker.answer(Self.answer)
    return (broker, worker, it)
  }

  @Test("lists, explanations and pools, as text and for programs, and what nobody can tell")
  func questions() throws {
    var (broker, worker, it) = try scene()
    for words in [
      ["actor", "list", "default/gpu"], ["runner", "list", "default/gpu"], ["pending", "default/gpu"],
      ["actor", "explain", "default/gpu", "a2"], ["pool", "explain", "default/gpu"], ["pool", "get", "default/gpu"],
    ] {
      it.roost(words)
      it.roost(words + ["--output", "json"])
    }
    it.roost("actor", "list", "default/gpu", "--state", "pending", "--output", "jsonl")
    it.roost("actor", "list", "default/gpu", "--limit", "1")
    it.roost("actor", "explain", "default/gpu", "a9")
    it.roost("pool", "list")
    worker.name(["default/gpu", "default/web"])
    it.roost("pool", "list")
    it.roost("pool", "list", "--output", "json")
    broker.stop()
    it.roost("pool", "list")
    try Golden.expect(it.text, is: "questions")
  }

  @Test("a pool is configured, its runners are drained, one or all that are open")
  func changes() throws {
    var (broker, worker, it) = try scene()
    worker.script("configure", [.accepted(state: "", final: true)])
    worker.script("configure", [.rejected("invalid_settings")])
    worker.script("drain", [.accepted(state: "", final: true)])
    it.roost("pool", "configure", "default/gpu", "--set", "max_pending=7", "--set", "events=outcomes")
    it.roost("pool", "configure", "default/gpu", "--defaults", "--output", "json")
    it.roost("pool", "configure", "default/gpu")
    it.roost("runner", "drain", "default/gpu", "r2")
    it.roost("pool", "drain", "default/gpu")
    it.roost("pool", "drain", "default/gpu", "--no-wait", "--output", "jsonl")
    try Golden.expect(it.text, is: "pool-changes")
    withExtendedLifetime(broker) {}
  }
}
