import Testing

@testable import RoostCore

/// One seeded walk: random inputs, some of them wild, for two worlds. `kept` runs through and is checked after every
/// step; `restarted` puts several steps into one record, dies now and then and goes on from its journal or a snapshot.
/// Both must say the same.
struct Walk {
  private var random: SeededRandom
  /// A source of its own: with or without deaths the inputs are the same.
  private var deaths: SeededRandom
  let kept: World
  let restarted: World
  private var settings = PoolSettings()
  /// What the walk came across, to show that it goes everywhere.
  private(set) var seen: Set<String> = []

  private let actors = (0..<8).map { "a\($0)" }
  private let runners = (0..<4).map { "r\($0)" }

  init(seed: UInt64) {
    random = SeededRandom(seed: seed)
    deaths = SeededRandom(seed: ~seed)
    settings.maxPending = UInt64(random.pick([1, 2, 5, 100]))
    settings.maxActors = UInt64(random.pick([6, 100]))
    settings.baseRetryTimeout = Milliseconds(Int64(random.pick([1, 500, 2_000])))
    settings.retryResetDuration = Milliseconds(Int64(random.pick([5_000, 600_000])))
    settings.actorStartThreshold = Milliseconds(Int64(random.pick([1_000, 30_000])))
    settings.actorStopThreshold = Milliseconds(Int64(random.pick([1_000, 30_000])))
    settings.runnerDrainDeadline = Milliseconds(Int64(random.pick([2_000, 60_000])))
    settings.destroyedRetention = Milliseconds(Int64(random.pick([0, 5_000, 86_400_000])))
    settings.drainOnVersionUpgrade = random.chance(50)
    kept = World(settings)
    restarted = World(settings)
    kept.label = "seed \(seed):"
    restarted.label = "seed \(seed), with deaths:"
    restarted.isChecking = false
    kept.replayEvery = 16
  }

  /// The next step; false when the two worlds differ.
  mutating func step() -> Bool {
    moveTime()
    let action = nextAction()
    action(kept)
    restarted.at(kept.storedAt.ms).clock = kept.clock
    restarted.holdsRecord = deaths.chance(60)
    action(restarted)
    note()
    guard kept.effects.isSame(as: restarted.effects) else { return false }
    // After a death all runners are fresh again, which is a decision of its own: not while one is stale.
    if !restarted.holdsRecord, runners.allSatisfy({ kept.runner($0)?.isFresh ?? true }), deaths.chance(8) {
      restarted.restart(fromSnapshot: deaths.chance(50))
    }
    return true
  }

  /// The record that is still open is written.
  func settle() {
    restarted.holdsRecord = false
    kept.tick()
    restarted.tick()
    restarted.check()
  }

  private mutating func note() {
    seen.insert("state \(kept.state(random.pick(actors)))")
    for event in kept.effects.events { seen.insert("\(event.kind) \(event.reason)") }
    for answer in kept.effects.answers { seen.insert("\(answer.outcome) \(answer.reason)") }
    for command in kept.effects.commands {
      if case .close(let reason) = command.body { seen.insert("close \(reason)") }
      if case .stop(_, let reason) = command.body { seen.insert("stop \(reason)") }
    }
    if kept.tally.droppedEvents > 0 { seen.insert("dropped") }
  }

  private mutating func moveTime() {
    switch random.below(100) {
    case 0..<40: break
    case 40..<80: kept.after(Int64(random.below(800)))
    case 80..<97: kept.after(Int64(random.below(6_000)))
    case 97: kept.after(3_600_000)
    case 98: kept.at(max(0, kept.now.ms - 3_600_000))
    default: kept.clock = kept.now.adding(Milliseconds(Int64(random.below(20_000))))
    }
  }

  // MARK: - What may happen

  private mutating func nextAction() -> (World) -> Void {
    switch random.below(100) {
    case 0..<9: create()
    case 9..<26: wake()
    case 26..<38: actorSignal()
    case 38..<66: report()
    case 66..<70: wildEvents()
    case 70..<79: announce()
    case 79..<83: leave()
    case 83..<92: outside()
    case 92..<94: configure()
    default: { $0.tick() }
    }
  }

  private mutating func create() -> (World) -> Void {
    let actor = random.pick(actors)
    let policy = random.pick([CrashPolicy.sleep, .restart, .destroy])
    let key: String? = random.chance(30) ? random.pick(["", "k1", "k2"]) : nil
    let reply = reply()
    return { $0.create(actor, policy, key: key, reply: reply) }
  }

  private mutating func wake() -> (World) -> Void {
    let actor = random.pick(actors)
    let patience: Patience =
      switch random.below(10) {
      case 0..<3: .none
      case 3..<5: .forever
      case 5: .ms(random.pick([0, .max]))
      default: .ms(UInt64(1 + random.below(random.pick([500, 10_000]))))
      }
    let expires: Int64? = random.chance(10) ? kept.now.ms + Int64(random.below(2_000)) - 1_000 : nil
    let reply = reply()
    // Many callers at once fill the list of those who wait.
    let times = random.chance(3) ? 18 : 1
    return { world in
      for _ in 0..<times { world.wake(actor, patience: patience, expires: expires, reply: reply) }
    }
  }

