import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import RoostWorker
import Testing

@testable import RoostCLI

@Suite("The pools that workers name")
struct PoolListTests {
  private func answer(_ pools: [String], total: Int64) -> [UInt8] {
    ScriptedWorker.statistics(pools, total: total)
  }

  private func named(_ answers: [UInt8]...) -> NamedPools { named(answers) }

  private func named(_ answers: [[UInt8]]) -> NamedPools {
    var found = NamedPools()
    for answer in answers { found.take(answer, Subjects()) }
    return found
  }

  @Test("an answer that cannot be read is counted, and keeps none of the others")
  func unreadable() {
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    let found = named([], Array("{".utf8), [0xff, 0], Array(deep.utf8), Array("[1]".utf8), answer(["a/b"], total: 2))
    #expect(found.unreadable == 4)
    #expect(found.isAnswered)
    #expect(found.pools == [PoolID(namespace: "a", name: "b")])
    #expect(found.unnamed == 1)
    #expect(!named(Array("[1]".utf8)).isAnswered)
  }

  @Test("numbers of pools that cannot be are as many as can be said")
  func huge() {
    let largest = answer([], total: .max)
    #expect(named(largest, largest, largest).unnamed == .max)
  }

  @Test("one answer names as many as a worker does at most, all together as many as are asked about; more are counted")
  func bounds() {
    let many = { (worker: Int, count: Int) in (0..<count).map { "w\(worker)/p\($0)" } }
    let each = WorkerLimits.namedPools
    let one = named(answer(many(0, each + 5), total: Int64(each) + 5))
    #expect((one.pools.count, one.unnamed) == (each, 5))
    let workers = NamedPools.greatestPools / each + 1
    let all = named((0..<workers).map { answer(many($0, each), total: Int64(each)) })
    #expect((all.pools.count, all.unnamed) == (NamedPools.greatestPools, UInt64(each)))
    let same = named(answer(["a/b"], total: 1), answer(["a/b"], total: 1))
    #expect((same.pools.count, same.unnamed) == (1, 0))
  }

  @Test("empty answers, also those that look like the broker's, and pools that nobody serves end no list")
  func strangers() throws {
    let broker = try Broker.start()
    let connection = try NATSConnection.connect(NATSSettings(url: broker.url, name: "strangers"))
    defer { connection.close() }
    let pools = answer(["default/gpu", "default/web"], total: 2)
    let subscription = try connection.subscribe(Discovery.statistics) { message in
      guard let reply = message.reply else { return }
      do {
        try connection.publish(reply, headers: [NATSHeader("Status", "503")], payload: [])
        try connection.publish(reply, payload: [])
        try connection.publish(reply, payload: Array("no JSON".utf8))
        try connection.publish(reply, payload: pools)
      } catch { Issue.record("\(error)") }
    }
    try connection.flush(timeoutMs: 5_000)
    var it = Transcript(environment: ["NATS_URL": broker.url])
    #expect(it.roost("pool", "list") == .unavailable)
    let leftOut = "! roost: 3 answers on $SRV.STATS.roost cannot be read; they are left out\n"
    #expect(it.text.contains(leftOut), "\(it.text)")
    for pool in ["gpu", "web"] {
      #expect(it.text.contains("! roost: default/\(pool): ROOST-N005: no worker serves default/\(pool)"), "\(it.text)")
    }
    withExtendedLifetime(subscription) {}
  }

  @Test("workers that hang are waited for all together, and keep no pools of others from the list")
  func hanging() throws {
    let broker = try Broker.start()
    let connection = try NATSConnection.connect(NATSSettings(url: broker.url, name: "hanging"))
    defer { connection.close() }
    let answers = [
      answer(["default/a1", "default/a2", "default/a3"], total: 3), answer(["default/b1", "default/c1"], total: 2),
    ]
    let named = try connection.subscribe(Discovery.statistics) { message in
      guard let reply = message.reply else { return }
      do {
        for answer in answers { try connection.publish(reply, payload: answer) }
      } catch { Issue.record("\(error)") }
    }
    func subject(_ pool: String) -> String { Subjects().api(PoolID(namespace: "default", name: pool), .explain) }
    let hanging = try ["a1", "a3"].map { try connection.subscribe(subject($0)) { _ in } }
    let well = try connection.subscribe(subject("c1")) { message in
      guard let reply = message.reply else { return }
      let explanation = Explanation(actor: nil, pool: APISamples.pool, summary: "an actor that is woken now waits")
      do {
        try connection.publish(reply, payload: WireCodec().encode(.explain(explanation)))
      } catch { Issue.record("\(error)") }
    }
    try connection.flush(timeoutMs: 5_000)
    var it = Transcript(environment: ["NATS_URL": broker.url])
    #expect(it.roost("pool", "list", "--timeout", "400ms") == .unavailable)
    for (pool, code) in [("a1", "N004"), ("a2", "N005"), ("a3", "N004"), ("b1", "N005")] {
      #expect(it.text.contains("! roost: default/\(pool): ROOST-\(code): "), "\(it.text)")
    }
    #expect(it.text.contains("\ndefault/c1 "), "\(it.text)")
    withExtendedLifetime((named, hanging, well)) {}
  }
}
