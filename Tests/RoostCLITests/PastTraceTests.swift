import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import Synchronization
import Testing

@testable import RoostCLI

@Suite("The past of an actor")
struct PastTraceTests {
  private static let subjects = Subjects()
  private static let pool = PoolID(namespace: "default", name: "gpu")
  private static let (a1, a2, r1) = (ActorID("a1"), ActorID("a2"), RunnerID("r1"))

  /// A broker with signals, and a worker that tells what it is told to.
  private final class Scene {
    let broker: Broker
    let worker: ScriptedWorker
    let jetStream: JetStream

    init() throws {
      broker = try Broker.start()
      var setUp = Transcript(environment: ["NATS_URL": broker.url])
      #expect(setUp.roost("setup") == .success)
      worker = try ScriptedWorker(broker)
      jetStream = JetStream(try NATSConnection.connect(NATSSettings(url: broker.url, name: "signals")))
    }

    deinit { jetStream.connection.close() }

    func wake(_ actor: ActorID, times: Int = 1) throws {
      for _ in 0..<times { _ = try jetStream.publish(subjects.signal(pool, actor, .wake)) }
    }

    func report(_ events: RunnerEvent...) throws {
      _ = try jetStream.publish(
        subjects.signal(pool, r1, .events), payload: WireCodec().encode(.events(session: SessionID("s1"), events)))
    }

    func storedAt(_ sequence: UInt64) throws -> Instant {
      let message = try #require(try jetStream.message("ROOST_SIGNALS", sequence: sequence))
      return Instant(ms: message.storedAtNs / 1_000_000)
    }

    func trace(since: Instant, greatest: Int = 20_000) throws -> (rows: [TraceRow], complaints: [String]) {
      let words = ["trace", "default/gpu", "a1", "--since", "1h", "--server", broker.url]
      let command = try ArgumentParser.parse(words, root: CommandTree.root)
      let complaints = Mutex<[String]>([])
      let trace = PastTrace(
        client: try SignalClient(command, environment: [:]),
        reader: TraceReader(try TraceTarget(command.operands), subjects), pool: pool, actor: a1, timeoutMs: 5_000,
        complain: { text in complaints.withLock { $0.append(text) } }, greatestSignals: greatest)
      return (try trace.rows(since: since), complaints.withLock { $0 })
    }
  }

  private func entry(_ kind: String, at: Instant, cause: UInt64, through: UInt64, runner: RunnerID? = nil)
    -> HistoryEntry
  {
    HistoryEntry(
      record: 1, at: at, kind: kind, generation: 1, runner: runner, causeSequence: cause, throughSequence: through)
  }

  private func signals(_ rows: [TraceRow]) -> [UInt64] {
    rows.filter { if case .decision = $0.what { false } else { true } }.map(\.sequence)
  }

  @Test("signals of which nothing came are told too, before the first that caused something and without any such")
  func ignored() throws {
    let scene = try Scene()
    try scene.wake(Self.a1, times: 3)
    try scene.wake(Self.a2)
    try scene.wake(Self.a1)
    let since = try scene.storedAt(1)
    let bare = try scene.trace(since: since)
    #expect(signals(bare.rows) == [1, 2, 3, 5])
    scene.worker.setHistory([entry("pending", at: try scene.storedAt(5), cause: 5, through: 5)])
    let told = try scene.trace(since: since)
    #expect(told.rows.map(\.sequence) == [1, 2, 3, 5, 5])
    #expect(bare.complaints + told.complaints == [])
  }

  @Test("what is older than was asked for is left out, wherever in the stream that begins")
  func since() throws {
    let scene = try Scene()
    for number in 0..<40 { try scene.wake(number % 3 == 0 ? Self.a2 : Self.a1) }
    let all = try (UInt64(1)...40).filter { $0 % 3 != 1 }.map { (sequence: $0, at: try scene.storedAt($0)) }
    for moment in Set(all.map(\.at.ms)).map({ Instant(ms: $0) }) {
      for since in [moment, Instant(ms: moment.ms + 1)] {
        #expect(signals(try scene.trace(since: since).rows) == all.filter { $0.at >= since }.map(\.sequence))
      }
    }
    #expect(try scene.trace(since: Instant(ms: 0)).rows.count == all.count)
  }

  @Test("of too many signals the newest are shown, and that there are more is said", arguments: [0, 200])
  func tooMany(others: Int) throws {
    let scene = try Scene()
    try scene.wake(Self.a1, times: 60)
    try scene.wake(Self.a2, times: others)
    try scene.wake(Self.a1, times: 60)
    let all = try scene.trace(since: Instant(ms: 0), greatest: 120)
    #expect(all.rows.count == 120 && all.complaints == [])
    let some = try scene.trace(since: Instant(ms: 0), greatest: 50)
    #expect((1...50).contains(some.rows.count), "\(some.rows.count)")
    #expect(signals(some.rows) == signals(all.rows).suffix(some.rows.count))
    #expect(some.complaints.count == 1 && some.complaints[0].contains("newest \(some.rows.count) signals to a1"))
  }

  @Test("what a runner said of an actor is found however far before the end of its record")
  func reports() throws {
    let scene = try Scene()
    try scene.report(RunnerEvent(index: 1, actor: Self.a1, generation: 9, kind: .running))
    try scene.wake(Self.a1)
    try scene.report(RunnerEvent(index: 2, actor: Self.a2, generation: 2, kind: .running))
    try scene.report(RunnerEvent(index: 3, actor: Self.a1, generation: 1, kind: .running))
    try scene.wake(Self.a2, times: 600)
    let at = try scene.storedAt(2)
    scene.worker.setHistory([
      entry("ready", at: try scene.storedAt(604), cause: 2, through: 604, runner: Self.r1),
      entry("start", at: at, cause: 2, through: 2, runner: Self.r1),
    ])
    let told = try scene.trace(since: Instant(ms: 0))
    #expect(told.rows.map(\.place) == [.signal, .command, .runner, .event])
    #expect(told.rows.map(\.sequence) == [2, 2, 4, 2])
    #expect(told.complaints == [])
  }
}
