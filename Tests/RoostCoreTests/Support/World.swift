import Testing

@testable import RoostCore

/// One pool, driven as the worker drives it: deadlines, then alarms, then the signal, and the queue pass to its end.
///
/// A step is one line; `said` is everything that left in it. After every step the invariants of the lifecycle are
/// checked, and that the recorded changes alone give the same state.
final class World {
  let pool = PoolID(namespace: "default", name: "gpu")
  var machine: Machine
  /// Knows the changes only, as recovery does.
  var mirror: Machine
  var ledger = Ledger()
  /// Of the last step.
  var effects = Effects()
  var tally: Tally { effects.tally }
  /// The steps since the last record: the worker puts several inputs of a pool into one.
  private var batch = Effects()
  /// The next steps go into one record, until this is false again.
  var holdsRecord = false
  /// Others have used up the alarms of an input: those that are due stay unfired.
  var holdsAlarms = false
  /// A pass that stopped at its bound does not go on.
  var holdsPass = false

  /// Stored-at time of the next message. The stream's time is the greatest so far.
  private(set) var storedAt = Instant(ms: 0)
  private(set) var now = Instant(ms: 0)
  /// The worker's estimate of the broker's clock; counts only where it is ahead of `now`.
  var clock = Instant(ms: 0)
  private(set) var sequence: StreamSequence = 0
  private var record: RecordIndex = 0

  /// Names the run when something is wrong: a seed, a case.
  var label = ""
  /// Checking costs a look at the whole pool: off while a test fills it, then `check` once.
  var isChecking = true
  /// Every how many steps the state is compared with what its changes alone give.
  var replayEvery: StreamSequence = 1

  init(_ defaults: PoolSettings = PoolSettings()) {
    machine = Machine(defaults: defaults)
    mirror = Machine(defaults: defaults)
  }

  convenience init(_ change: (inout PoolSettings) -> Void) {
    var settings = PoolSettings()
    change(&settings)
    self.init(settings)
  }

  /// The next messages are stored at this time, in milliseconds.
  @discardableResult
  func at(_ ms: Int64) -> World {
    storedAt = Instant(ms: ms)
    return self
  }

  @discardableResult
  func after(_ ms: Int64) -> World { at(max(now.ms, storedAt.ms) + ms) }

  // MARK: - Steps

  @discardableResult
  func deliver(_ body: Signal.Body, reply: String? = nil, _ location: SourceLocation = #_sourceLocation) -> World {
    sequence += 1
    let signal = Signal(pool: pool, sequence: sequence, storedAt: storedAt, body: body, replyTo: reply)
    if let reply { ledger.asked(reply, sequence, body) }
    now = max(now, storedAt)
    clock = max(now, clock)
    return step(location) {
      var rounds = 0
      while machine.nextDeadline(by: now) != nil {
        apply(.deadlines)
        rounds += 1
        guard rounds < 1_000 else { return fail("deadlines do not end", location) }
      }
      if !holdsAlarms, machine.nextAlarm(by: now) != nil { apply(.alarms) }
      apply(.signal(signal))
    }
  }

  /// An input that no message brings: verdicts, acknowledgements, the sweep.
  @discardableResult
  func input(_ input: Input, _ location: SourceLocation = #_sourceLocation) -> World { step(location) { apply(input) } }

  private func step(_ location: SourceLocation, _ body: () -> Void) -> World {
    record += 1
    let before = batch
    body()
    effects = batch.since(before)
    if !holdsRecord {
      for change in batch.changes { mirror.evolve(change, in: pool) }
      batch = Effects()
    }
    if let fault = ledger.fault(in: effects) { fail(fault, location) }
    if isChecking { check(location) }
    return self
  }

  private func apply(_ input: Input) {
    let before = batch.tally
    let moment = Moment(now: now, clock: clock, record: record)
    machine.apply(input, to: pool, at: moment, into: &batch)
    let outcomes = batch.tally.outcomes - before.outcomes
    let expected = if case .signal = input { 1 } else { 0 }
    if outcomes != expected { fail("\(input) ended \(outcomes) times", #_sourceLocation) }
    var passes = 0
    while !holdsPass, reading({ $0.needsPass }) == true {
      machine.apply(.continuePass, to: pool, at: moment, into: &batch)
      passes += 1
      guard passes < 10_000 else { return fail("the queue pass does not end", #_sourceLocation) }
    }
  }

  func check(_ location: SourceLocation = #_sourceLocation) {
    for fault in reading({ $0.invariantFaults() }) ?? [] { fail(fault, location) }
    if let fault = ledger.fault(of: machine, pool) { fail(fault, location) }
    if !holdsRecord, record % replayEvery == 0, changes != mirror.reading(pool, { $0.changes() }) ?? [] {
      fail("replay gives another state", location)
    }
  }

  private(set) var hasFailed = false

  func fail(_ fault: String, _ location: SourceLocation) {
    hasFailed = true
    Issue.record("\(label) signal \(sequence) at \(now.ms): \(fault)", sourceLocation: location)
  }

  // MARK: - Reading

  func reading<Result>(_ body: (borrowing Pool) -> Result) -> Result? { machine.reading(pool, body) }

  var changes: [Change] { reading { $0.changes() } ?? [] }
  func view(_ actor: String) -> ActorView? { reading { $0.actorView(ActorID(actor)) } ?? nil }
  func record(of actor: String) -> ActorRecord? {
    reading { pool in pool.actorSlots[ActorID(actor)].map { pool.actors[$0].record } } ?? nil
  }
  func runner(_ id: String) -> Pool.Runner? {
    reading { pool in pool.runnerSlots[RunnerID(id)].map { pool.runners[$0] } } ?? nil
  }
  /// The tickets' holders, first in line first.
  var queue: [String] { reading { pool in pool.queue.slots.map { pool.actors[$0].id.text } } ?? [] }
  var reason: String { reading { $0.pendingReason } ?? "" }

  /// The worker died and read its journal: nothing is left but what the changes say.
  func restart(fromSnapshot: Bool = false) {
    var fresh = Machine(defaults: machine.defaults)
    if fromSnapshot {
      for change in changes { fresh.evolve(change, in: pool) }
    } else {
      fresh = mirror
    }
    fresh.recovered()
    machine = fresh
  }
}

extension Effects {
  /// What came after `before`. Of the changes only those that were not merged into an earlier one.
  fileprivate func since(_ before: Effects) -> Effects {
    var later = self
    later.changes.removeFirst(min(before.changes.count, changes.count))
    later.commands.removeFirst(before.commands.count)
    later.events.removeFirst(before.events.count)
    later.answers.removeFirst(before.answers.count)
    later.deadLetters.removeFirst(before.deadLetters.count)
    later.acknowledgements.removeFirst(before.acknowledgements.count)
    later.tally = Tally(tally, minus: before.tally)
    return later
  }
}

extension Tally {
  init(_ tally: Tally, minus before: Tally) {
    self = tally
    applied -= before.applied
    ignored -= before.ignored
    rejected -= before.rejected
    deadLettered -= before.deadLettered
    droppedEvents -= before.droppedEvents
    rescuedBySweep -= before.rescuedBySweep
  }

  var outcomes: Int { applied + ignored + rejected + deadLettered }
}
