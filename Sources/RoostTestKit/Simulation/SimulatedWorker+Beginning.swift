import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWire
import RoostWorker

// From reading the journal to serving: what was told to anybody must be in it, and the broker is asked as the keeper asks.

extension SimulatedWorker {
  func start() {
    var configuration = JournalConfiguration()
    configuration.segmentBytes = simulation.story.setting.segmentBytes
    configuration.random = { [unowned simulation] in simulation.random.next() }
    disk.healFaults()
    let isUp = link.isUp
    let recovered: Recovered
    let hand: Hand
    do throws(WorkerError) {
      (journal, recovered) = try Recovered.open(
        disk, configuration: configuration, defaults: simulation.story.setting.defaults,
        partitions: Simulation.partitions)
      guard let journal else { return }
      hand = try Hand.open(disk, isNew: journal.lastIndex == .none)
    } catch {
      return simulation.fail("the journal does not open: \(error)")
    }
    guard let journal else { return }
    if recovered.snapshot != nil { simulation.coverage.add("worker starts from a snapshot") }
    judge(recovered, journal)
    link = SimulatedLink(simulation)
    if !isUp { link.breakDown() }
    progress = Progress()
    metrics = Metrics()
    source = SimulatedSource()
    progress.set(
      newest: recovered.position, settled: recovered.readAfter, newestGeneration: recovered.machine.newestGeneration)
    clock.begin(originNs: Int64(simulation.random.below(1 << 40)), driftPpm: simulation.story.setting.driftPpm)
    var settings = LoopSettings(subjects: simulation.subjects)
    settings.partitions = Simulation.partitions
    settings.historyMs = 0
    loop = Loop(
      settings: settings, recovered: recovered, journal: journal, hand: hand, link: link, source: source, clocks: clock,
      compacting: compactor, metrics: metrics, progress: progress)
    readerStart = recovered.readerStart
    handAtStart = disk["hand"]
    newestDelivered = nil
    deliveries = []
    before = nil
    after = nil
    let isAhead = recovered.position.sequence > recovered.readAfter
    recoveredTime = isAhead ? Instant(ms: deliveredNs / 1_000_000) : .distantPast
    isReading = false
    stalledUntilNs = 0
    simulation.coverage.add("worker starts")
    life = .claiming(atNs: simulation.nowNs)
  }

  /// Whatever was told to anybody must be in the journal, and replaying it gives the state that was live.
  func judge(_ recovered: Recovered, _ journal: Journal) {
    if let (pool, actor) = recovered.quarantine.all.first {
      return simulation.fail("after a crash actor \(actor) of \(pool) is not served")
    }
    if !recovered.damagedPartitions.isEmpty {
      return simulation.fail("after a crash partitions \(recovered.damagedPartitions.sorted()) are not served")
    }
    if journal.lastIndex.rawValue < lastSaid {
      return simulation.fail("record \(lastSaid) was told of, the journal ends with \(journal.lastIndex.rawValue)")
    }
    if recovered.position.sequence < identityPosition {
      return simulation.fail(
        "the identity says \(identityPosition), the journal ends at \(recovered.position.sequence)")
    }
    if recovered.position.sequence + 1 < simulation.stream.first, !simulation.hasLostSignals {
      return simulation.fail("signals after \(recovered.position.sequence) were trimmed and are not in the journal")
    }
    simulation.witness.recovered(recovered.machine)
    guard let after else { return }
    for pool in Set(after.poolIDs).union(recovered.machine.poolIDs).sorted() {
      let found = StateText(recovered.machine, pool)
      if found.isSame(as: StateText(after, pool)) { continue }
      if let before, found.isSame(as: StateText(before, pool)) { continue }
      return simulation.fail(
        "replay gives another state of \(pool): \(found.difference(from: StateText(after, pool)))")
    }
  }

  /// Whose pools are they, and is the stream the one that was read?
  func claim() {
    guard let loop else { return }
    let position = progress.newest
    switch check(position) {
    case .sound: break
    case .lost(let reason, let last):
      simulation.note("worker accepts the loss: \(reason)")
      simulation.coverage.add("stream loss accepted")
      identityPosition = 0
      do throws(WorkerError) {
        if let last, loop.readAfter < last.sequence {
          simulation.coverage.add("rest completed before a loss is accepted")
          try loop.complete(messages(loop.readAfter + 1...last.sequence))
        }
        try loop.goOn(from: last ?? SignalPosition(sequence: 0, storedAt: position.storedAt, subject: ""))
      } catch {
        return die(error.code, restartMs: 50)
      }
      readerStart = StreamCheck.start(after: position, last: last)
      simulation.witness.losesOrder()
    }
    switch readerStart {
    case .afterSequence(let sequence): delivered = sequence
    case .storedAt(let ns):
      delivered = simulation.stream.sequence(before: ns)
      simulation.witness.readsAgain(after: delivered)
    }
    life = .serving
    plan()
    simulation.note("worker reads after \(delivered), record \(lastRecord)")
    bringUpNs = simulation.nowNs + simulation.latencyNs()
    checkNs = simulation.nowNs + 60_000_000_000
  }

  func check(_ position: SignalPosition) -> StreamCheck {
    StreamCheck.judge(at: position, last: simulation.stream.last) { (sequence) throws(Never) in
      simulation.stream.position(sequence)
    }
  }
}
