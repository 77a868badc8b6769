import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

// What cannot be applied: never a crash, never a stall of others, never silent (wire, streams).

extension Loop {
  /// To the dead letters, as it was. Counted; the position moves on.
  func bury(_ message: RoostNATS.SignalMessage, reason: String, pool: PoolID?, events: [Int] = []) {
    metrics.add(.signalsDeadLettered)
    var headers: [RoostWire.DeadLetter.Header] = []
    if case .message(let stored) = message.payload {
      var bytes = 0
      for header in stored.headers() where !Self.isReserved(header.name) {
        bytes += header.name.utf8.count + header.value.utf8.count
        if bytes > WorkerLimits.deadLetterHeaderBytes { break }
        headers.append(.init(name: header.name, value: header.value))
      }
    }
    if !events.isEmpty {
      headers.append(.init(name: "Roost-Dead-Events", value: events.map(String.init).joined(separator: ",")))
    }
    let letter = RoostWire.DeadLetter(
      reason: reason, subject: message.subject, sequence: message.sequence,
      storedAt: StreamClock.storedAt(message.storedAtNs), headers: headers, payload: message.payload.copied
    ).truncated(to: WorkerLimits.deadLetterPayloadBytes)
    batch.add(letter, partition: carrier(of: pool))
    batch.applied(bytes: 0)
    log.warning(
      "signal cannot be applied and goes to the dead letters",
      [.reason: reason, .sequence: message.sequence, .pool: pool?.description ?? "_"])
  }

  /// Headers that the broker would act upon when it stores the letter, or that are ours.
  private static func isReserved(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasPrefix("nats-") || name.hasPrefix("roost-dead-")
  }

  /// What cannot be read goes to the dead letters; who asked for an answer hears why. Where the subject names no pool
  /// there is no state that could keep the answer until it is handed over: the dead letter alone says it.
  func refuse(unreadable message: RoostNATS.SignalMessage, _ error: WireError) {
    let reason = error.reason.rawValue
    bury(message, reason: reason, pool: error.pool)
    // PREFIX.signal.NS.POOL.runner...: runners' signals have answers of their own.
    let kind = message.subject.dropFirst(settings.subjects.prefix.count).split(separator: ".").dropFirst(3).first
    guard kind != "runner", let pool = error.pool, let replyTo = message.replyTo, ReplySubject.isAccepted(replyTo)
    else { return }
    reject(replyTo, reason: reason, actor: nil, message, pool: pool)
  }

  /// Events inside a runner's list that break a rule: the list goes to the dead letters once, naming them.
  func keepDeadEvents(of signal: Signal, _ message: RoostNATS.SignalMessage) {
    guard case .runner(_, .events) = signal.body else { return }
    let share = batch.share(of: signal.pool, partitions: settings.partitions)
    let notes = batch.shares[share].effects.deadLetters
    guard !notes.isEmpty else { return }
    batch.shares[share].effects.deadLetters.removeAll()
    var reasons: [String] = []
    for note in notes where !reasons.contains(note.reason) { reasons.append(note.reason) }
    bury(message, reason: reasons.joined(separator: ","), pool: signal.pool, events: notes.map(\.eventOffset))
  }

  /// Nothing is decided about a damaged partition, or a damaged actor: its callers are told, its signals are kept for later.
  func refuse(quarantined signal: Signal, _ message: RoostNATS.SignalMessage) {
    bury(message, reason: "quarantined", pool: signal.pool)
    guard let replyTo = signal.replyTo else { return }
    var actor: ActorID?
    if case .actor(let id, _) = signal.body { actor = id }
    reject(replyTo, reason: "quarantined", actor: actor, message, pool: signal.pool)
  }

  /// Nothing of it is looked at but what its subject says, and who asked.
  func refuse(poison message: RoostNATS.SignalMessage) {
    let pool = pool(of: message)
    bury(message, reason: "poison", pool: pool)
    metrics.add(.signalsPoisoned)
    log.error(
      "signal is taken for poison: workers died while it was the only one in hand",
      [.sequence: message.sequence, .pool: pool?.description ?? "_", .count: WorkerLimits.poisonDeaths])
    guard let pool else { return }
    let replyTo = message.replyTo.flatMap { ReplySubject.isAccepted($0) ? $0 : nil }
    do throws(WireError) {
      switch (try parser.signal(message.subject), replyTo) {
      case (.actor(_, let actor, _), let replyTo?):
        reject(replyTo, reason: "poison", actor: actor, message, pool: pool)
      case (.pool, let replyTo?): reject(replyTo, reason: "poison", actor: nil, message, pool: pool)
      case (.actor, nil), (.pool, nil): break
      case (.runner(_, let runner, _), _): end(runner, of: pool)
      }
    } catch {
      // Its subject is bad as well: the dead letter alone says it.
    }
  }

  /// A runner sends again what is not acknowledged, as a new signal that would kill as the one before did: its session ends,
  /// and with it what it wanted to say.
  private func end(_ runner: RunnerID, of pool: PoolID) {
    guard !isQuarantined(pool),
      let open = machine.reading(pool, { $0.openRunners })?.first(where: { $0.runner == runner })
    else { return }
    apply(.lost(open.runner, open.session), to: pool, now: clock.now)
    while passing != nil, !batch.isFull { continuePass() }
  }

  private func reject(
    _ replyTo: String, reason: String, actor: ActorID?, _ message: RoostNATS.SignalMessage, pool: PoolID
  ) {
    batch.add(
      Answer(
        replyTo: replyTo, outcome: .rejected, reason: reason, isFinal: true, actor: actor, sequence: message.sequence,
        trace: message.trace),
      pool: pool, partition: carrier(of: pool))
  }

  /// Whose record holds what is not a pool's own business: the pool's partition while it is sound.
  func carrier(of pool: PoolID?) -> Partition {
    let partition = pool?.partition(of: settings.partitions) ?? 0
    return damagedPartitions.contains(partition) ? soundPartition : partition
  }

  var soundPartition: Partition {
    guard let sound = (0..<settings.partitions).first(where: { !damagedPartitions.contains($0) }) else {
      preconditionFailure("a journal without a sound partition is refused when it is opened")
    }
    return sound
  }

  func sendDeadLetters() {
    guard isLinkUp, !isHeld, !deadLetters.isEmpty else { return }
    for letter in deadLetters.takeToSend(atNs: turnNs) { link.store(letter) }
  }
}
