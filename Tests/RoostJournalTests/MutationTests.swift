import RoostTestKit
import Testing

@Suite struct MutationTests {
  @Test("Whatever is done to the files, no record or snapshot appears that was not written and no loss goes unnoticed")
  func mutations() throws {
    let fuzz = JournalFuzz()
    for seed in UInt64(0)..<5_000 {
      let fault = fuzz.fault(seed: seed)
      #expect(fault == nil, "seed \(seed)")
    }
    // Each kind of verdict was really met.
    let tally = fuzz.tally
    #expect(tally.refused > 500 && tally.quarantined > 300 && tally.torn > 50, "\(tally)")
    #expect(tally.fromSnapshot > 500 && tally.fromOlderSnapshot > 50, "\(tally)")
  }
}
