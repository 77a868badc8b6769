/// All pools of a worker. Pure: no I/O, no randomness, no clock of its own; the same inputs give the same state and the
/// same effects, in the same order, in every process.
package struct Machine: Sendable {
  /// What a pool's absent settings mean here.
  package let defaults: PoolSettings
  private var pools: [Pool] = []
  private var indexes: [PoolID: Int] = [:]
  private var deadlines = Agenda()
  private var alarms = Agenda()
  /// The newest generation that any actor was ever given, as far as the state knows.
  package private(set) var newestGeneration: Generation = 0
  /// No generation at or below this is given out, in any pool: those of a journal whose pools were adopted.
  package private(set) var generationBase: Generation = 0

  package init(defaults: PoolSettings) { self.defaults = defaults }

  /// Decides one input and folds the decision into the state. `effects` are those of this pool: nothing else is in them.
  ///
  /// Before a signal stored at t is applied, `nextDeadline(by: t)` must have become nil: deadlines hold it back.
  package mutating func apply(_ input: Input, to id: PoolID, at moment: Moment, into effects: inout Effects) {
    if let index = indexes[id] {
      pools[index].apply(input, at: moment, into: &effects)
      schedule(index)
      return
    }
    // A pool exists from its first create, init or configure; of anything else nothing but a refusal can come, which
    // is decided on a pool that is then forgotten.
    guard case .signal(let signal) = input else { return }
    var pool = Pool(id: id, defaults: defaults, generationBase: generationBase)
    if signal.makesPool, indexes.count >= Limits.pools {
      pool.refuse(
        signal, limit: "pools", message: "this worker serves \(Limits.pools) pools already", at: moment, into: &effects)
      return
    }
    pool.apply(input, at: moment, into: &effects)
    guard signal.makesPool, !effects.changes.isEmpty else { return }
    adopt(pool)
  }

  /// Recovery: assigns what a journal record holds. Live decisions are folded by the same function of the pool.
  package mutating func evolve(_ change: Change, in id: PoolID) {
    let index = indexes[id] ?? adopt(Pool(id: id, defaults: defaults, generationBase: generationBase))
    pools[index].evolve(change)
    schedule(index)
  }

  /// The pools of another journal were adopted: every generation given out from now on is above `base`, so that runners,
  /// which ignore what is older than what they have run, take it. Never goes back.
  package mutating func raiseGenerations(above base: Generation) {
    generationBase = max(generationBase, base)
    for index in pools.indices { pools[index].generationBase = generationBase }
  }

  /// All records are folded: queues are put in order, and those that are not empty want a pass.
  package mutating func recovered() {
    for index in pools.indices {
      pools[index].recovered()
      schedule(index)
    }
  }

  /// Recovery left actors of this pool out, and nobody can tell which tickets they hold: new ones are far above.
  package mutating func passOverTickets(of id: PoolID) {
    if let index = indexes[id] { pools[index].record.nextTicket &+= Limits.ticketGap }
  }

  /// The pool whose deadline is due first, if by `now`: it gets `.deadlines`.
  package func nextDeadline(by now: Instant) -> PoolID? { due(deadlines, by: now) }

  /// The pool whose alarm, back-off or retention is due first, if by `now`: it gets `.alarms`.
  package func nextAlarm(by now: Instant) -> PoolID? { due(alarms, by: now) }

  /// The next timer of all, and its pool: when it is due, the stream's time is asked for under that pool.
  package var nextTimer: (pool: PoolID, due: Instant)? {
    [deadlines.first, alarms.first].compactMap { $0 }.min { $0.due < $1.due }.map { (pools[$0.index].id, $0.due) }
  }

  package var poolIDs: [PoolID] { pools.map(\.id).sorted() }

  /// The pool's queue pass stopped at its bound: it gets `.continuePass` before anything else.
  package func needsPass(_ id: PoolID) -> Bool { indexes[id].map { pools[$0].needsPass } ?? false }

  /// Reads a pool where it stands, without copying it; nil when it is not known.
  package func reading<Result>(_ id: PoolID, _ body: (borrowing Pool) -> Result) -> Result? {
    guard let index = indexes[id] else { return nil }
    return body(pools[index])
  }

  /// For what is derived and decides nothing.
  mutating func updating<Result>(_ id: PoolID, _ body: (inout Pool) -> Result) -> Result? {
    indexes[id].map { body(&pools[$0]) }
  }

  private func due(_ agenda: Agenda, by now: Instant) -> PoolID? {
    agenda.first.flatMap { $0.due <= now ? pools[$0.index].id : nil }
  }

  @discardableResult
  private mutating func adopt(_ pool: Pool) -> Int {
    let index = pools.count
    indexes[pool.id] = index
    pools.append(pool)
    schedule(index)
    return index
  }

  private mutating func schedule(_ index: Int) {
    deadlines.set(index, pools[index].nextDeadline)
    alarms.set(index, pools[index].nextAlarm)
    newestGeneration = max(newestGeneration, pools[index].newestGeneration)
  }
}

extension Signal {
  /// A pool exists from its first create, init or configure.
  var makesPool: Bool {
    switch body {
    case .actor(_, .create), .runner(_, .initialize), .pool(.configure): true
    default: false
    }
  }
}
