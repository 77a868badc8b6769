import RoostCore
import RoostWire
import Synchronization
import Testing

@testable import RoostWorker

private final class KeptSpans: SpanSink {
  private let kept = Mutex<[Span]>([])
  func add(_ spans: [Span]) { kept.withLock { $0 += spans } }
  var all: [Span] { kept.withLock { $0 } }
}

@Suite("Spans of a loop")
struct LoopSpanTests {
  private let kept = KeptSpans()

  private func rig() throws -> Rig {
    let rig = try Rig { $0.spans = kept }
    rig.announce(slots: 1)
    try rig.settle()
    return rig
  }

  private func parent(_ letter: Character, flags: String = "01") -> String {
    "00-\(String(repeating: letter, count: 32))-00f067aa0ba902b7-\(flags)"
  }

  /// What messages carry, less what signals carried themselves.
  private func carried(_ rig: Rig) -> Set<String> {
    Set(rig.link.published.flatMap(\.headers).filter { $0.name == "traceparent" }.map(\.value))
  }

  /// As they stand in a traceparent.
  private func told() -> Set<String> {
    Set(
      kept.all.map { span in
        func hex(_ number: UInt64) -> String {
          let digits = String(number, radix: 16)
          return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return "00-\(hex(span.context.traceHigh))\(hex(span.context.traceLow))-\(hex(span.id))-01"
      })
  }

  @Test("each span is one that messages carry, each that they carry is told once, with the signal's times and name")
  func story() throws {
    let rig = try rig()
    let createdNs = UInt64(rig.brokerNs)
    rig.store("a1", .create(Create()), replyTo: "_INBOX.1", traceparent: parent("a"))
    rig.clocks.advance(ms: 5)
    try rig.settle()
    rig.report(RunnerEvent(index: 1, actor: ActorID("a1"), generation: 1, kind: .running))
    try rig.settle()
    // It waits, and starts when the other one has gone, under its wake's trace.
    rig.store("a2", .create(Create()))
    rig.store("a2", .wake(Wake(override: .dontSleep(pendingTimeoutMs: nil))), traceparent: parent("b"))
    try rig.settle()
    rig.store("a1", .sleep, traceparent: parent("c"))
    try rig.settle()
    rig.report(RunnerEvent(index: 2, actor: ActorID("a1"), generation: 1, kind: .stopped(error: nil)))
    try rig.settle()

    try #require(kept.all.map(\.name) == ["roost create", "roost ready", "roost wake", "roost sleep", "roost start"])
    #expect(told() == carried(rig) && told().count == 5, "\(told()) \(carried(rig))")
    #expect(kept.all.allSatisfy { $0.context.span == 0x00f0_67aa_0ba9_02b7 && $0.startNs <= $0.endNs })
    #expect(kept.all[0].startNs == createdNs && kept.all[0].endNs == createdNs + 5_000_000)
    #expect(kept.all[0].attributes.contains(SpanAttribute("roost.signal.verb", "create")))
    #expect(kept.all[4].attributes.contains(SpanAttribute("roost.actor.id", "a2")))
    #expect(kept.all[4].attributes.contains(SpanAttribute("roost.runner.id", "r1")))
  }

  @Test("a trace that its caller does not keep has no span, nor what no traced signal caused")
  func unsampled() throws {
    let rig = try rig()
    rig.store("a1", .create(Create()), traceparent: parent("a", flags: "00"))
    rig.store("a2", .create(Create()))
    rig.store("a3", .create(Create()), traceparent: "nonsense")
    try rig.settle()
    #expect(!carried(rig).isEmpty)
    #expect(kept.all.isEmpty)
  }

  @Test("an invalid trace goes no further, and one of a later version goes on as version 00")
  func versions() throws {
    let rig = try rig()
    let invalid = [
      "ff" + parent("a").dropFirst(2), parent("0"), "00-\(String(repeating: "a", count: 32))-0000000000000000-01",
    ]
    for (place, parent) in invalid.enumerated() {
      rig.store("a\(place)", .create(Create()), replyTo: "_INBOX.1", traceparent: parent)
    }
    try rig.settle()
    #expect(carried(rig).isEmpty && kept.all.isEmpty)
    rig.store("b", .create(Create()), traceparent: "cc" + parent("b").dropFirst(2) + "-more")
    try rig.settle()
    #expect(kept.all.count == 1 && told() == carried(rig), "\(told()) \(carried(rig))")
  }

  @Test("signals of one trace that one record holds are one span, and who is refused has one too")
  func together() throws {
    let rig = try rig()
    rig.store("a1", .create(Create()), traceparent: parent("a"))
    rig.store("a2", .create(Create()), traceparent: parent("a"))
    try rig.settle()
    #expect(kept.all.count == 1 && told() == carried(rig))
    rig.store(
      rig.subjects.signal(rig.pool, ActorID("a1"), .wake), [0xff], replyTo: "_INBOX.1", traceparent: parent("d"))
    try rig.settle()
    #expect(kept.all.last?.name == "roost wake")
    #expect(told() == carried(rig))
  }

  @Test("nothing is told before it is durable, and what is sent again after a crash is not told again")
  func crash() throws {
    let rig = try rig()
    rig.confirms = false
    rig.store("a1", .create(Create()), replyTo: "_INBOX.1", traceparent: parent("a"))
    try rig.settle()
    let before = carried(rig)
    #expect(told() == before)
    rig.crash()
    try rig.start()
    try rig.settle()
    #expect(carried(rig) == before)
    #expect(kept.all.count == 1)
  }
}
