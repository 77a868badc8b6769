/// The actors and runners of one pool, its queue and its timers: one machine, one order, one time.
///
/// Everything but the records is derived from them by `evolve`, so that a slot cannot be counted twice and a ticket
/// cannot be left behind: there is nothing to forget.
///
/// In signatures `slot` is an actor's place in `actors`, and `runner` a runner's place in `runners`; the slots that runners
/// offer are counted by `Runner.actors`.
package struct Pool: Sendable {
  package let id: PoolID
  package let defaults: PoolSettings
  /// The machine's: no generation at or below it is given out.
  var generationBase: Generation
  /// The newest generation that an actor of this pool was given.
  var newestGeneration: Generation = 0
  package internal(set) var record = PoolRecord()
  package internal(set) var settings: PoolSettings

  var actors: [Actor] = []
  var actorSlots: [ActorID: Int] = [:]
  var freeActorSlots: [Int] = []
  var keys: [NamedKey: Int] = [:]
  /// The ids of those in the first `orderedSlots` places.
  var order = OrderedIDs()
  var orderedSlots = 0

  var runners: [Runner] = []
  var runnerSlots: [RunnerID: Int] = [:]
  var freeRunnerSlots: [Int] = []
  var placement = PlacementIndex()

  /// Slots of the actors whose session has ended and whose loss is not decided: within one turn; in what was recovered, also
  /// those that a worker left alone because it could not read them, while their runner's session ended.
  var stranded: Set<Int> = []

  var queue = TicketQueue()
  var timers = Timers()
  /// The queue pass stopped at its bound and goes on before anything else is decided.
  package internal(set) var needsPass = false

  init(id: PoolID, defaults: PoolSettings, generationBase: Generation = 0) {
    self.id = id
    self.generationBase = generationBase
    self.defaults = defaults
    settings = defaults
  }

  struct Actor: Sendable {
    var id: ActorID
    var facts: ActorFacts
    var record: ActorRecord
  }

  struct Runner: Sendable {
    var id: RunnerID
    var record: RunnerRecord
    /// This worker's view, not journalled: after a restart every runner is fresh.
    var isFresh = true
    /// Slots of the actors whose state names this runner: what is reserved.
    var actors: Set<Int> = []
    /// Issued and not acknowledged, in index order.
    var commands = Fifo<Command>()

    var isDraining: Bool { record.session?.drainDeadline != nil }
    var isEligible: Bool { record.session != nil && !isDraining && isFresh }
    var hasFreeSlot: Bool { record.session.map { Int($0.totalSlots) > actors.count } ?? false }
  }

  /// A key is unique among the actors of one name that are not destroyed.
  struct NamedKey: Hashable, Sendable {
    var name: String
    var key: String
  }

  var nextDeadline: Instant? { timers.deadlines.first?.due }
  var nextAlarm: Instant? { timers.alarms.first?.due }

  /// Slots depend on what was removed before, ids do not: whatever goes over runners goes in this order.
  var runnersInOrder: [Int] { runnerSlots.values.sorted { runners[$0].id < runners[$1].id } }

  /// Actors whose state names the runner, in id order: the order in which they are lost or drained.
  func actorsInOrder(of runner: Int) -> [Int] {
    runners[runner].actors.sorted { actors[$0].id < actors[$1].id }
  }

  /// In id order, as they are lost.
  var strandedInOrder: [Int] { stranded.sorted { actors[$0].id < actors[$1].id } }

  /// Why nobody can be placed now (lifecycle, actor states). Computed when told, never stored.
  package var pendingReason: String {
    let open = runners.lazy.filter { $0.record.session != nil }
    if open.isEmpty { return "no_runner" }
    if !placement.isEmpty { return placement.best == nil ? "newest_full" : "behind_others" }
    return open.contains { !$0.isDraining } ? "all_stale" : "all_draining"
  }
}
