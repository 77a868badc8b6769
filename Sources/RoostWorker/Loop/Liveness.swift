import RoostCore

/// Who pings, by the worker's own clock (lifecycle, ping): the one place where silence becomes a verdict.
///
/// Silence counts only from when it could be heard: link up, loop running, no ping dropped. So an outage of ours is
/// never the death of the fleet.
struct Liveness {
  struct Runner {
    var session: SessionID
    var heardNs: Int64
    var isStale = false
    /// The verdict is out; what it does may wait for a batch.
    var isLost = false
    /// Since when the oldest command that it did not acknowledge is under way; nil = none is.
    var unacknowledgedSinceNs: Int64?
  }

  /// The runners of one pool.
  struct Group {
    var runners: [RunnerID: Runner] = [:]
    /// Nothing can become due before.
    var nextNs: Int64 = 0
    /// Silence up to here is none, as the settings were when the group was judged last.
    var eligibleNs: Int64 = 0
  }

  enum Verdict: Equatable {
    case stale(PoolID, RunnerID)
    case lost(PoolID, RunnerID, SessionID)
  }

  private(set) var groups: [PoolID: Group] = [:]
  /// Silence counts from here; nil = nothing can be heard.
  private var hearingSinceNs: Int64?
  /// When to look again; max = never.
  private(set) var nextNs = Int64.max

  /// The link is up, the loop goes on, or pings were dropped: whoever is silent is so from now.
  mutating func hear(fromNs: Int64) {
    hearingSinceNs = fromNs
    nextNs = fromNs
  }

  mutating func linkDown() {
    hearingSinceNs = nil
    nextNs = .max
  }

  /// As `hear`, when the link is up.
  mutating func excuse(untilNs: Int64) {
    if hearingSinceNs != nil { hear(fromNs: untilNs) }
  }

  /// Settings have changed: thresholds may be shorter.
  mutating func reconsider(_ pool: PoolID) {
    groups[pool]?.nextNs = 0
    if hearingSinceNs != nil { nextNs = 0 }
  }

  subscript(pool: PoolID, runner: RunnerID) -> Runner? { groups[pool]?.runners[runner] }

  /// A ping or an init of an open session. Returns true if the runner was stale.
  mutating func heard(_ pool: PoolID, _ runner: RunnerID, _ session: SessionID, atNs: Int64) -> Bool {
    guard groups[pool]?.runners[runner]?.session == session else {
      groups[pool, default: Group()].runners[runner] = Runner(session: session, heardNs: atNs)
      expect(pool, atNs)
      return false
    }
    let wasStale = groups[pool]?.runners[runner]?.isStale ?? false
    groups[pool]?.runners[runner]?.heardNs = atNs
    groups[pool]?.runners[runner]?.isStale = false
    groups[pool]?.runners[runner]?.isLost = false
    return wasStale
  }

  /// A runner more to look after, which was heard just now: the others are not judged again for its sake.
  private mutating func expect(_ pool: PoolID, _ atNs: Int64) {
    guard let group = groups[pool] else { return }
    let dueNs = min(group.nextNs, atNs.saturatingSum(group.eligibleNs))
    groups[pool]?.nextNs = dueNs
    if hearingSinceNs != nil { nextNs = min(nextNs, dueNs) }
  }

  /// The verdict was never carried out.
  mutating func withdraw(_ pool: PoolID, _ runner: RunnerID, _ input: Input) {
    groups[pool]?.runners[runner]?.isLost = false
    if case .stale = input { groups[pool]?.runners[runner]?.isStale = false }
    reconsider(pool)
  }

  /// The runner has this session open; it counts as heard when nothing is known of it.
  mutating func knows(_ pool: PoolID, _ runner: RunnerID, _ session: SessionID, atNs: Int64) {
    if groups[pool]?.runners[runner]?.session != session { _ = heard(pool, runner, session, atNs: atNs) }
  }

  /// Commands went to the runner.
  mutating func sent(_ pool: PoolID, _ runner: RunnerID, atNs: Int64) {
    if groups[pool]?.runners[runner] != nil, groups[pool]?.runners[runner]?.unacknowledgedSinceNs == nil {
      groups[pool]?.runners[runner]?.unacknowledgedSinceNs = atNs
    }
  }

  /// The runner acknowledged some (`sinceNs` is now) or all (nil) of its commands, or they were sent again.
  mutating func setUnacknowledged(_ pool: PoolID, _ runner: RunnerID, sinceNs: Int64?) {
    groups[pool]?.runners[runner]?.unacknowledgedSinceNs = sinceNs
  }

  /// What silence proves by now, told once.
  mutating func verdicts(_ machine: Machine, atNs: Int64) -> [Verdict] {
    guard let hearingSinceNs, atNs >= nextNs else { return [] }
    var verdicts: [Verdict] = []
    for pool in groups.keys.filter({ (groups[$0]?.nextNs ?? .max) <= atNs }).sorted() {
      judge(pool, machine, since: hearingSinceNs, atNs, &verdicts)
    }
    nextNs = groups.values.lazy.map(\.nextNs).min() ?? .max
    return verdicts
  }

  private mutating func judge(
    _ pool: PoolID, _ machine: Machine, since hearingSinceNs: Int64, _ atNs: Int64, _ verdicts: inout [Verdict]
  ) {
    let reading = machine.reading(pool) { ($0.openRunners, $0.settings) }
    guard let (open, settings) = reading, !open.isEmpty else {
      groups[pool] = nil
      return
    }
    let eligibleNs = settings.runnerEligibleThreshold.nanoseconds
    let lostNs = settings.runnerLostThreshold.nanoseconds
    var group = Group()
    group.eligibleNs = eligibleNs
    for (runner, session) in open {
      let known = groups[pool]?.runners[runner]
      group.runners[runner] = known?.session == session ? known : Runner(session: session, heardNs: atNs)
    }
    func silenceNs(_ runner: Runner) -> Int64 { atNs - max(runner.heardNs, hearingSinceNs) }
    let silent = group.runners.values.count { silenceNs($0) >= eligibleNs }
    let isMass = open.count >= WorkerLimits.massSilenceRunners && silent * 2 > open.count
    let factor = isMass ? WorkerLimits.massSilenceFactor : 1
    var nextNs = Int64.max
    for (id, session) in open {
      guard var runner = group.runners[id], !runner.isLost else { continue }
      let silence = silenceNs(runner)
      if silence >= lostNs.saturatingMultiple(factor) {
        verdicts.append(.lost(pool, id, session))
        group.runners[id]?.isLost = true
        continue
      }
      if silence >= eligibleNs.saturatingMultiple(factor), !runner.isStale {
        verdicts.append(.stale(pool, id))
        runner.isStale = true
        group.runners[id] = runner
      }
      let base = max(runner.heardNs, hearingSinceNs)
      let threshold = runner.isStale ? lostNs : eligibleNs
      let plainNs = base.saturatingSum(threshold)
      nextNs = min(nextNs, plainNs > atNs ? plainNs : base.saturatingSum(threshold.saturatingMultiple(factor)))
    }
    group.nextNs = isMass ? min(nextNs, atNs.saturatingSum(WorkerLimits.massSilenceRecheckNs)) : nextNs
    groups[pool] = group
  }
}

extension Milliseconds {
  var nanoseconds: Int64 { value.saturatingMultiple(1_000_000) }
}

extension Int64 {
  func saturatingMultiple(_ factor: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }

  func saturatingSum(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
