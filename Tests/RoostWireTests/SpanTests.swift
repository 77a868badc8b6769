import RoostCore
import RoostTestKit
import RoostWire
import Testing

@Suite("Spans")
struct SpanTests {
  private static let trace = Trace(parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", state: "a=b")

  static let export = SpanExport(
    resource: [SpanAttribute("service.name", "roost")], version: "1.2",
    spans: [
      Span(
        context: SpanContext(trace)!, id: 0x0102_0304_0506_0708, state: "a=b", name: "roost wake",
        startNs: 1_700_000_000_000_000_001, endNs: .max,
        attributes: [SpanAttribute("roost.pool", "default/gpu"), SpanAttribute("roost.signal.sequence", 7)])
    ])

  @Test("the span of a record is what its messages carry as parent, the same every time and another for each record")
  func ids() throws {
    let trace = Self.trace
    let parent = trace.parent(spanOf: 40)
    let context = try #require(SpanContext(Trace(parent: parent, state: nil)))
    #expect(context.span == trace.span(of: 40))
    #expect(context.traceHigh == 0x0af7_6519_16cd_43dd && context.traceLow == 0x8448_eb21_1c80_319c)
    #expect(parent == "00-0af7651916cd43dd8448eb211c80319c-306379f2158e406a-01", "\(parent)")
    #expect(Set((1...1_000).map { trace.span(of: $0) }).count == 1_000)
  }

  @Test(
    "a trace is kept when its caller keeps it",
    arguments: [("00", false), ("01", true), ("02", false), ("03", true), ("ff", true)])
  func sampled(flags: String, isSampled: Bool) throws {
    let context = try #require(SpanContext(Trace(parent: "\(Self.trace.parent.dropLast(2))\(flags)", state: nil)))
    #expect(context.isSampled == isSampled)
    #expect(context.span == 0xb7ad_6b71_6920_3331)
  }

  @Test(
    "what cannot be a trace has no span",
    arguments: [
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "", "00-0af7651916cd43dd",
    ])
  func impossible(parent: String) {
    #expect(SpanContext(Trace(parent: parent, state: nil)) == nil)
  }

  @Test("a collector's answer says what it did not take")
  func reply() throws {
    let codec = WireCodec()
    #expect(try codec.decodeSpanExportReply([]) == SpanExportReply(rejectedSpans: 0, message: ""))
    let rejecting: [UInt8] = [0x0A, 0x06, 0x08, 0x03, 0x12, 0x02, 0x6E, 0x6F]
    #expect(try codec.decodeSpanExportReply(rejecting) == SpanExportReply(rejectedSpans: 3, message: "no"))
    #expect(throws: WireError.self) { try codec.decodeSpanExportReply([0xff]) }
  }
}
