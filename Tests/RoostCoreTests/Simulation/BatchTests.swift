import Testing

@testable import RoostCore

@Suite("Records of several inputs") struct BatchTests {
  @Test("A wait that begins and ends in one record uses up its ticket for ever")
  func ticket() {
    let world = World().join("r1", slots: 0).create("a1")
    world.holdsRecord = true
    world.wake("a1", patience: .forever).sleep("a1")
    world.holdsRecord = false
    world.tick()
    #expect(world.reading { $0.record.nextTicket } == 2)
    world.restart()
    #expect(world.wake("a1", patience: .forever).effects.events.first?.ticket == 2)
  }

  @Test("Of two changes of one actor in a row only the later one is recorded")
  func merged() {
    let world = World().join("r1", slots: 0).create("a1")
    world.wake("a1", patience: 1_000, reply: "x")
    #expect(world.effects.changes.count == 1)
  }
}
