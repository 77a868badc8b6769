import RoostCore
import RoostNATS
import RoostWire

// Applying: one step is one input of the machine, and a batch may end after any of them.

extension Loop {
  func take(signals arrivals: inout Arrivals) {
    guard let last = arrivals.signals.last else { return }
    clock.received(storedAtNs: last.storedAtNs, at: arrivals.lastSignalNs)
    ticker.read(last, atNs: turnNs)
    backlog.take(&arrivals.signals)
  }

  /// Signals wait in the broker while too much of what was decided is not confirmed.
  var mayTakeSignals: Bool {
    !isStopping && handover.unconfirmed.count < WorkerLimits.unconfirmedRecords
      && deadLetters.bytes < WorkerLimits.deadLetterBytes
  }

  /// Applies what there is until the batch is full: what pings and a new link ask for, signals with the timers due
  /// before each, then at least one verdict.
  func fill() throws(WorkerError) {
    if try stepAlone() { return }
    renewOnce()
    while !batch.isFull, stepBefore() || stepSignal() || stepTimers() {}
    judgeSilence()
    sweepQueues()
    var isFirst = true
    while isFirst || !batch.isFull, stepAfter() { isFirst = false }
  }

  /// Applies signals of which a crash may have left the records of some partitions only: whoever goes on from elsewhere in
  /// the stream passes over them. They are no more than a batch, so what waits for confirmation holds none of them back.
  package func complete(_ rest: [RoostNATS.SignalMessage]) throws(WorkerError) {
    turnNs = clocks.monotonicNs()
    var rest = rest
    backlog.take(&rest)
    while inHand != nil || !backlog.isEmpty {
      if try !stepAlone() {
        while !batch.isFull, stepBefore() || stepSignal(always: true) {}
      }
      try commit()
      if isHeld { throw WorkerError(.journalFailed, code: "ROOST-J002", heldReason) }
    }
  }

  /// A queue pass goes on before anything else is judged; then what pings asked for.
  private func stepBefore() -> Bool {
    if passing != nil {
      continuePass()
      return true
    }
    guard let chore = before.takeFirst() else { return false }
    apply(chore.input, to: chore.pool, now: clock.now)
    return true
  }

  /// A verdict or a sweep; each one's queue pass ends before the next.
  private func stepAfter() -> Bool {
    if passing != nil {
      continuePass()
      return true
    }
    guard let chore = after.takeFirst() else { return false }
    if stands(chore) { apply(chore.input, to: chore.pool, now: clock.now) }
    return true
  }

  func continuePass() {
    guard let pool = passing else { return }
    passing = nil
    apply(.continuePass, to: pool, now: clock.now)
  }

  /// One timer input that is due before the next signal, or that signal; false if there is none, or if it waits for a
  /// batch of its own.
  private func stepSignal(always: Bool = false) -> Bool {
    guard inHand != nil || takeInHand(always: always) else { return false }
    if let pool = machine.nextDeadline(by: clock.proven) {
      apply(.deadlines, to: pool, now: clock.proven)
      return true
    }
    if alarmBudget > 0, let pool = machine.nextAlarm(by: clock.proven) {
      alarmBudget -= max(1, apply(.alarms, to: pool, now: clock.proven))
      return true
    }
    guard let message = inHand, !mustBeAlone(message) else { return false }
    inHand = nil
    apply(message, as: meaning(of: message))
    return true
  }

  /// One of those that `stepSignal` applies before the signal.
  var hasTimersBeforeSignal: Bool {
    machine.nextDeadline(by: clock.proven) != nil
      || (alarmBudget > 0 && machine.nextAlarm(by: clock.proven) != nil)
  }

  private func takeInHand(always: Bool) -> Bool {
    guard always || mayTakeSignals, let message = backlog.first else { return false }
    backlog.removeFirst()
    clock.advance(to: message.storedAtNs)
    alarmBudget = WorkerLimits.alarmsPerInput
    inHand = message
    return true
  }

