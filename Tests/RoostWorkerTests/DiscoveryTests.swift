import Foundation
import RoostCore
import RoostNATS
import RoostWire
import Testing

@testable import RoostWorker

@Suite("The worker as a NATS micro service")
struct DiscoveryTests {
  private func ask(_ rig: Rig, _ subject: String) throws -> [String: Any]? {
    rig.link.replies = []
    rig.ask(subject, [])
    try rig.settle()
    guard let payload = rig.link.replies.first?.payload else { return nil }
    return try JSONSerialization.jsonObject(with: Data(payload)) as? [String: Any]
  }

  @Test("ping, info and stats say who it is, what it answers and how that went")
  func faces() throws {
    let rig = try Rig { $0.settings.workerName = "w1" }
    #expect(Discovery.subjects(id: "w1").count == 9)
    let ping = try #require(try ask(rig, "$SRV.PING"))
    #expect(ping["type"] as? String == "io.nats.micro.v1.ping_response")
    #expect(ping["name"] as? String == "roost")
    #expect(ping["id"] as? String == "w1")
    let info = try #require(try ask(rig, "$SRV.INFO.roost"))
    let endpoints = try #require(info["endpoints"] as? [[String: Any]])
    #expect(endpoints.count == APIVerb.allCases.count)
    #expect(endpoints.contains { $0["subject"] as? String == "roost.api.*.*.get" })
    _ = try rig.reply(to: .get(ActorID("a1")))
    let stats = try #require(try ask(rig, "$SRV.STATS.roost.w1"))
    let explain = try #require((stats["endpoints"] as? [[String: Any]])?.first { $0["name"] as? String == "explain" })
    #expect((explain["data"] as? [String: Any])?["pools"] as? [String] == [])
    let get = try #require((stats["endpoints"] as? [[String: Any]])?.first { $0["name"] as? String == "get" })
    #expect(get["num_requests"] as? Int == 1)
    #expect(get["num_errors"] as? Int == 1)
    #expect((get["last_error"] as? String)?.hasPrefix("unknown_pool: ") == true)
  }

  @Test("the pools are named as far as a message has room for them, and how many there are is always said")
  func pools() throws {
    let discovery = Discovery(id: "w1", version: "1", startedMs: 0, subjects: Subjects())
    let pools = (0..<3_000).map { PoolID(namespace: String(repeating: "n", count: 32), name: "p\($0)") }
    for (bytes, named) in [(1 << 20, WorkerLimits.namedPools), (1 << 15, 361), (0, 0)] {
      let reply = try #require(discovery.reply(to: Discovery.statistics, pools: pools, greatestBytes: bytes))
      let found = try #require(Discovery.pools(try JSONValue.parse(reply, from: "w1"), Subjects()))
      #expect(found.named == Array(pools.prefix(named)))
      #expect(found.total == 3_000)
      let others = try #require(Subjects(prefix: "other"))
      #expect(Discovery.pools(try JSONValue.parse(reply, from: "w1"), others) == nil)
      #expect(reply.count <= max(bytes, WorkerLimits.discoveryBytes))
    }
  }

  @Test("what is no name of a pool is left out, whoever answered")
  func strangers() throws {
    let answer = #"""
      {"endpoints":[{"subject":"roost.api.*.*.explain",
      "data":{"pools":["default/gpu","Default/gpu","gpu","a/b/c","\u001b[2J/x",7],"pools_total":6}}]}
      """#
    let found = try #require(Discovery.pools(try JSONValue.parse(Array(answer.utf8), from: "w1"), Subjects()))
    #expect(found.named == [PoolID(namespace: "default", name: "gpu")])
    #expect(found.total == 6)
  }
}
