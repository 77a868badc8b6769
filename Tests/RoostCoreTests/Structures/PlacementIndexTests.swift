import Testing

@testable import RoostCore

@Suite("Placement index") struct PlacementIndexTests {
  private typealias Key = PlacementIndex.Key

  /// The rule in plain words, with exact fractions.
  private func best(_ keys: [Key]) -> Int? {
    guard let newest = keys.map(\.version).max() else { return nil }
    let open = keys.filter { $0.version == newest && $0.totalSlots > $0.reserved }
    func isBetter(_ a: Key, _ b: Key) -> Bool {
      let mine = UInt64(a.totalSlots - a.reserved) * UInt64(b.totalSlots)
      let theirs = UInt64(b.totalSlots - b.reserved) * UInt64(a.totalSlots)
      return (mine, UInt64(b.reserved), b.runner.text) > (theirs, UInt64(a.reserved), a.runner.text)
    }
    return open.min(by: isBetter)?.slot
  }

  @Test("It agrees with a look at every runner, whatever changes", arguments: 0..<20 as Range<UInt64>)
  func againstModel(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var index = PlacementIndex()
    var model: [Int: Key] = [:]
    for _ in 0..<2_000 {
      let slot = random.below(30)
      if random.chance(20) {
        model[slot] = nil
      } else {
        let total = UInt32(random.pick([0, 1, 2, 2, 4, 4, 6, 8, 7, 100, 2_000, 100_000]))
        model[slot] = Key(
          version: UInt32(random.below(3)), totalSlots: total, reserved: UInt32(random.below(Int(total) + 1)),
          runner: RunnerID("r\(random.chance(50) ? slot : 100 - slot)"), slot: slot)
      }
      index.set(slot, model[slot])
      let keys = model.sorted { $0.key < $1.key }.map(\.value)
      let newest = keys.map(\.version).max()
      #expect(index.best == best(keys))
      #expect(index.isEmpty == keys.isEmpty)
      #expect(index.freeSlots == keys.filter { $0.version == newest }.reduce(0) { $0 + UInt64($1.free) })
    }
  }

  @Test("A runner with more actors than slots has none free")
  func overfull() {
    var index = PlacementIndex()
    index.set(0, Key(version: 1, totalSlots: 1, reserved: 3, runner: RunnerID("r1"), slot: 0))
    #expect(index.best == nil)
    #expect(!index.isEmpty)
    index.set(0, nil)
    #expect(index.isEmpty)
  }
}
