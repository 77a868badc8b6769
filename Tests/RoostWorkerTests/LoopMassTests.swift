import RoostCore
import RoostJournal
import RoostTelemetry
import RoostTestKit
import RoostWire
import Testing

@testable import RoostWorker

@Suite("Thousands of actors at once")
struct LoopMassTests {
  @Test(
    "a runner that loses all of its actors in one input is journalled in one commit, and recovery equals the live state"
  )
  func massLoss() throws {
    let count = 5_000
    let rig = try Rig { $0.segmentBytes = 64 << 20 }
    rig.announce(slots: 100_000)
    for actor in 0..<count {
      rig.store("actor-with-a-long-id-\(actor)", .create(Create(crashPolicy: .restart)))
    }
    try rig.settle()
    for actor in 0..<count {
      rig.report(
        RunnerEvent(
          index: EventIndex(actor + 1), actor: ActorID("actor-with-a-long-id-\(actor)"), generation: 1, kind: .running))
    }
    try rig.settle()
    #expect(rig.starts.count == count)
    let flushes = rig.disk.flushes
    let bytes = rig.loop.metrics[.journalBytes]
    rig.announce(session: "s2", slots: 100_000)
    rig.confirms = false
    try rig.turn()
    let told = Int(rig.loop.metrics[.journalBytes] - bytes)
    #expect(rig.disk.flushes == flushes + 1)
    #expect(rig.starts.count == 2 * count)
    // A hundred thousand of them must fit a segment, or the worker could never go on.
    #expect(told / count * 100_000 < JournalLimits.segmentBytes)
    #expect(try rig.recoveredState() == rig.state)
  }
}
