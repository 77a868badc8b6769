import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWire
import RoostWorker

/// A worker, life after life: the real loop over the real journal. What the keeper does around them is played here: whose
/// journal it is, whether the stream is still the one that was read, the link's news, reading, stopping.
final class SimulatedWorker {
  enum Life {
    /// No process; a supervisor starts one.
    case down(untilNs: Int64)
    /// The journal is read, the broker was not asked yet.
    case claiming(atNs: Int64)
    case serving
  }

  unowned let simulation: Simulation
  var life = Life.down(untilNs: 0)
  let disk = SimulatedDisk()
  let clock: SimulatedClock
  var link: SimulatedLink
  var loop: Loop?
  var journal: Journal?
  var progress = Progress()
  var metrics = Metrics()
  var source = SimulatedSource()
  let compactor: SimulatedCompactor
  var arrivals = Arrivals()
  /// Something lies in `arrivals`: the loop turns then.
  var arrivedNs: Int64?
  var stalledUntilNs: Int64 = 0

  // MARK: - The keeper's part

  /// What the broker's bucket says: how far the journal is durable at least.
  var identityPosition: StreamSequence = 0
  var bringUpNs: Int64?
  var refreshNs = Int64.max
  var checkNs = Int64.max
  var isRefused = false

  // MARK: - The reader's part

  var delivered: StreamSequence = 0
  var readerStart = SignalStart.afterSequence(0)
  /// The greatest stored-at time of what was ever delivered to a loop.
  var deliveredNs: Int64 = 0
  /// What was delivered last in this life, as the stream held it then.
  var newestDelivered: (sequence: StreamSequence, storedAtNs: Int64)?
  /// Of everything that was delivered to this loop, in order.
  var deliveries: [(storedAtNs: Int64, subject: String)] = []
  var isReading = false
  /// When reading begins (again), and when the next messages come.
  var openNs: Int64?
  var deliverNs: Int64?

  // MARK: - What recovery is compared with

  /// The machine as it stood before a turn that may fail, and as it stood at the end.
  var before: Machine?
  var after: Machine?
  var lastSaid: RoostCore.RecordIndex = 0
  /// The file `hand` as this life began.
  var handAtStart: [UInt8]?
  /// How many deaths in a row left it with the name of this signal, at most.
  private(set) var deathsInHand: [StreamSequence: Int] = [:]
  private var lastInHand: (sequence: StreamSequence, deaths: Int) = (0, 0)

  init(_ simulation: Simulation) {
    self.simulation = simulation
    clock = simulation.clock
    link = SimulatedLink(simulation)
    compactor = SimulatedCompactor(simulation)
    disk.onOperation = { [unowned self] in dieOfPoison() }
  }

  /// What the recovered state may know of the stream's time: of a torn batch some partitions are ahead of what is applied
  /// again.
  var recoveredTime = Instant.distantPast

  var isServing: Bool { if case .serving = life { true } else { false } }
  var machine: Machine? { loop?.machine }
  var lastRecord: RoostCore.RecordIndex { journal?.lastIndex.rawValue ?? 0 }

  // MARK: - Time

  /// When there is something to do; max = not by waiting.
  var nextNs: Int64 {
    switch life {
    case .down(let untilNs): return untilNs
    case .claiming(let atNs): return link.isUp ? atNs : .max
    case .serving:
      var next = min(arrivedNs ?? .max, turnNs, compactor.dueNs)
      next = max(next, stalledUntilNs)
      if link.isUp {
        next = min(next, bringUpNs ?? min(refreshNs, checkNs))
        next = min(next, openNs ?? .max, deliverNs ?? .max)
      }
      return next
    }
  }

  /// Breaks of the link, and spells of a full stream, that the loop was told of. After each of them deadlines that wait for a
  /// runner are renewed.
  var interruptions = 0

  /// When the loop wants to turn even if nothing arrives: only a turn changes it.
  private(set) var turnNs = Int64.max

  func plan() {
    guard let loop else { return turnNs = .max }
    turnNs = loop.hasWork ? simulation.nowNs : clock.worldNs(of: loop.nextTurnNs)
  }

  func work() {
    let now = simulation.nowNs
    switch life {
    case .down(let untilNs): if now >= untilNs { start() }
    case .claiming(let atNs): if now >= atNs, link.isUp { claim() }
    case .serving:
      if link.isUp { keep(now) }
      guard case .serving = life, now >= stalledUntilNs else { return }
      if now >= compactor.dueNs { compactor.work() }
      guard case .serving = life else { return }
      if now >= min(arrivedNs ?? .max, turnNs) { turn() }
    }
  }

