/// Proof that the broker passes on what it is given (lifecycle, ping): a message to ourselves, again and again while
/// there is somebody to judge. A broker that stands still breaks no link for a long time, and pings lie in its sockets.
///
/// What was given to the broker before an echo was sent has been heard when the echo has come back. So silence is
/// measured up to then and no further; and when an echo took long, the broker stood still meanwhile, and what it
/// passes on after that comes in any order: nobody was silent before.
struct Echo {
  /// Everything that the broker was given by then has been heard.
  private(set) var provenNs = Int64.min
  private var number: UInt64 = 0
  private var lastSentNs = Int64.min / 2
  /// Since when an answer is missing; nil = none is.
  private var missingSinceNs: Int64?

  /// The link is up: nothing of the one before counts.
  mutating func linkUp() {
    provenNs = .min
    lastSentNs = .min / 2
    missingSinceNs = nil
  }

  /// When to send the next one.
  var nextNs: Int64 {
    lastSentNs + (missingSinceNs == nil ? WorkerLimits.echoIntervalNs : WorkerLimits.echoPatienceNs)
  }

  /// The number to send.
  mutating func send(atNs: Int64) -> UInt64 {
    number += 1
    lastSentNs = atNs
    if missingSinceNs == nil { missingSinceNs = atNs }
    return number
  }

  /// One has come back. Returns true when it took so long that the broker must have stood still.
  mutating func heard(_ number: UInt64, atNs: Int64) -> Bool {
    // An older one: the newest is on its way too.
    guard number == self.number, let sinceNs = missingSinceNs else { return false }
    provenNs = lastSentNs
    missingSinceNs = nil
    return atNs - sinceNs > WorkerLimits.standstillNs
  }
}
