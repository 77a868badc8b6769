import Testing

@testable import RoostCore
import RoostTestKit
@testable import RoostWire

@Suite("API on the wire")
struct APICodecTests {
  let codec = WireCodec()

  @Test("every request comes back as it was", arguments: APISamples.requests)
  func request(_ request: APIRequest) throws {
    #expect(try codec.decodeRequest(request.verb, codec.encode(request)) == request)
  }

  @Test("every reply comes back as it was, and an error is read under every verb")
  func replies() throws {
    for (verb, reply) in APISamples.replies {
      #expect(try codec.decodeReply(verb, codec.encode(reply)) == reply)
    }
  }

  @Test("an empty request asks for the first page of a list, and for nothing elsewhere")
  func emptyRequests() throws {
    #expect(try codec.decodeRequest(.list, []) == .list(ListRequest()))
    #expect(try codec.decodeRequest(.runners, []) == .runners(RunnersRequest()))
    #expect(try codec.decodeRequest(.pending, []) == .pending(PendingRequest()))
    #expect(try codec.decodeRequest(.explain, []) == .explain(nil))
    for verb: APIVerb in [.wake, .get, .history] {
      #expect(Errors.thrown { () throws(WireError) in try codec.decodeRequest(verb, []) }?.reason == .undecodable)
    }
  }

  @Test("what the machine shows of an actor is what the API tells")
  func descriptions() {
    for record in JournalSamples.records {
      let description = ActorDescription(
        ActorView(
          id: Samples.actor, facts: Samples.facts, record: record, session: Samples.session, queuePosition: 3,
          pendingReason: "no_runner"))
      #expect(description.state == record.state.name)
      #expect(description.runner == record.state.placement?.runner)
      #expect(description.ticket == record.state.ticket ?? 0)
      #expect(description.hasRewake == (record.state.rewake != nil))
      #expect(description.waiters == UInt32(record.waiters.count))
      #expect(description.lastErrorCode == record.lastError?.code ?? "")
      #expect(description.inputBytes == 3)
    }
    let demand = Demand(override: .dontSleep(until: Instant(ms: 9)))
    let pending = ActorRecord(state: .pending(4, since: Instant(ms: 5), demand))
    let description = ActorDescription(
      ActorView(
        id: Samples.actor, facts: Samples.facts, record: pending, session: nil, queuePosition: 1, pendingReason: nil))
    #expect(description.since == Instant(ms: 5))
    #expect(description.until == Instant(ms: 9))
  }
}