  func keep(_ now: Int64) {
    if let at = openNs, now >= at { openReader() }
    if let at = deliverNs, now >= at { deliver() }
    if let at = bringUpNs, now >= at { bringUp() }
    if isServing, bringUpNs == nil, now >= refreshNs {
      writeIdentity()
      put { $0.notices.append(.brokerClock(storedAtNs: simulation.brokerNs, receivedNs: clock.monotonicNs())) }
    }
    if isServing, bringUpNs == nil, now >= checkNs { check() }
  }

  // MARK: - Arrivals

  func notice(_ notice: Notice) { put { $0.notices.append(notice) } }
  func take(ping: Inquiry) { if isServing { put { $0.take(ping: ping) } } }

  func put(_ body: (inout Arrivals) -> Void) {
    guard isServing else { return }
    body(&arrivals)
    if arrivedNs == nil { arrivedNs = simulation.nowNs + Int64(simulation.random.below(1_000_000)) }
  }

  /// What the loop publishes in its turn may bring news for the next.
  func takeArrivals() -> Arrivals {
    defer { arrivals = Arrivals() }
    arrivedNs = nil
    return arrivals
  }

  // MARK: - The loop

  func turn() {
    guard let loop else { return }
    // Only where the turn may fail is the state before of interest; a batch that is held began before.
    let mayFail = disk.mayFail || simulation.poison != nil
    if mayFail, !loop.isHeld || before == nil { before = loop.machine }
    if !mayFail, !loop.isHeld { before = nil }
    let wasHeld = loop.isHeld
    do throws(WorkerError) {
      var taken = takeArrivals()
      try loop.turn(&taken)
      try loop.tidy()
    } catch {
      return die(error.code, restartMs: 50)
    }
    if loop.isHeld {
      simulation.coverage.add("batch held")
    } else if wasHeld {
      simulation.coverage.add("batch released")
    }
    plan()
    countSignals()
    simulation.turned()
  }

  /// Every signal that the loop is done with has ended in one way.
  func countSignals() {
    let ended =
      metrics[.signalsApplied] + metrics[.signalsIgnored] + metrics[.signalsRejected] + metrics[.signalsSkipped]
    // A list of a runner's events counts as applied, and as dead when one of them is.
    let dead = metrics[.signalsDeadLettered]
    let returned = Int64(source.returned)
    if loop?.isHeld == false, returned < ended || returned > ended + dead {
      simulation.fail("\(returned) signals were read, \(ended) ended and \(dead) are dead letters")
    }
  }

  /// The process is gone. What it had written to its socket is on its way.
  func die(_ cause: String, restartMs: Int64, losesPower: Bool = false) {
    guard let loop else { return }
    simulation.note("worker dies: \(cause)")
    simulation.coverage.add("worker dies: \(cause)")
    after = loop.machine
    lastSaid = simulation.witness.lastRecord
    end()
    disk.crash(losesPower || simulation.losesPower ? .power(seed: simulation.random.next()) : .nothing)
    simulation.losesPower = false
    noteHand()
    life = .down(untilNs: simulation.nowNs + restartMs * 1_000_000)
  }

  /// The signal that the file names and how many times in a row, read without the worker's help.
  private func mark(in file: [UInt8]?) -> (sequence: StreamSequence, times: UInt64)? {
    let words = String(decoding: file ?? [], as: UTF8.self).split(separator: " ")
    let values = words.compactMap { UInt64($0.drop { $0 != "=" }.dropFirst()) }
    return values.count == 3 ? (values[0], values[2]) : nil
  }

  /// The signal that this life has named in the file.
  private var namedInHand: StreamSequence? { disk["hand"] == handAtStart ? nil : mark(in: disk["hand"])?.sequence }

  private func noteHand() {
    guard let named = namedInHand else { return }
    simulation.coverage.add("worker dies with a signal named in hand")
    lastInHand = (named, named == lastInHand.sequence ? lastInHand.deaths + 1 : 1)
    deathsInHand[named] = max(deathsInHand[named] ?? 0, lastInHand.deaths)
  }

  /// Before each change of the disk: none follows once the poison was applied, in a batch or alone.
  private func dieOfPoison() {
    guard let loop, let poison = simulation.poison else { return }
    // This life passes it without looking into it.
    if let found = mark(in: handAtStart), found.sequence == poison, found.times >= WorkerLimits.poisonDeaths { return }
    let isInBatch = loop.newestApplied >= poison && progress.newest.sequence < poison
    if isInBatch || namedInHand == poison { disk.crashAtOperation = disk.operations }
  }

  func end() {
    link.isDead = true
    loop = nil
    plan()
    journal = nil
    isReading = false
    compactor.end()
    arrivals = Arrivals()
    (arrivedNs, openNs, deliverNs, bringUpNs) = (nil, nil, nil, nil)
    (refreshNs, checkNs) = (.max, .max)
  }
}
