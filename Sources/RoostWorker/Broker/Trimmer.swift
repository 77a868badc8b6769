import RoostCore
import RoostNATS

/// Up to where the signal stream may be trimmed (wire, streams): what every journal record holds, less a grace in which
/// people may look at what was said.
struct Trimmer {
  /// What was durable when, oldest first.
  private var samples: [(atNs: Int64, durable: StreamSequence)] = []

  static let graceNs: Int64 = 600_000_000_000
  /// One sample per refresh of the identity; the grace has some sixty.
  static let keptSamples = 128

  mutating func sample(_ durable: StreamSequence, atNs: Int64) {
    samples.append((atNs, durable))
    // The newest one that is older than the grace stays.
    while samples.count > 1, samples[1].atNs <= atNs - Self.graceNs || samples.count > Self.keptSamples {
      samples.removeFirst()
    }
  }

  /// So full that the grace is given up.
  static func isTight(_ stream: StreamInfo, maxBytes: Int64) -> Bool {
    maxBytes > 0 && stream.bytes >= UInt64(maxBytes) / 10 * 7
  }

  /// The last sequence to drop; nil = nothing now. `isRefusing`: a publish was refused because the stream is full.
  func target(
    _ stream: StreamInfo, maxBytes: Int64, durable: StreamSequence, isRefusing: Bool, atNs: Int64
  ) -> StreamSequence? {
    guard stream.messages > 0 else { return nil }
    let last = min(durable, stream.lastSequence)
    var through = samples.first.map { $0.atNs <= atNs - Self.graceNs ? $0.durable : 0 } ?? 0
    if maxBytes > 0 {
      let limit = UInt64(maxBytes)
      if isRefusing || Self.isTight(stream, maxBytes: maxBytes) {
        through = last
      } else if stream.bytes > limit / 2 {
        // As many of the oldest as make up what is above the half, if all are of a size.
        let excess = Double(stream.bytes - limit / 2) / Double(stream.bytes)
        let count = UInt64(Double(stream.lastSequence - stream.firstSequence + 1) * excess)
        through = max(through, stream.firstSequence + count)
      }
    }
    through = min(through, last)
    return through >= stream.firstSequence ? through : nil
  }
}
