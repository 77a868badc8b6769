import Foundation
import RoostCore
import RoostRunner
import RoostTestKit

/// Sends mutated messages through every decoder; `make fuzz-wire` builds it with the address and leak sanitizers.
///
///     RoostFuzz COUNT [FIRST]    COUNT inputs for each decoder, from the FIRST-th on
@main
struct RoostFuzz {
  static func main() {
    // Nothing of it is alive when the process ends, or it would count as a leak.
    exit(Int32(play(CommandLine.arguments.dropFirst().map { UInt64($0) })))
  }

  /// The exit code.
  private static func play(_ numbers: [UInt64?]) -> Int {
    guard (1...2).contains(numbers.count), let count = numbers[0], let first = numbers.count > 1 ? numbers[1] : 0 else {
      print("usage: RoostFuzz COUNT [FIRST]")
      return 64
    }
    var isSound = true
    for target in WireFuzz.targets() + [controlLine] {
      let tally = target.run(first: first, count: count)
      print(
        "\(target.name): \(count) inputs, \(tally.taken) taken, \(tally.refused) refused, \(tally.wrong.count) wrong")
      for fault in tally.wrong { print("  \(fault)") }
      fflush(nil)
      isSound = isSound && tally.wrong.isEmpty
    }
    return isSound ? 0 : 1
  }

  /// What an actor's process writes to its runner.
  private static var controlLine: FuzzTarget {
    let lines = ["ready", "sleep", "stop", "alarm clear", "alarm +5s", "alarm 1700000000000"].map { Array($0.utf8) }
    return FuzzTarget("control line", seeds: lines) { bytes in
      let now = Instant(ms: 1_700_000_000_000)
      guard let line = ControlLine(String(decoding: bytes, as: UTF8.self), now: now) else { return .refused }
      guard case .alarm(let at?) = line, at > now.adding(Limits.alarmAhead) else { return .taken }
      return .wrong("an alarm at \(at)")
    }
  }
}
