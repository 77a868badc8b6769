import RoostTestKit
import Testing

@Suite("Hostile bytes")
struct FuzzTests {
  private static let inputs: UInt64 = 10_000

  /// `make fuzz-wire` does the same with a million each, with the address and leak sanitizers.
  @Test(
    "every decoder takes or refuses what was mutated, and what it takes is sound",
    arguments: WireFuzz.targets().map(\.name))
  func mutated(name: String) throws {
    let target = try #require(WireFuzz.targets().first { $0.name == name })
    let tally = target.run(count: Self.inputs)
    #expect(tally.wrong.isEmpty)
    // Or nothing was tried.
    #expect(tally.taken > Int(Self.inputs) / 1_000 && tally.refused > Int(Self.inputs) / 100, "\(name): \(tally)")
  }
}
