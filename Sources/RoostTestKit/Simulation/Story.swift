import RoostCore

/// What a simulated run does, step by step: made from the seed alone, before anything runs, so that any part of it can be
/// left out and the rest means the same.
package struct Story: Sendable {
  package let seed: UInt64
  package let setting: Setting
  package var steps: [Step]

  /// One thing that happens, and how long the world goes on afterwards.
  package struct Step: Sendable {
    /// Its place in the whole story. All chance inside the step follows from the seed and this.
    package let number: Int
    let action: Action
    let pauseMs: Int64
  }

  /// What holds for the whole run.
  package struct Setting: Sendable {
    var pools = 1
    var defaults = PoolSettings()
    var segmentBytes = 32 << 10
    /// The worker's monotonic clock against the broker's, in millionths.
    var driftPpm: Int64 = 0
  }

  package init(seed: UInt64) {
    self.seed = seed
    var random = SeededRandom(seed: seed)
    setting = Setting(&random)
    var steps: [Step] = []
    let pools = setting.pools
    // The stage: a runner and most of the actors, then whatever comes.
    func add(_ action: Action, _ pauseMs: Int64) {
      steps.append(Step(number: steps.count, action: action, pauseMs: pauseMs))
    }
    add(.runner(0, .join(slots: 1 + random.below(3), version: 1)), 50)
    for actor in 0..<Action.actors * pools where random.chance(60) { add(.creation(of: actor, &random), 0) }
    for _ in 1...60 + random.below(60) { add(Action(&random, pools: pools), Self.pause(&random)) }
    self.steps = steps
  }

  private static func pause(_ random: inout SeededRandom) -> Int64 {
    switch random.below(100) {
    case 0..<35: 0
    case 35..<70: Int64(random.below(100))
    case 70..<94: Int64(random.below(2_000))
    default: Int64(random.below(12_000))
    }
  }
}

extension Story.Setting {
  fileprivate init(_ random: inout SeededRandom) {
    self.init()
    pools = random.chance(35) ? 2 : 1
    driftPpm = random.pick([0, 0, 100, -100, 2_000, -2_000])
    segmentBytes = random.chance(70) ? 32 << 10 : 64 << 10
    defaults.baseRetryTimeout = Milliseconds(random.pick([100, 500, 2_000]))
    defaults.backoffMaxExponent = UInt32(random.pick([1, 2, 3]))
    defaults.retryResetDuration = Milliseconds(random.pick([2_000, 600_000]))
    defaults.actorStartThreshold = Milliseconds(random.pick([1_000, 4_000, 30_000]))
    defaults.actorStopThreshold = Milliseconds(random.pick([1_000, 4_000]))
    defaults.runnerDrainDeadline = Milliseconds(random.pick([2_000, 10_000]))
    defaults.destroyedRetention = Milliseconds(random.pick([0, 3_000, 86_400_000, 86_400_000, 86_400_000]))
    defaults.maxPending = UInt64(random.pick([1, 2, 100, 100]))
    defaults.maxActors = UInt64(random.pick([4, 100, 100]))
    defaults.drainOnVersionUpgrade = random.chance(40)
    if random.chance(25) { defaults.stopAfter = Milliseconds(6_000) }
  }
}

extension SeededRandom {
  /// 0 ..< limit; the limits here are so small that the bias does not matter.
  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
  /// A source of its own for something that has a number.
  static func of(_ seed: UInt64, _ number: Int) -> SeededRandom {
    var mixed = SeededRandom(seed: seed ^ (UInt64(truncatingIfNeeded: number) &* 0xD1B5_4A32_D192_ED03))
    return SeededRandom(seed: mixed.next())
  }
}
