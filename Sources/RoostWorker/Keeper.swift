import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWire

/// Keeps a running worker's word with the broker: the journal's identity, the stream's trimming, and the question after
/// every break of the link whether everything is still as it was.
final class Keeper {
  let service: Service
  let link: NATSLink
  let jetStream: JetStream
  let reader: SignalReader
  let loop: Loop
  let thread: LoopThread
  var keys: IdentityKeys
  var trimmer = Trimmer()
  var subscriptions: [NATSSubscription] = []
  var readerStart: SignalStart
  var isReading = false
  var refreshNs: Int64 = 0
  var trimNs: Int64 = 0
  var refusedTrimNs: Int64 = 0
  /// When the stream's fullness is looked at next; never in a worker of some pools, which does not trim.
  var fullnessNs: Int64

  var control: Control { service.control }
  var log: Log { service.log }
  var streams: RoostStreams { service.streams }

  init(
    _ service: Service, _ connection: NATSConnection, _ outbox: Outbox, _ journal: Journal, _ hand: Hand,
    _ recovered: Recovered, _ compactor: Compactor, _ historian: Historian
  ) {
    self.service = service
    link = NATSLink(
      connection: connection, outbox: outbox, subjects: service.settings.subjects, streams: service.streams,
      queue: service.queue, control: service.control, log: service.log)
    jetStream = JetStream(connection)
    reader = SignalReader(connection: connection, settings: SignalReaderSettings(stream: service.streams.signalsName))
    loop = Loop(
      settings: service.settings, recovered: recovered, journal: journal, hand: hand, link: link, source: reader,
      clocks: SystemClocks.shared, compacting: compactor, recounting: historian, health: service.health,
      metrics: service.metrics, progress: service.progress, log: service.log, spans: service.spans)
    thread = LoopThread(loop, service.queue)
    keys = IdentityKeys(
      bucket: KeyValue(jetStream, bucket: service.streams.metaBucket), id: journal.id,
      pools: service.configuration.servedPools)
    fullnessNs = service.configuration.servedPools.isEmpty ? 0 : .max
    keys.endIsKnown = recovered.endIsKnown
    readerStart = recovered.readerStart
  }

  /// nil: stopped before anything was served.
  func run() throws(WorkerError) -> Service.End? {
    guard try claim() != nil else { return nil }
    service.health.update { $0.reason = Health.catchingUp }
    thread.start { [control] end in control.loopEnded(end) }
    defer { stopReading() }
    do throws(WorkerError) {
      let end = try keep()
      try stopLoop()
      sayGoodbye()
      return end
    } catch {
      thread.stop()
      thread.join()
      throw error
    }
  }

  // MARK: - Start

  /// Is it ours? Adopts where that is wanted. nil: stopped meanwhile.
  private func claim() throws(WorkerError) -> Void? {
    let position = service.progress.newest
    let found = try service.untilReached { () throws(NATSError) in
      (
        try keys.conflicts(position: position.sequence),
        try StreamCheck.run(jetStream, streams.signalsName, at: position, endAtLoss: service.endAtLoss)
      )
    }
    guard let (conflicts, check) = found else { return nil }
    if let conflict = conflicts.first, !service.configuration.adopt { throw refusal(conflict, position) }
    service.hasClaimed = true
    if !conflicts.isEmpty { return try adopt(conflicts.map(\.other)) }
    if case .lost(let reason, let last) = check { return try acceptLoss(reason, position, last) }
    return ()
  }

  func refusal(_ conflict: IdentityConflict, _ position: SignalPosition) -> WorkerError {
    let folder = service.configuration.dataFolder
    let place = "(key \(conflict.key) of \(streams.metaBucket))"
    let rightFolder =
      "Start the worker with that journal's folder. If it is lost, start with --adopt: this one then goes on from the end of "
      + "the stream, and all runners are closed"
    let message =
      switch conflict.kind {
      case .otherJournal:
        "journal \(conflict.other.id) at position \(conflict.other.position) owns these pools, not journal \(keys.id) in "
          + "\(folder) \(place). \(rightFolder)"
      case .newerState:
        "the journal in \(folder) ends at position \(position.sequence), but it was at \(conflict.other.position) before: "
          + "the folder was restored from an older copy \(place). \(rightFolder)"
      case .copyServes:
        "another process serves a copy of \(folder): it took over journal \(keys.id) while this one served it \(place). "
          + "Nothing more is decided here; leave the other one running, and do not start this folder again"
      }
    return WorkerError(.anotherJournal, code: "ROOST-W020", message)
  }

  private func adopt(_ others: [Identity]) throws(WorkerError) -> Void? {
    let last = try service.untilReached { () throws(NATSError) -> SignalPosition in
      let info = try jetStream.info(streams.signalsName)
      let message = try info.messages == 0 ? nil : jetStream.message(streams.signalsName, sequence: info.lastSequence)
      return SignalPosition(
        sequence: info.lastSequence, storedAt: message.map { StreamClock.storedAt($0.storedAtNs) } ?? Instant(ms: 0),
        subject: message?.subject ?? "")
    }
    guard let last else { return nil }
    let known = others.reduce(service.progress.newestGeneration) { max($0, $1.generation ?? 0) }
    let base = WorkerLimits.generationBase(above: known)
    log.warning(
      "pools adopted, going on from the end of the stream, all runners are closed",
      [
        .otherJournalID: others.map(\.id).joined(separator: " "), .position: last.sequence, .generation: base,
        .journalID: keys.id,
      ])
    try loop.goOn(from: last, adoptingAbove: base)
    readerStart = .afterSequence(last.sequence)
    return try service.untilReached { () throws(NATSError) in
      // The owner before may be alive and write meanwhile: what stands there now is what is replaced.
      _ = try keys.conflicts(position: last.sequence)
      _ = try keys.write(position: last.sequence, newestGeneration: base)
      try keys.deleteRivals()
    }
  }

  /// The identity first: after a crash in between the loss is found again, while a journal that is behind its identity
  /// would be refused.
  private func acceptLoss(
    _ reason: String, _ position: SignalPosition, _ last: SignalPosition?
  ) throws(WorkerError) -> Void? {
    log.error(
      "broker has lost acknowledged signals, reading on with what it has",
      [.reason: reason, .position: position.sequence, .lastSequence: last?.sequence ?? 0])
    service.metrics.add(.streamLosses)
    let found = try service.untilReached { () throws(NATSError) in
      let conflicts = try keys.conflicts(position: .max)
      if conflicts.isEmpty {
        _ = try keys.write(position: 0, newestGeneration: service.progress.newestGeneration)
      }
      return conflicts
    }
    guard let found else { return nil }
    if let conflict = found.first { throw refusal(conflict, position) }
    if let last, loop.readAfter < last.sequence {
      let rest = try service.untilReached { () throws(NATSError) in
        var rest: [RoostNATS.SignalMessage] = []
        for sequence in loop.readAfter + 1...last.sequence {
          guard let message = try jetStream.message(streams.signalsName, sequence: sequence) else { continue }
          rest.append(SignalMessage(message, pending: last.sequence - sequence))
        }
        return rest
      }
      guard let rest else { return nil }
      try loop.complete(rest)
    }
    try loop.goOn(
      from: last ?? SignalPosition(sequence: 0, storedAt: position.storedAt, subject: ""))
    readerStart = StreamCheck.start(after: position, last: last)
    return ()
  }
}
