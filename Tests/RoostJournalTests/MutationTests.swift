import RoostJournal
import RoostTestKit
import Testing

@Suite struct MutationTests {
  /// Records of mixed sizes over a few segments, in groups.
  private func written(_ random: inout SeededRandom) throws -> (SimulatedDisk, [Line]) {
    let disk = SimulatedDisk()
    let (journal, _) = try Fixture.open(disk)
    var lines: [Line] = []
    while lines.count < 90 {
      let group = (0..<1 + random.next() % 3).map { offset in
        Line.made(
          UInt64(lines.count) + 1 + offset, partition: UInt32(random.next() % 4),
          size: Int(random.next() % 1800))
      }
      try Fixture.append(group, to: journal)
      lines += group
    }
    if random.next() % 2 == 0 { try journal.close() }
    disk.crash(.nothing)
    return (disk, lines)
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(max(limit, 1))) }
    let place = below(bytes.count)
    let length = min(bytes.count - place, 1 + below([1, 8, 64, 512, 4096][below(5)]))
    switch below(7) {
    case 0: bytes[place] ^= UInt8(1 << below(8))
    case 1: bytes[place] = UInt8(below(256))
    case 2: for offset in place..<place + length { bytes[offset] = 0 }
    case 3: for offset in place..<place + length { bytes[offset] = UInt8(below(256)) }
    case 4:
      let from = below(bytes.count - length)
      bytes.replaceSubrange(place..<place + length, with: Array(bytes[from..<from + length]))
    case 5 where bytes.count >= 512:
      // A sector that went to the wrong place.
      let from = below(bytes.count / 512) * 512
      let to = below(bytes.count / 512) * 512
      bytes.replaceSubrange(to..<to + 512, with: Array(bytes[from..<from + 512]))
    default: bytes = Array(bytes[..<place])
    }
  }

  @Test("Whatever is done to the files, no record appears that was not written and no loss goes unnoticed")
  func mutations() throws {
    var refused = 0
    var quarantined = 0
    var cut = 0
    for seed: UInt64 in 0..<3000 {
      var random = SeededRandom(seed: seed / 50)
      let (disk, lines) = try base(&random, seed / 50)
      random = SeededRandom(seed: seed &* 7919)
      let names = disk.fileNames.filter { $0.hasPrefix("journal/") }
      for _ in 0...random.next() % 3 {
        let name = names[Int(random.next() % UInt64(names.count))]
        guard var bytes = disk[name], !bytes.isEmpty else { continue }
        mutate(&bytes, &random)
        disk[name] = bytes
      }
      let journal: Journal
      let read: [Line]
      do throws(JournalError) {
        (journal, read) = try Fixture.open(disk)
      } catch {
        // Refusing is sound; crashing or inventing is not.
        refused += 1
        continue
      }
      #expect(read.allSatisfy { lines[Int($0.index) - 1] == $0 }, "seed \(seed)")
      #expect(zip(read, read.dropFirst()).allSatisfy { $0.index < $1.index }, "seed \(seed)")
      quarantined += journal.recovery.quarantined.isEmpty ? 0 : 1
      cut += journal.recovery.cutBytes > 0 ? 1 : 0
      let last = journal.recovery.lastIndex.rawValue
      for partition: UInt32 in 0..<4 where !journal.recovery.isQuarantined(partition) {
        let mine = lines.filter { $0.partition == partition && $0.index <= last }
        #expect(read.filter { $0.partition == partition } == mine, "seed \(seed), partition \(partition)")
      }
    }
    // Each kind of verdict was really met.
    #expect(refused > 50 && quarantined > 500 && cut > 50, "\(refused) \(quarantined) \(cut)")
  }

  private func base(_ random: inout SeededRandom, _ seed: UInt64) throws -> (SimulatedDisk, [Line]) {
    if let known = bases.known[seed] { return (known.0.copy(), known.1) }
    let made = try written(&random)
    bases.known = [seed: made]
    return (made.0.copy(), made.1)
  }

  /// The last log made, since many mutations start from each.
  private final class Bases {
    var known: [UInt64: (SimulatedDisk, [Line])] = [:]
  }
  private let bases = Bases()
}
