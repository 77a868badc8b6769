import Foundation
import RoostCore
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
    let get = try #require((stats["endpoints"] as? [[String: Any]])?.first { $0["name"] as? String == "get" })
    #expect(get["num_requests"] as? Int == 1)
    #expect(get["num_errors"] as? Int == 1)
    #expect((get["last_error"] as? String)?.hasPrefix("unknown_pool: ") == true)
  }
}
