import RoostCore

/// Prints what the pure machine costs, without broker, disk or encoding; or, given a folder that does not exist yet, what
/// commits to the journal cost on its disk. Timings are printed, never asserted.
@main
struct RoostBench {
  static func main() throws {
    if CommandLine.arguments.count > 1 { return try JournalBench.run(folder: CommandLine.arguments[1]) }
    cycles(actors: 10_000, rounds: 20)
    freeing(pending: [1_000, 10_000, 100_000])
    WireBench().run()
  }

  /// wake -> start -> running -> sleep intent -> stopped, in batches of 500 signals.
  private static func cycles(actors: Int, rounds: Int) {
    var driver = Driver()
    driver.send(
      .runner(driver.runner, .initialize(RunnerInit(session: driver.session, version: 1, totalSlots: UInt32(actors)))))
    let ids = (0..<actors).map { ActorID("actor-\(10_000_000 + $0)") }
    for id in ids { driver.send(.actor(id, .create(Create()))) }
    for id in ids { driver.finish(id) }
    let clock = ContinuousClock()
    let time = clock.measure {
      for _ in 0..<rounds {
        for id in ids { driver.send(.actor(id, .wake(Wake()))) }
        for id in ids { driver.finish(id) }
      }
    }
    let cycles = actors * rounds
    print(
      "cycle: \(cycles) wake-ready-sleep cycles (3 signals), \(per(time, cycles)) ns each, \(driver.changes / max(1, cycles)) changes each"
    )
    let wakes = clock.measure { for id in ids { driver.send(.actor(id, .wake(Wake()))) } }
    print("wake: \(per(wakes, actors)) ns each")
  }

  /// One slot is freed, taken by the head of the queue, and whoever had it waits again at its end: how long that takes
  /// with queues of different lengths, side by side. It must not grow with them.
  private static func freeing(pending lengths: [Int]) {
    print("free one slot, in ns   " + lengths.map { pad("\($0) pending") }.joined())
    for (label, patience) in [("waits without limit", nil), ("each with a deadline", 2_592_000_000)]
      as [(String, UInt64?)]
    {
      var drivers = lengths.map { queue(of: $0, patience: patience) }
      var next = lengths.map { _ in 0 }
      // In turns, so that what else the machine does meets all lengths alike; the best of them, for it only adds.
      var best = lengths.map { _ in Int64.max }
      for _ in 0..<9 {
        for place in lengths.indices {
          let rounds = 100
          let time = ContinuousClock().measure {
            for _ in 0..<rounds {
              drivers[place].stop(actor(next[place]))
              next[place] += 1
            }
          }
          best[place] = min(best[place], per(time, rounds))
        }
      }
      print(label + String(repeating: " ", count: 23 - label.count) + best.map { pad("\($0)") }.joined())
    }
  }

  private static func queue(of pending: Int, patience: UInt64?) -> Driver {
    var driver = Driver()
    driver.send(.runner(driver.runner, .initialize(RunnerInit(session: driver.session, version: 1, totalSlots: 1))))
    for number in 0...pending {
      driver.send(.actor(actor(number), .create(Create())))
      driver.send(.actor(actor(number), .wake(Wake(override: .dontSleep(pendingTimeoutMs: patience)))))
    }
    return driver
  }

  private static func actor(_ number: Int) -> ActorID { ActorID("actor-\(10_000_000 + number)") }

  private static func pad(_ text: String) -> String { String(repeating: " ", count: max(1, 16 - text.count)) + text }

  private static func per(_ duration: Duration, _ count: Int) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return (seconds * 1_000_000_000 + attoseconds / 1_000_000_000) / Int64(max(1, count))
  }
}

/// Feeds one pool the way the worker's loop does.
struct Driver {
  var machine = Machine(defaults: PoolSettings())
  var effects = Effects()
  let pool = PoolID(namespace: "default", name: "bench")
  let runner = RunnerID("r1")
  let session = SessionID("s1")
  var sequence: StreamSequence = 0
  var eventIndex: EventIndex = 0
  var changes = 0

  mutating func send(_ body: Signal.Body) {
    sequence += 1
    let at = Instant(ms: 1_700_000_000_000 + Int64(sequence / 50))
    let signal = Signal(pool: pool, sequence: sequence, storedAt: at, body: body)
    machine.apply(.signal(signal), to: pool, at: Moment(now: at, clock: at, record: sequence), into: &effects)
    if sequence % 500 == 0 {
      changes += effects.changes.count
      effects = Effects()
      machine.apply(
        .commandsAcknowledged(runner, session, through: machine.reading(pool) { $0.lastIssued(runner) } ?? 0), to: pool,
        at: Moment(now: at, clock: at, record: sequence), into: &effects)
    }
  }

  private mutating func event(_ id: ActorID, _ kinds: [RunnerEvent.Kind]) {
    let generation = machine.reading(pool) { $0.actorView(id)?.record.generation } ?? nil
    let events = kinds.map { kind in
      eventIndex += 1
      return RunnerEvent(index: eventIndex, actor: id, generation: generation ?? 0, kind: kind)
    }
    send(.runner(runner, .events(session: session, events)))
  }

  mutating func finish(_ id: ActorID) { event(id, [.running, .sleepIntent, .stopped(error: nil)]) }
  mutating func stop(_ id: ActorID) { event(id, [.stopped(error: "x")]) }
}
