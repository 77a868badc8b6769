import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWire

/// One life of a worker, from reading the journal to the hand-over of the last batch. Runs on one thread, the keeper's:
/// whatever waits for the broker's answer is done here, so that the loop never waits.
final class Service {
  enum End {
    case stopped
    /// The broker has lost messages that were applied. `after`: what its stream ended with when that was seen, if that was
    /// applied.
    case startOver(after: SignalPosition?)
  }

  let configuration: WorkerConfiguration
  var settings: LoopSettings
  let control: Control
  let health: Health
  let metrics: Metrics
  let log: Log
  let spans: SpanExporter?
  let streams: RoostStreams
  /// Of the life before this one, when it ended with a loss.
  let endAtLoss: SignalPosition?
  let queue = InputQueue()
  let progress = Progress()
  /// No other journal was in the way: from here on the broker may know this one.
  var hasClaimed = false

  init(
    configuration: WorkerConfiguration, settings: LoopSettings, control: Control, health: Health, metrics: Metrics,
    log: Log, spans: SpanExporter?, endAtLoss: SignalPosition?
  ) {
    self.configuration = configuration
    self.settings = settings
    self.control = control
    self.health = health
    self.metrics = metrics
    self.log = log
    self.spans = spans
    self.endAtLoss = endAtLoss
    streams = RoostStreams(
      prefix: configuration.subjectPrefix, replicas: configuration.streamReplicas,
      signalsMaxBytes: configuration.streamMaxBytes)
    self.settings.streamName = streams.signalsName
  }

  func run() throws(WorkerError) -> End {
    let disk = FileDisk(root: configuration.dataFolder)
    var layout = JournalConfiguration()
    layout.nowMs = LogLine.now
    var saidNs = Monotonic.nowNs()
    layout.onProgress = { [health, log] progress in
      health.update { $0.reason = "starting: reading the journal, \(progress)" }
      guard Monotonic.nowNs() - saidNs > WorkerLimits.progressNs else { return }
      saidNs = Monotonic.nowNs()
      log.info("journal is being read", [.progress: "\(progress)"])
    }
    let (journal, recovered) = try Recovered.open(
      disk, configuration: layout, defaults: configuration.poolDefaults, partitions: configuration.partitions, log: log)
    let compactor = Compactor(
      folder: configuration.dataFolder, journal: journal.id, defaults: configuration.poolDefaults,
      partitions: configuration.partitions, from: recovered.snapshot, metrics: metrics, log: log, queue: queue)
    let historian = Historian(folder: configuration.dataFolder, journal: journal.id, log: log, queue: queue)
    // While the folder is still ours.
    defer {
      compactor.stop()
      historian.stop()
    }
    var isSetWritten = false
    var opened: Hand?
    do throws(WorkerError) {
      isSetWritten = try PoolSet.check(disk, configuration.servedPools, isNew: journal.lastIndex == .none)
      let hand = try Hand.open(disk, isNew: journal.lastIndex == .none)
      opened = hand
      settings.workerName = journal.id.description
      progress.set(
        newest: recovered.position, settled: recovered.positions.readAfter,
        newestGeneration: recovered.machine.newestGeneration)
      report(journal, recovered, hand)
      let end = try reachBroker(journal, hand, recovered, compactor, historian)
      compactor.stop()
      historian.stop()
      do throws(JournalError) {
        if end == nil { try hand.putBack() }
        try journal.close()
      } catch { throw WorkerError(error) }
      return end ?? .stopped
    } catch {
      // The first error says why; giving up a journal that failed cannot add to it.
      do { try giveUp(journal, opened, disk, isSetWritten: isSetWritten) } catch {}
      throw error
    }
  }

  /// Before it has claimed anything, a worker leaves the folder as it was: what it has made of an empty one goes again.
  private func giveUp(
    _ journal: Journal, _ hand: Hand?, _ disk: FileDisk, isSetWritten: Bool
  ) throws(JournalError) {
    if hasClaimed { return try journal.close() }
    // What one of them cannot take back must not keep the others from it.
    var failure: JournalError?
    do throws(JournalError) { try hand?.putBack() } catch { failure = error }
    if journal.isUnused, isSetWritten {
      do throws(JournalError) { try PoolSet.remove(disk) } catch { failure = failure ?? error }
    }
    try journal.discard()
    if let failure { throw failure }
  }

