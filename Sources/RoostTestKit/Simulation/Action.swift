import RoostCore

/// One thing that callers, runners, the worker, its disk or the broker do. Actors and runners go by number: number n
/// belongs to pool n modulo the number of pools.
enum Action: Sendable {
  case create(Int, CrashPolicy, key: String?, inputBytes: Int)
  /// Several at once fill the list of those who wait.
  case wake(Int, Wake.AllocationOverride, expiresInMs: Int64?, times: Int)
  case sleep(Int)
  case reschedule(Int)
  case destroy(Int)
  /// Of whoever waits, if anybody does.
  case allocate(Int, runner: Int, TicketChoice)
  case configure(pool: Int, PoolSettingsOverlay)
  case drain(Int)
  case garbage(Int)
  case runner(Int, RunnerTrouble)
  case worker(WorkerTrouble)
  case disk(DiskTrouble)
  case broker(BrokerTrouble)

  enum TicketChoice: Sendable { case none, right, wrong }

  enum RunnerTrouble: Sendable {
    /// A new process; one of the same id that lives goes on and learns of it.
    case join(slots: Int, version: UInt32)
    case crash
    /// The process does nothing at all for a while.
    case freeze(ms: Int64)
    /// No pings, everything else goes on.
    case silence(ms: Int64)
    case cutLink(ms: Int64)
    case dropCommands(Int)
    case ignoreStops(ms: Int64)
    case neverReport(ms: Int64)
    /// Announces the same session with another offer.
    case changeOffer(slots: Int, version: UInt32)
    case newSession
    case leave(namesIndex: Bool)
    case lie(Lie)
  }

  enum Lie: Sendable { case generation, gap, repetition, farAlarm, malformed, oldSession }

  enum WorkerTrouble: Sendable {
    case kill(losesPower: Bool)
    /// During the n-th operation on the disk from now.
    case killAtOperation(Int, losesPower: Bool)
    case stall(ms: Int64)
    /// In the middle of the next turn.
    case stallInTurn(ms: Int64)
    /// The next signal that a caller gets stored ends every worker that applies it.
    case poison
    case stopInOrder
  }

  enum DiskTrouble: Sendable {
    case full(ms: Int64)
    case tornWrite(bytes: Int)
    case failedFlush
  }

  enum BrokerTrouble: Sendable {
    case breakLink(ms: Int64)
    case full(ms: Int64)
    case jump(ms: Int64, forMs: Int64)
    /// The last so many messages vanish, and with them the link for a while; others may be stored before it is back.
    case rollback(messages: Int, downMs: Int64)
    /// Signals are lost before or after they are stored, in percent.
    case loseSignals(percent: Int, ms: Int64)
    /// The outbox is blocked: nothing that is published leaves.
    case block(ms: Int64)
    case standStill(ms: Int64)
    /// What was sent to the worker last is missing, and read again.
    case readerGap
    case refuseLetters(ms: Int64)
    case dropPings(ms: Int64)
    case trim(grace: Int)
  }
}

extension Action {
  /// In each pool.
  static let actors = 6

  init(_ random: inout SeededRandom, pools: Int) {
    let actor = random.below(Self.actors * pools)
    let runner = random.below(3 * pools)
    switch random.below(1_000) {
    case 0..<110: self = .creation(of: actor, &random)
    case 110..<330: self = Self.wake(actor, &random)
    case 330..<360: self = .sleep(actor)
    case 360..<395: self = .reschedule(actor)
    case 395..<425: self = .destroy(actor)
    case 425..<455: self = .allocate(actor, runner: runner, random.pick([.none, .right, .right, .wrong]))
    case 455..<475: self = .configure(pool: random.below(pools), Self.overlay(&random))
    case 475..<500: self = .drain(runner)
    case 500..<512: self = .garbage(random.below(4))
    case 512..<760: self = .runner(runner, RunnerTrouble(&random))
    case 760..<850: self = .worker(WorkerTrouble(&random))
    case 850..<890: self = .disk(DiskTrouble(&random))
    default: self = .broker(BrokerTrouble(&random))
    }
  }

  static func creation(of actor: Int, _ random: inout SeededRandom) -> Action {
    .create(
      actor, random.pick([.sleep, .sleep, .restart, .destroy]),
      key: random.chance(20) ? random.pick(["", "k", "l"]) : nil,
      inputBytes: random.chance(10) ? random.below(3_000) : random.below(8))
  }

