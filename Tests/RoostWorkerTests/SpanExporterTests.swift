import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire
import Synchronization
import Testing

@testable import RoostWorker

/// A collector that answers as it is told, the last answer again and again. It can be held.
private final class ScriptedCollector: CollectorPosting {
  private struct State {
    var answers: [PostAnswer]
    var isHeld: Bool
    var posted: [(atNs: Int64, bytes: Int)] = []
    var endNs: Int64?
  }
  private let state: Monitor<State>

  init(_ answers: PostAnswer..., isHeld: Bool = false) { state = Monitor(State(answers: answers, isHeld: isHeld)) }

  func post(_ body: [UInt8]) -> PostAnswer {
    state.update { $0.posted.append((Monotonic.nowNs(), body.count)) }
    let answer = state.wait(deadline: { $0.endNs }) { state -> PostAnswer? in
      if state.isHeld { return nil }
      return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
    }
    return answer ?? PostAnswer(status: 0, error: "over")
  }

  func end(byNs: Int64) { state.update { $0.endNs = byNs } }
  func letGo() { state.update { $0.isHeld = false } }
  var posted: [(atNs: Int64, bytes: Int)] { state.withLock { $0.posted } }
}

@Suite("The exporter of spans")
struct SpanExporterTests {
  private final class Rig {
    let metrics = Metrics()
    let lines = Collector<String>()
    let collector: ScriptedCollector
    let exporter: SpanExporter
    private let context: SpanContext

    init(_ collector: ScriptedCollector, queue: Int = 10, batch: Int = 2, delayMs: Int64 = 3_600_000) throws {
      var settings = SpanSettings()
      (settings.queueSpans, settings.batchSpans, settings.delayMs) = (queue, batch, delayMs)
      self.collector = collector
      context = try #require(
        SpanContext(Trace(parent: "00-\(String(repeating: "a", count: 32))-00f067aa0ba902b7-01", state: nil)))
      exporter = SpanExporter(
        settings, version: "1", to: collector, metrics: metrics, log: Log(from: .info) { [lines] in lines.add($0) })
    }

    func add(_ count: Int) {
      exporter.add(
        (0..<count).map { [context] in Span(context: context, id: UInt64($0), name: "n", startNs: 1, endNs: 2) })
    }

    var counts: [Int64] { [metrics[.spansExported], metrics[.spansDropped], metrics[.spansFailed]] }
  }

  private static let taken = PostAnswer(status: 200)

  @Test("a full batch leaves at once, the rest waits for its time, or for the stop")
  func batches() throws {
    let rig = try Rig(ScriptedCollector(Self.taken))
    rig.add(5)
    #expect(eventually { rig.counts == [4, 0, 0] })
    #expect(rig.collector.posted.count == 2)
    rig.exporter.stop()
    #expect(rig.counts == [5, 0, 0] && rig.collector.posted.count == 3)
    // Whoever comes too late is not forgotten in the count.
    rig.exporter.add([])
    rig.add(1)
    #expect(rig.counts == [5, 1, 0])
    #expect(rig.lines.all.isEmpty)

    let quick = try Rig(ScriptedCollector(Self.taken), delayMs: 1)
    quick.add(1)
    #expect(eventually { quick.counts == [1, 0, 0] })
    quick.exporter.stop()
  }

  @Test("a full queue drops what comes and counts it, and who adds does not wait")
  func full() throws {
    let rig = try Rig(ScriptedCollector(Self.taken, isHeld: true), queue: 3)
    rig.add(2)
    #expect(eventually { rig.collector.posted.count == 1 })
    for _ in 0..<10 { rig.add(1) }
    #expect(rig.counts == [0, 7, 0])
    rig.collector.letGo()
    rig.exporter.stop()
    #expect(rig.counts == [5, 7, 0])
  }

  @Test("a stop does not wait for a collector that does not answer, and what it did not take is counted")
  func stopWhileHeld() throws {
    let rig = try Rig(ScriptedCollector(Self.taken, isHeld: true))
    rig.add(5)
    #expect(eventually { rig.collector.posted.count == 1 })
    rig.exporter.stop()
    #expect(rig.counts == [0, 0, 5])
  }

  @Test("what waits still at the end of a stop is given up at once, however many requests it would be")
  func manyAtTheEnd() throws {
    let rig = try Rig(ScriptedCollector(Self.taken, isHeld: true), queue: 1_000, batch: 1)
    rig.add(1_000)
    #expect(eventually { rig.collector.posted.count == 1 })
    rig.exporter.stop()
    #expect(rig.counts == [0, 0, 1_000] && rig.collector.posted.count == 1)
  }

  @Test(
    "what a collector may take later is sent again, the same, after the pause that it asks for",
    arguments: [
      PostAnswer(status: 429, retryAfterS: 1), PostAnswer(status: 502), PostAnswer(status: 503),
      PostAnswer(status: 504),
      PostAnswer(status: 0, isUnconnected: true, error: "refused"),
    ])
  func again(_ answer: PostAnswer) throws {
    let rig = try Rig(ScriptedCollector(answer, Self.taken))
    rig.add(2)
    #expect(eventually { rig.counts == [2, 0, 0] })
    let posted = rig.collector.posted
    try #require(posted.count == 2)
    #expect(posted[0].bytes == posted[1].bytes && posted[1].atNs - posted[0].atNs >= 1_000_000_000)
    // What it says it says after it has counted.
    rig.exporter.stop()
    #expect(rig.lines.all.count == 2, "\(rig.lines.all)")
  }

  @Test(
    "anything else is not sent again, and is told once",
    arguments: [PostAnswer(status: 400), PostAnswer(status: 500), PostAnswer(status: 0, error: "timeout")])
  func refused(_ answer: PostAnswer) throws {
    let rig = try Rig(ScriptedCollector(answer))
    rig.add(4)
    #expect(eventually { rig.counts == [0, 0, 4] })
    #expect(rig.collector.posted.count == 2)
    #expect(rig.lines.all.count == 1, "\(rig.lines.all)")
    rig.exporter.stop()
  }

  @Test("a stop does not wait for the pause before another attempt")
  func stopInPause() throws {
    let rig = try Rig(ScriptedCollector(PostAnswer(status: 503, retryAfterS: 3_600)))
    rig.add(2)
    #expect(eventually { rig.lines.all.count == 1 })
    rig.exporter.stop()
    #expect(rig.counts == [0, 0, 2])
  }

  @Test("of a batch that was taken in part the rest is counted, and its reason told")
  func inPart() throws {
    // One was not taken: "no".
    let inPart = PostAnswer(status: 200, body: [0x0A, 0x06, 0x08, 0x01, 0x12, 0x02, 0x6E, 0x6F])
    let rig = try Rig(ScriptedCollector(inPart, Self.taken))
    rig.add(2)
    #expect(eventually { rig.counts == [1, 0, 1] })
    rig.add(2)
    #expect(eventually { rig.counts == [3, 0, 1] })
    rig.exporter.stop()
    try #require(rig.lines.all.count == 2)
    #expect(rig.lines.all[0].contains("in part: no"), "\(rig.lines.all)")
  }
}
