import RoostWire

/// Valid messages with some bytes changed, cut, doubled or inserted, through everything that reads what others wrote. None
/// may crash, read past the end, leak, or take what it then writes differently.
package struct FuzzTarget {
  package enum Verdict {
    case taken
    case refused
    /// It was taken, and what was made of it is not sound.
    case wrong(String)
  }

  package struct Tally: Equatable {
    package var taken = 0
    package var refused = 0
    /// The first few.
    package var wrong: [String] = []
  }

  /// Faults that are kept; more of the same say nothing new.
  private static let kept = 5

  package let name: String
  let seeds: [[UInt8]]
  let read: ([UInt8]) -> Verdict

  package init(_ name: String, seeds: [[UInt8]], read: @escaping ([UInt8]) -> Verdict) {
    self.name = name
    self.seeds = seeds
    self.read = read
  }

  /// A decoder; `check` gives back what is wrong with a message that was taken.
  init<Message>(
    _ name: String, _ seeds: [[UInt8]], _ decode: @escaping ([UInt8]) throws(WireError) -> Message,
    check: @escaping (Message) -> String? = { _ in nil }
  ) {
    self.init(name, seeds: seeds) { bytes in
      do throws(WireError) {
        return check(try decode(bytes)).map(Verdict.wrong) ?? .taken
      } catch {
        return .refused
      }
    }
  }

  /// The same inputs for the same name, first and count.
  package func run(first: UInt64 = 0, count: UInt64) -> Tally {
    var tally = Tally()
    let own = name.utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }
    for number in first..<first + count {
      var random = SeededRandom(seed: own &+ number &* 7919)
      let input = Self.mutate(seeds.randomElement(using: &random) ?? [], with: &random)
      switch read(input) {
      case .taken: tally.taken += 1
      case .refused: tally.refused += 1
      case .wrong(let fault): if tally.wrong.count < Self.kept { tally.wrong.append("input \(number): \(fault)") }
      }
    }
    return tally
  }

  private static func mutate(_ bytes: [UInt8], with random: inout SeededRandom) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let at = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where at < bytes.count: bytes[at] = .random(in: 0...255, using: &random)
      case 1 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.removeLast(bytes.count - at)
      case 3: bytes.insert([0, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0, at: at)
      case 4: bytes.insert(contentsOf: bytes[..<at], at: at)
      default: bytes.insert(contentsOf: (0..<8).map { _ in .random(in: 0...255, using: &random) }, at: at)
      }
    }
    return bytes
  }
}
