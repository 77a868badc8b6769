import RoostCore
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Questions to a loop")
struct LoopQuestionTests {
  @Test("get answers from what is durable; unknown actors and pools are said to be so")
  func get() throws {
    let rig = try Rig()
    rig.ask(.get(ActorID("a1")))
    try rig.turn()
    rig.store("a1", .create(Create(name: "worker")))
    rig.ask(.get(ActorID("a1")))
    rig.ask(.get(ActorID("a2")))
    try rig.turn()
    let replies = try rig.takeReplies(.get)
    #expect(replies.map(\.code) == ["unknown_pool", nil, "unknown_actor"])
    guard case .get(let actor) = replies[1] else {
      Issue.record("get gave \(replies[1])")
      return
    }
    #expect(actor.name == "worker")
    #expect(actor.state == "sleeping")
  }

  @Test("whatever cannot be answered is said with its remedy, and nobody is answered who did not ask to be")
  func refusals() throws {
    let rig = try Rig()
    rig.store("a1", .create(Create()))
    try rig.settle()
    rig.ask("roost.api.default.gpu.sing", [])
    rig.ask("roost.api.Default.gpu.get", [])
    rig.ask("roost.api.default.gpu.get", [0xFF, 0xFF])
    rig.ask("roost.api.default.gpu.get", [])
    rig.ask("roost.api.default.gpu.list", [0x0A, 0x01, 0xC3])
    rig.ask("roost.api.default.gpu.list", [0x0A, 0x01, 0x78])
    rig.ask("roost.api.default.gpu.get", [0xFF], replyTo: nil)
    try rig.settle()
    let replies = try rig.takeReplies(.get)
    #expect(
      replies.map(\.code) == [
        "unknown_verb", "malformed_pool", "undecodable", "undecodable", "not_utf8", "unknown_state",
      ])
    for reply in replies {
      #expect(reply.error?.message.isEmpty == false)
      #expect(reply.error?.isRetryable == false)
    }
  }

  @Test("a worker of some pools leaves the others' questions to the workers that have them")
  func othersPools() throws {
    let rig = try Rig { $0.settings.servedPools = [PoolID(namespace: "default", name: "gpu")] }
    rig.ask(.runners(RunnersRequest()), in: PoolID(namespace: "default", name: "cpu"))
    rig.ask("roost.api.default.cpu.sing", [])
    try rig.settle()
    #expect(rig.link.replies.isEmpty)
  }

  @Test("before the stream was read to its end, and while the disk is full, the reply says to ask again")
  func notReady() throws {
    let rig = try Rig()
    try rig.settle()
    rig.store("a1", .create(Create()))
    rig.crash()
    try rig.start(linkUp: false)
    rig.ask(.get(ActorID("a1")))
    try rig.loop.turn(&rig.arrivals)
    var reply = try #require(try rig.takeReplies(.get).first)
    #expect(reply.code == "not_ready")
    #expect(reply.error?.isRetryable == true)
    rig.bringUp()
    try rig.settle()
    #expect(try rig.reply(to: .get(ActorID("a1"))).code == nil)

    rig.disk.isFull = true
    rig.store("a2", .create(Create()))
    try rig.turn()
    rig.ask(.get(ActorID("a1")))
    try rig.turn()
    reply = try #require(try rig.takeReplies(.get).first)
    #expect(reply.code == "journal_full")
    #expect(reply.error?.isRetryable == true)
  }

  @Test("more questions than may wait are told so; those that wait are answered in their order")
  func tooMany() throws {
    let rig = try Rig()
    rig.store("a1", .create(Create()))
    try rig.settle()
    for _ in 0..<WorkerLimits.waitingRequests + 3 { rig.ask(.get(ActorID("a1"))) }
    try rig.settle()
    let replies = try rig.takeReplies(.get)
    #expect(replies.count == WorkerLimits.waitingRequests + 3)
    #expect(replies.prefix(3).map(\.code) == ["busy", "busy", "busy"])
    #expect(replies[0].error?.isRetryable == true)
    #expect(replies.dropFirst(3).allSatisfy { $0.code == nil })
  }
}