  private static func wake(_ actor: Int, _ random: inout SeededRandom) -> Action {
    let override: Wake.AllocationOverride =
      switch random.below(10) {
      case 0..<3: .none
      case 3..<5: .dontSleep(pendingTimeoutMs: nil)
      case 5: .dontSleep(pendingTimeoutMs: random.chance(80) ? 2_592_000_000 : random.pick([0, .max]))
      default: .dontSleep(pendingTimeoutMs: UInt64(1 + random.below(random.pick([300, 3_000, 15_000]))))
      }
    return .wake(
      actor, override, expiresInMs: random.chance(12) ? Int64(random.below(3_000)) - 500 : nil,
      times: random.chance(4) ? 18 : 1)
  }

  private static func overlay(_ random: inout SeededRandom) -> PoolSettingsOverlay {
    var overlay = PoolSettingsOverlay()
    overlay.maxPending = UInt64(random.pick([0, 1, 50]))
    overlay.events = random.pick([.all, .all, .outcomes])
    overlay.drainOnVersionUpgrade = random.chance(50)
    overlay.actorStartThreshold = Milliseconds(random.pick([1_000, 3_000]))
    if random.chance(20) { overlay.runnerPingInterval = .zero }
    return overlay
  }
}

extension Action.RunnerTrouble {
  fileprivate init(_ random: inout SeededRandom) {
    let slots = random.pick([0, 1, 1, 2, 3])
    let version = UInt32(1 + random.below(3))
    switch random.below(100) {
    case 0..<36: self = .join(slots: slots, version: version)
    case 36..<42: self = .crash
    case 42..<50: self = .freeze(ms: Int64(random.pick([3_000, 12_000, 25_000])))
    case 50..<56: self = .silence(ms: Int64(random.pick([11_000, 17_000])))
    case 56..<62: self = .cutLink(ms: Int64(random.pick([500, 5_000, 20_000])))
    case 62..<67: self = .dropCommands(1 + random.below(3))
    case 67..<72: self = .ignoreStops(ms: 6_000)
    case 72..<77: self = .neverReport(ms: 6_000)
    case 77..<81: self = .changeOffer(slots: slots, version: version)
    case 81..<85: self = .newSession
    case 85..<91: self = .leave(namesIndex: random.chance(70))
    default: self = .lie(random.pick([.generation, .gap, .repetition, .farAlarm, .malformed, .oldSession]))
    }
  }
}

extension Action.WorkerTrouble {
  fileprivate init(_ random: inout SeededRandom) {
    switch random.below(100) {
    case 0..<25: self = .kill(losesPower: random.chance(50))
    case 25..<65: self = .killAtOperation(1 + random.below(10), losesPower: random.chance(50))
    case 65..<80: self = .stall(ms: Int64(random.pick([1_200, 4_000, 18_000])))
    case 80..<86: self = .stallInTurn(ms: Int64(random.pick([1_200, 18_000])))
    case 86..<88: self = .poison
    default: self = .stopInOrder
    }
  }
}

extension Action.DiskTrouble {
  fileprivate init(_ random: inout SeededRandom) {
    switch random.below(3) {
    case 0: self = .full(ms: Int64(random.pick([100, 2_000])))
    case 1: self = .tornWrite(bytes: random.below(600))
    default: self = .failedFlush
    }
  }
}

extension Action.BrokerTrouble {
  fileprivate init(_ random: inout SeededRandom) {
    switch random.below(110) {
    case 0..<22: self = .breakLink(ms: Int64(random.pick([1, 300, 5_000, 20_000])))
    case 22..<32: self = .full(ms: Int64(random.pick([200, 4_000])))
    case 32..<42:
      let ms: Int64 = random.pick([3_600_000, -3_600_000, 15_000, -15_000, -1])
      self = .jump(ms: ms, forMs: Int64(random.below(8_000)))
    case 42..<52: self = .rollback(messages: 1 + random.below(8), downMs: Int64(random.pick([1, 500, 3_000])))
    case 52..<65: self = .loseSignals(percent: random.pick([10, 50]), ms: Int64(random.pick([500, 6_000])))
    case 65..<75: self = .block(ms: Int64(random.pick([100, 3_000])))
    case 75..<83: self = .readerGap
    case 83..<91: self = .refuseLetters(ms: 3_000)
    case 91..<99: self = .dropPings(ms: Int64(random.pick([2_000, 17_000])))
    case 99..<104: self = .standStill(ms: Int64(random.pick([1_500, 12_000, 20_000])))
    default: self = .trim(grace: random.below(10))
    }
  }
}