  /// nil: stopped before the broker was reached.
  private func reachBroker(
    _ journal: Journal, _ hand: Hand, _ recovered: Recovered, _ compactor: Compactor, _ historian: Historian
  ) throws(WorkerError) -> End? {
    guard let connection = try untilReached({ () throws(NATSError) in try self.connect() }) else { return nil }
    defer { connection.close() }
    guard let outbox = try untilReached({ () throws(NATSError) in try self.connectOutbox() }) else { return nil }
    defer { outbox.stop(timeoutMs: 1_000) }
    if !configuration.skipsSetup {
      let made: Void? = try untilReached { () throws(NATSError) in try JetStream(connection).ensure(self.streams) }
      if made == nil { return nil }
    }
    let keeper = Keeper(self, connection, outbox, journal, hand, recovered, compactor, historian)
    return try keeper.run()
  }

  /// Tries until the broker has answered, with growing pauses, for ever; nil when stopped meanwhile. Throws what no
  /// waiting changes.
  func untilReached<Value>(_ body: () throws(NATSError) -> Value) throws(WorkerError) -> Value? {
    var delayMs = WorkerLimits.retryMs
    while !control.isStopping {
      do throws(NATSError) {
        return try body()
      } catch {
        if error.code == .configurationDiffers || error.code == .badAccess {
          throw WorkerError(.usage, code: error.code.rawValue, error.message)
        }
        health.update { $0.reason = error.message }
        log.warning("broker not reached, trying again", [.error: error.message, .delayMs: delayMs])
        guard control.pause(ms: delayMs) else { return nil }
        delayMs = min(delayMs * 2, WorkerLimits.longestRetryMs)
      }
    }
    return nil
  }

  private func connect() throws(NATSError) -> NATSConnection {
    let pings = settings.subjects.allPings.split(separator: "*").first.map(String.init) ?? ""
    return try NATSConnection.connect(
      NATSSettings(configuration.access, name: "roost worker \(settings.workerName)")
    ) { [control, queue, log] event in
      switch event {
      case .slowConsumer(let subject) where subject.hasPrefix(pings): queue.put(.pingsDropped)
      default: noticeLink(event, control, queue, log)
      }
    }
  }

  private func connectOutbox() throws(NATSError) -> Outbox {
    try Outbox.connect(
      NATSSettings(configuration.access, name: "roost worker \(settings.workerName) out"),
      onConnectionEvent: { [control, queue, log] event in noticeLink(event, control, queue, log) },
      onEvent: { [queue] event in
        switch event {
        case .handedOver(let batch): queue.put(.handedOver(commit: batch))
        case .doubtful(let batch): queue.put(.doubtful(commit: batch))
        }
      })
  }

  private func report(_ journal: Journal, _ recovered: Recovered, _ hand: Hand) {
    if hand.wasUnclean {
      log.warning("worker did not end in good order, what it may have had in hand is applied one signal at a time")
    }
    for quarantine in journal.recovery.quarantined {
      log.error(
        "journal is damaged, partitions are not served",
        [.file: quarantine.damage.description, .reason: "\(quarantine.scope)"])
    }
    for entry in recovered.undecodable.prefix(100) {
      if let actor = entry.actor, entry.part != nil {
        log.error(
          "journal entry cannot be read, its actor is not served",
          [.pool: entry.pool, .actorID: actor, .error: entry.error.message])
      } else {
        log.error(
          "journal entry cannot be read, its partition is not served", [.pool: entry.pool, .error: entry.error.message])
      }
    }
    metrics.set(.actorsQuarantined, to: Int64(recovered.quarantine.all.count))
    metrics.set(.partitionsQuarantined, to: Int64(recovered.damagedPartitions.count))
    log.info(
      "journal read",
      [
        .folder: configuration.dataFolder, .journalID: journal.id, .record: journal.lastIndex,
        .position: recovered.position.sequence, .pools: recovered.machine.poolIDs.count,
        .dropped: journal.recovery.cutBytes,
      ])
  }
}

/// Both connections tell the same way: a break of either is a break of the link.
private func noticeLink(_ event: NATSConnectionEvent, _ control: Control, _ queue: InputQueue, _ log: Log) {
  switch event {
  case .disconnected:
    if !control.isStopping { log.warning("link to the broker broke") }
    control.linkBroke { queue.put(.linkDown) }
  case .closed(let reason):
    // Without a reason it was closed by us.
    if !reason.isEmpty { log.error("connection to the broker closed", [.reason: reason]) }
    control.linkBroke { queue.put(.linkDown) }
  case .reconnected: control.linkChanged()
  case .slowConsumer(let subject): log.warning("messages were dropped, the subscriber is too slow", [.subject: subject])
  case .trouble(let error): log.warning("trouble with the broker", [.error: error.message])
  }
}
