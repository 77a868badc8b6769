import RoostCore

/// A copy of an actor on a simulated runner, and what it does next.
struct ActorCopy {
  enum Act {
    case running
    /// In so many ms from now; min = clear.
    case alarm(Int64)
    case intend(RunnerEvent.Kind)
    case stopped(String?)
    /// Ends and says nothing.
    case vanish
  }

  struct Next {
    var atNs: Int64
    var act: Act
  }

  let generation: Generation
  /// nil = goes on as it is until it is told to stop.
  var next: Next?
  var isStopping = false
  var hasReported = false
  private(set) var isGone = false
  let stopDelayNs: Int64
  let stopError: String?
  private var plan: [(delayNs: Int64, act: Act)] = []

  var dueNs: Int64 { next?.atNs ?? .max }

  init(generation: Generation, atNs: Int64, isHonest: Bool, _ random: SeededRandom) {
    var random = random
    self.generation = generation
    func wait(_ ms: Int) -> Int64 { Int64(1 + random.below(ms)) * 1_000_000 }
    stopDelayNs = isHonest ? 5_000_000 : wait(random.pick([5, 800]))
    stopError = !isHonest && random.chance(20) ? "on stop" : nil
    if isHonest {
      plan = [(1_000_000, .running)]
    } else {
      switch random.below(100) {
      case 0..<6: plan = []
      case 6..<16: plan = [(wait(500), .stopped("at start"))]
      case 16..<19: plan = [(wait(500), .stopped(nil))]
      case 19..<23: plan = [(wait(500), .intend(.sleepIntent)), (wait(300), .stopped(nil))]
      default:
        plan = [(wait(random.pick([20, 900])), .running)]
        if random.chance(35) {
          plan.append((wait(500), .alarm(random.chance(85) ? Int64(random.below(9_000)) - 1_000 : .min)))
        }
        let life = wait(random.pick([300, 4_000, 20_000]))
        switch random.below(100) {
        case 0..<35: plan += [(life, .intend(.sleepIntent)), (wait(500), .stopped(random.chance(80) ? nil : "asleep"))]
        case 35..<50: plan += [(life, .intend(.stopIntent)), (wait(500), .stopped(random.chance(80) ? nil : "ending"))]
        case 50..<58: plan.append((life, .stopped(nil)))
        case 58..<80: plan.append((life, .stopped("boom")))
        default: break
        }
      }
    }
    plan.reverse()
    proceed(atNs: atNs)
  }

  mutating func proceed(after act: Act, atNs: Int64) {
    hasReported = true
    switch act {
    case .stopped, .vanish: isGone = true
    case .running, .alarm, .intend: proceed(atNs: atNs)
    }
  }

  private mutating func proceed(atNs: Int64) {
    guard !isStopping, let step = plan.popLast() else { return }
    next = Next(atNs: atNs + step.delayNs, act: step.act)
  }
}
