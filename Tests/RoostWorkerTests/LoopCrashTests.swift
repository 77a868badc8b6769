import RoostCore
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Crashes at random")
struct LoopCrashTests {
  /// Actors of several pools are created, woken and reported on while the worker dies at random disk operations, loses
  /// power, is starved of signals, or goes without confirmations. What must hold is checked from outside.
  private func play(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    // Small segments, so that crashes fall into their changes too.
    let rig = try Rig { $0.segmentBytes = 64 << 10 }
    let pools = (0..<5).map { PoolID(namespace: "n", name: "p\($0)") }
    for pool in pools {
      rig.store(runner: "r", .initialize(RunnerInit(session: SessionID("s"), version: 1, totalSlots: 40)), pool: pool)
    }
    var created = 0
    /// In hand alone at three deaths in a row: as often as workers die here, and given up with every right.
    var poisoned: Set<UInt64> = []
    var starts: [String: (index: CommandIndex, session: String)] = [:]
    func observe() {
      for letter in rig.link.letters where letter.reason == "poison" && letter.subject.hasSuffix(".create") {
        poisoned.insert(letter.sequence)
      }
      let parser = SubjectParser(rig.subjects)
      for message in rig.link.published where !message.subject.hasPrefix("_INBOX.") {
        do {
          if message.subject.hasPrefix("roost.event.") { continue }
          let (pool, _, verb) = try parser.command(message.subject)
          let command = try rig.codec.decodeCommand(verb, message.payload)
          guard case .start(let order) = command.body else { continue }
          let key = "\(pool) \(order.actor) g\(order.generation)"
          if let known = starts[key] {
            #expect(known.index == order.index, "seed \(seed): \(key) under two indexes")
          }
          starts[key] = (order.index, command.session.text)
        } catch {
          Issue.record("seed \(seed): \(message.subject): \(error)")
        }
      }
      rig.link.published = []
    }
    for _ in 0..<60 {
      for _ in 0..<below(12) {
        let pool = pools[below(pools.count)]
        if below(3) > 0 || created == 0 {
          created += 1
          rig.store("a\(created)", .create(Create(crashPolicy: .sleep)), pool: pool)
        } else {
          rig.store("a\(1 + below(created))", .wake(Wake()), replyTo: "_INBOX.x", pool: pool)
        }
      }
      rig.confirms = below(4) > 0
      if below(3) == 0 { rig.disk.crashAtOperation = rig.disk.operations + 1 + below(6) }
      do {
        for _ in 0...below(3) { try rig.turn(deliver: 1 + below(8)) }
        observe()
        if below(5) == 0 {
          rig.crash(.power(seed: random.next()))
          try rig.start()
        }
      } catch {
        observe()
        rig.crash(below(2) == 0 ? .nothing : .power(seed: random.next()))
        try rig.start()
      }
      rig.clocks.advance(ms: Int64(below(50)))
    }
    rig.disk.crashAtOperation = nil
    rig.confirms = true
    try rig.settle()
    observe()
    #expect(try rig.recoveredState() == rig.state, "seed \(seed)")
    let known = pools.reduce(0) { sum, pool in sum + (rig.loop.machine.reading(pool) { $0.actorCount } ?? 0) }
    #expect(known + poisoned.count == created, "seed \(seed): every create was applied once")
    #expect(rig.loop.machine.poolIDs.allSatisfy { pools.contains($0) })
    #expect(rig.loop.isHandedOver)
  }

  @Test(
    "whatever the moment, every signal is applied once and no generation is started under two indexes", arguments: 1...8
  )
  func crashes(seed: UInt64) throws { try play(seed: seed) }
}