  private mutating func actorSignal() -> (World) -> Void {
    let actor = random.pick(actors)
    let reply = reply()
    switch random.below(4) {
    case 0: return { $0.sleep(actor, reply: reply) }
    case 1: return { $0.reschedule(actor, reply: reply) }
    case 2 where random.chance(60): return { $0.destroy(actor, reply: reply) }
    default:
      let waiting = kept.queue.isEmpty || random.chance(20) ? actor : random.pick(kept.queue)
      let ticket: Ticket? = random.chance(50) ? kept.record(of: waiting)?.state.ticket : random.chance(20) ? 1 : nil
      // Draining ones are seldom met by chance alone.
      let draining = random.chance(30) ? runners.filter { kept.runner($0)?.isDraining ?? false } : []
      let runner = random.pick(draining.isEmpty ? runners : draining)
      return { $0.allocate(waiting, on: runner, ticket: ticket, reply: reply) }
    }
  }

  private mutating func reply() -> String? { random.chance(60) ? "_INBOX.\(random.below(3))" : nil }

  private mutating func kind() -> RunnerEvent.Kind {
    switch random.below(10) {
    case 0..<4: .running
    case 4: .stopped(error: nil)
    case 5: .stopped(error: "boom")
    case 6: .sleepIntent
    case 7: .stopIntent
    case 8: .setAlarm(random.chance(80) ? kept.now.adding(Milliseconds(Int64(random.below(8_000)))) : nil)
    default: random.chance(50) ? .setAlarm(.distantFuture) : .malformed(reason: "no kind")
    }
  }

  /// What the runner of a placed actor tells next.
  private mutating func report() -> (World) -> Void {
    let placed = actors.filter { kept.record(of: $0)?.state.placement != nil }
    guard !placed.isEmpty else { return announce() }
    let actor = random.pick(placed)
    let isLeaving = ["sleepIntent", "stopIntent", "goingAway", "destroying"].contains(kept.state(actor))
    let kind = isLeaving && random.chance(60) ? .stopped(error: random.chance(50) ? nil : "boom") : self.kind()
    return { $0.report(actor, kind) }
  }

  /// Wrong indexes, generations, sessions and runners; lists with gaps and repetitions.
  private mutating func wildEvents() -> (World) -> Void {
    let runner = random.pick(runners)
    let session = random.chance(80) ? kept.runner(runner)?.record.session?.id.text ?? "s0" : "s0"
    let events = (0..<random.below(4)).map { offset in
      let actor = random.pick(actors)
      let generation = kept.record(of: actor)?.generation ?? 0
      var event = kept.next(runner, actor, generation, kind(), ahead: UInt64(offset))
      if random.chance(30) { event.generation = UInt32(random.below(5)) }
      if random.chance(20) { event.index = UInt64(random.below(20)) }
      return event
    }
    return { $0.events(runner, session: session, events) }
  }

  private mutating func announce() -> (World) -> Void {
    let runner = random.pick(runners)
    let record = kept.runner(runner)?.record
    if let open = record?.session, random.chance(60) {
      let issued = record?.cursors.lastCommand ?? 0
      let last = random.chance(5) ? issued + 1 : issued - min(issued, UInt64(random.below(4)))
      let version = random.chance(3) ? open.version + 1 : open.version
      return { $0.join(runner, slots: open.totalSlots, version: version, session: open.id.text, last: last) }
    }
    let slots = UInt32(random.pick([0, 1, 1, 2, 3]))
    let version = UInt32(1 + random.below(3))
    let session = random.chance(10) ? "s\(random.below(30))" : "t\(kept.sequence)"
    let last: CommandIndex = random.chance(3) ? 4 : 0
    return { $0.join(runner, slots: slots, version: version, session: session, last: last) }
  }

  private mutating func leave() -> (World) -> Void {
    let runner = random.pick(runners)
    if random.chance(40) {
      let reply = reply()
      return { $0.drain(runner, reply: reply) }
    }
    let issued = Int(kept.runner(runner)?.record.cursors.lastCommand ?? 0)
    let last: CommandIndex? = random.chance(70) ? UInt64(random.below(issued + 2)) : nil
    return { $0.stopping(runner, last: last) }
  }

  private mutating func outside() -> (World) -> Void {
    let runner = random.pick(runners)
    let session = kept.runner(runner)?.record.session?.id ?? SessionID("s0")
    let id = RunnerID(runner)
    let input: Input
    switch random.below(12) {
    case 0..<2: input = .stale(id)
    case 2..<6: input = .fresh(id)
    case 6: input = .lost(id, session)
    case 7: input = .renewDeadlines
    case 8: input = .sweep
    default:
      let issued = Int(kept.runner(runner)?.record.cursors.lastCommand ?? 0)
      input = .commandsAcknowledged(id, session, through: UInt64(random.below(issued + 2)))
    }
    return { $0.input(input) }
  }

  private mutating func configure() -> (World) -> Void {
    let pending = UInt64(random.pick([0, 1, 3, 50]))
    let isContradiction = random.chance(20)
    let reply = reply()
    let events = random.pick([EventSelection.all, .all, .outcomes])
    return { world in
      world.configure(reply: reply) {
        $0.maxPending = pending
        $0.events = events
        if isContradiction { $0.runnerPingInterval = .zero }
      }
    }
  }
}

extension Effects {
  func isSame(as other: Effects) -> Bool {
    commands == other.commands && events == other.events && answers == other.answers
      && deadLetters == other.deadLetters && acknowledgements == other.acknowledgements && tally == other.tally
  }
}
