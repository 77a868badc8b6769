import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWire

/// The loop of a worker, without a thread of its own: what has arrived goes in, batches come out.
///
///     take what has arrived: notices, pings, signals, questions
///     apply: pings first, then signals in order with the timers due before each, then verdicts
///     append one record per partition touched; one write, one flush for all of them
///     publish commands, events, answers, dead letters; ask for more signals; answer questions
///
/// Disk, link and clocks are parameters, and nothing in here waits: a simulation runs this very code in one thread.
package final class Loop {
  let settings: LoopSettings
  let journal: Journal
  let compacting: (any Compacting)?
  let recounting: (any Recounting)?
  let link: any Link
  let source: any SignalSource
  let clocks: any Clocks
  let health: Health
  let metrics: Metrics
  let progress: Progress
  let log: Log
  /// nil: nobody wants them.
  let spans: (any SpanSink)?
  let hand: Hand
  let codec = WireCodec()
  let subjects: Subjects
  let parser: SubjectParser
  let records = RecordGroup()
  /// Of the payloads in `records`.
  var recordBytes = 0

  package internal(set) var machine: Machine
  var clock: StreamClock
  var positions: Positions
  var handover: Handover
  var deadLetters: DeadLetterBox
  var liveness = Liveness()
  var echo = Echo()
  var acknowledgements = Acknowledgements()
  var ticker = Ticker()

  // MARK: - The batch in hand

  var batch = Batch()
  /// Signals that came and are not applied yet.
  var backlog = Backlog()
  /// The signal that is being applied: its timers come first, and a batch may end between two of them.
  var inHand: RoostNATS.SignalMessage?
  /// Whether it is applied in a batch of its own.
  var careful: CarefulStart
  /// How many changes alarms may still make before it.
  var alarmBudget = 0
  /// The pool whose queue pass stopped at its bound.
  var passing: PoolID?
  /// What quarantined actors ask for: before anything else.
  var first: [Chore]
  /// What pings and a new link ask for: before the signals.
  var before = Chores()
  /// Verdicts and sweeps: after the signals.
  var after = Chores()
  /// Acknowledgements of commands: they ride in the next record of their pool.
  var lazy: [PoolID: LazyChanges] = [:]
  /// Partitions that are damaged, or hold a record that this version cannot read: not served.
  let damagedPartitions: Set<Partition>
  /// Actors with an entry that this version cannot read: not served.
  let quarantine: ActorQuarantine
  /// Encoded and not durable because the disk is full, or not even begun because its mark has no room; nothing else is
  /// applied before it is.
  package internal(set) var isHeld = false
  var heldReason = ""
  /// While it is: those who wait for signals through this one were told; nil = nobody was.
  var toldThrough: StreamSequence?
  /// Records through this one are in both snapshots that are kept.
  var snapshotThrough: RoostCore.RecordIndex = 0
  /// When the next segment may be prepared after there was no room for it.
  var preparationNs: Int64 = 0
  /// What the compactor was told of last.
  var sealedThrough = RoostJournal.RecordIndex.none
  var retryNs: Int64 = 0

  /// What was asked and waits for its turn.
  var questions = Questions()
  var discovery: Discovery
  /// Callers that wait until an actor is ready.
  var wakes = Wakes()

  // MARK: - Times, by the monotonic clock

  /// When this turn began.
  var turnNs: Int64
  var lastTurnEndNs: Int64
  var sweepNs: Int64
  package internal(set) var isLinkUp = false
  /// Deadlines that wait for a runner get their whole threshold again once the broker's clock is known.
  package internal(set) var mustRenew = true
  /// The link came up while a batch was held: runners are told what they may have missed once it is durable.
  var mustSendAgain = false
  /// Commands were sent again because a ping showed that they are missing.
  var hasSentAgain = false
  /// What is in doubt is not published again before.
  var publishAgainNs: Int64 = 0
  var isStopping = false
  /// The end of the stream was read once.
  private(set) var hasBeenReady = false
  private var shownProblem = Health.catchingUp

  package init(
    settings: LoopSettings, recovered: Recovered, journal: Journal, hand: Hand, link: any Link,
    source: any SignalSource, clocks: any Clocks, compacting: (any Compacting)? = nil,
    recounting: (any Recounting)? = nil, health: Health = Health(), metrics: Metrics = Metrics(),
    progress: Progress = Progress(), log: Log = .silent, spans: (any SpanSink)? = nil
  ) {
    self.settings = settings
    self.journal = journal
    self.hand = hand
    careful = CarefulStart(isNeeded: hand.wasUnclean)
    self.link = link
    self.source = source
    self.clocks = clocks
    self.compacting = compacting
    self.recounting = recounting
    self.health = health
    self.metrics = metrics
    self.progress = progress
    self.log = log
    self.spans = spans
    subjects = settings.subjects
    parser = SubjectParser(settings.subjects)
    discovery = Discovery(
      id: settings.workerName, version: settings.version, startedMs: clocks.wallMs(), subjects: settings.subjects)
    machine = recovered.machine
    clock = recovered.clock
    positions = recovered.positions
    handover = recovered.handover
    deadLetters = recovered.deadLetters
    damagedPartitions = recovered.damagedPartitions
    quarantine = recovered.quarantine
    first = quarantine.chores
    turnNs = clocks.monotonicNs()
    lastTurnEndNs = turnNs
    sweepNs = turnNs + WorkerLimits.sweepIntervalNs
    batch.begin(firstRecord: journal.nextIndex.rawValue)
  }

  /// One turn: takes all of `arrivals`, which is empty afterwards, and finishes at most one batch.
  package func turn(_ arrivals: inout Arrivals) throws(WorkerError) {
    turnNs = clocks.monotonicNs()
    noticeStandstill()
    for notice in arrivals.notices { take(notice) }
    for ping in arrivals.pings { answer(ping: ping) }
    if hasSentAgain {
      hasSentAgain = false
      commitPublished()
    }
    take(signals: &arrivals)
    if isHeld {
      try retry()
    } else if isLinkUp {
      try fill()
      try commit()
    }
    publishAgain()
    tellWaiters()
    tick()
    sendEcho()
    acknowledgeEvents()
    sendDeadLetters()
    answer(requests: &arrivals.requests)
    finishWakes()
    arrivals.removeAll()
    showHealth()
    lastTurnEndNs = clocks.monotonicNs()
    // Stopped in the middle: pings that came meanwhile may still be on their way to us.
    if lastTurnEndNs - turnNs > WorkerLimits.standstillNs { excuseSilence(untilNs: lastTurnEndNs) }
  }

  private func showHealth() {
    if hasCaughtUp { hasBeenReady = true }
    // Without room at the start it will not be ready before there is some: then that is the reason.
    let problem = isHeld ? heldReason : hasBeenReady ? "" : Health.catchingUp
    if problem == shownProblem { return }
    shownProblem = problem
    health.update { report in
      report.isReady = problem.isEmpty
      report.reason = problem
    }
  }

  /// True while another turn has something to do without anything new.
  package var hasWork: Bool {
    if isHeld || !isLinkUp { return false }
    return inHand != nil || !questions.isEmpty || (!backlog.isEmpty && mayTakeSignals) || !before.isEmpty
      || !after.isEmpty || passing != nil
      || hasProvenTimers
  }

  /// Timers due by this are proven to be due: the stream's time, as far as it was applied.
  package var provenTime: Instant { clock.proven }

  /// When the next turn is due even if nothing arrives, by the monotonic clock.
  package var nextTurnNs: Int64 {
    if hasWork { return 0 }
    if isHeld { return retryNs }
    // Nothing leaves and nothing is judged without a link: what is due then waits for the notice that it is up.
    guard isLinkUp else { return .max }
    var next = min(nextEchoNs, sweepNs, positions.overdueNs)
    next = min(next, acknowledgements.nextNs ?? .max, deadLetters.retryNs, wakes.nextNs)
    if handover.isInDoubt { next = min(next, publishAgainNs) }
    if let tickNs = nextTickNs { next = min(next, tickNs) }
    return next
  }

  /// The loop did not run for a while: what runners sent then was not heard in time.
  private func noticeStandstill() {
    let plannedNs = max(lastTurnEndNs, nextTurnNs == .max ? turnNs : nextTurnNs)
    if turnNs - min(plannedNs, turnNs) > WorkerLimits.standstillNs { excuseSilence(untilNs: turnNs) }
  }
}

/// What a loop is told once.
package struct LoopSettings: Sendable {
  package var subjects: Subjects
  /// Empty = all.
  package var servedPools: Set<PoolID> = []
  package var partitions: UInt32 = 64
  /// Names the publisher of ticks.
  package var workerName = ""
  /// Of the program, as service tools show it.
  package var version = "0.0.0"
  /// Named in dead letters.
  package var streamName = "ROOST_SIGNALS"
  /// How long segments are kept for people after their records are in both snapshots.
  package var historyMs: Int64 = 24 * 3_600_000
  /// And how many bytes of segments at most.
  package var historyBytes = WorkerLimits.historyBytes
  package init(subjects: Subjects) { self.subjects = subjects }

  func serves(_ pool: PoolID) -> Bool { servedPools.isEmpty || servedPools.contains(pool) }
}