  /// Timers that the stream has proven to be due and that no signal waits for.
  private func stepTimers() -> Bool {
    if inHand != nil { return false }
    if let pool = machine.nextDeadline(by: clock.proven) {
      apply(.deadlines, to: pool, now: clock.proven)
    } else if let pool = machine.nextAlarm(by: clock.proven) {
      apply(.alarms, to: pool, now: clock.proven)
    } else {
      return false
    }
    return true
  }

  var hasProvenTimers: Bool { machine.nextTimer.map { $0.due <= clock.proven } ?? false }

  func apply(_ message: RoostNATS.SignalMessage, as meaning: SignalMeaning) {
    switch meaning {
    case .signal(let decoded):
      apply(.signal(decoded), to: decoded.pool, now: clock.now, payloadBytes: message.payload.count)
      noteLiveness(after: decoded)
      keepDeadEvents(of: decoded, message)
    case .passedOver: metrics.add(.signalsSkipped)
    case .traceOnly: metrics.add(.signalsTraceOnly)
    case .dead(let error): refuse(unreadable: message, error)
    case .quarantined(let decoded): refuse(quarantined: decoded, message)
    case .poison: refuse(poison: message)
    }
    let isOurs = if case .passedOver = meaning { false } else { true }
    if isOurs { noteTrace(of: message) }
    whileCareful { $0.passed(isOurs: isOurs) }
    batch.consumed(bytes: message.sizeBytes)
    positions.applied(
      SignalPosition(
        sequence: message.sequence, storedAt: StreamClock.storedAt(message.storedAtNs), subject: message.subject),
      atNs: turnNs)
  }

  /// To be asked right before it is applied: decoding is the first that a bad one may break.
  func meaning(of message: RoostNATS.SignalMessage) -> SignalMeaning {
    do throws(WireError) {
      let subject = try parser.signal(message.subject)
      let pool = subject.pool
      if passesOver(message, of: pool) { return .passedOver }
      if message.isTraceOnly { return .traceOnly }
      let head = RoostWire.SignalMessage(
        subject: subject, sequence: message.sequence, storedAt: StreamClock.storedAt(message.storedAtNs),
        replyTo: message.replyTo,
        trace: message.trace)
      let signal = try message.payload.withBytes { bytes throws(WireError) in
        try codec.decodeSignal(head, payload: bytes)
      }
      return isQuarantined(pool) || quarantine.refuses(signal) ? .quarantined(signal) : .signal(signal)
    } catch {
      if passesOver(message, of: error.pool) { return .passedOver }
      return message.isTraceOnly ? .traceOnly : .dead(error)
    }
  }

  /// It is another worker's, or its partition's records hold it already.
  func passesOver(_ message: RoostNATS.SignalMessage, of pool: PoolID?) -> Bool {
    if let pool, !settings.serves(pool) { return true }
    // Nobody can say whose a signal without a pool is: the worker that serves all of them keeps it.
    if pool == nil, !settings.servedPools.isEmpty { return true }
    return positions.isDone(message.sequence, in: pool?.partition(of: settings.partitions) ?? 0)
  }

  /// By its subject alone.
  func pool(of message: RoostNATS.SignalMessage) -> PoolID? {
    do throws(WireError) { return try parser.signal(message.subject).pool } catch { return error.pool }
  }

  func isQuarantined(_ pool: PoolID) -> Bool {
    !damagedPartitions.isEmpty && damagedPartitions.contains(pool.partition(of: settings.partitions))
  }

  /// The one call of the machine. Returns by how many changes the batch grew.
  @discardableResult
  func apply(_ input: Input, to pool: PoolID, now: Instant, payloadBytes: Int = 0) -> Int {
    let share = batch.share(of: pool, partitions: settings.partitions)
    let moment = Moment(now: now, clock: clock.clock(at: turnNs), record: batch.shares[share].record)
    let bytes = batch.shares[share].effects.estimatedBytes
    let changes = batch.shares[share].effects.changes.count
    machine.apply(input, to: pool, at: moment, into: &batch.shares[share].effects)
    if machine.needsPass(pool) { passing = pool }
    batch.applied(bytes: batch.shares[share].effects.estimatedBytes - bytes + payloadBytes)
    return batch.shares[share].effects.changes.count - changes
  }
}
