import RoostCore
import RoostNATS
import RoostWire

// What leaves, and only after the record that holds it is durable.

extension Loop {
  /// One record's effects: commands, events, answers, dead letters.
  func emit(_ partition: Partition) {
    guard let record = batch.record(of: partition) else { preconditionFailure("only recorded effects leave") }
    for index in batch.shares.indices where batch.shares[index].partition == partition {
      let share = batch.shares[index]
      if isLinkUp { send(share.effects.commands, of: share.pool) }
      count(share.effects.commands)
      add(
        Handover.Parcel(
          record: record, pool: share.pool, notes: share.effects.commands.filter { $0.isNote },
          events: share.effects.events, answers: share.effects.answers))
    }
    for answer in batch.answers where answer.partition == partition {
      add(Handover.Parcel(record: record, pool: answer.pool, notes: [], events: [], answers: [answer.answer]))
    }
    for letter in batch.letters where letter.partition == partition { deadLetters.add(letter.letter, record: record) }
  }

  private func add(_ parcel: Handover.Parcel) {
    handover.add(parcel)
    if isLinkUp, !handover.isInDoubt { publish(parcel) }
  }

  private func publish(_ parcel: Handover.Parcel) {
    for event in parcel.events {
      link.publish(
        subjects.event(parcel.pool, event.actor, event.kind), headers: headers(event.cause.trace, event.record),
        payload: codec.encode(event: event))
    }
    for answer in parcel.answers {
      link.publish(
        answer.replyTo, headers: headers(answer.cause.trace, parcel.record), payload: codec.encode(answer: answer))
    }
    metrics.add(.actorEvents, parcel.events.count)
    metrics.add(.answers, parcel.answers.count)
  }

  func send(_ commands: [OutgoingCommand], of pool: PoolID) {
    var lastRunner: RunnerID?
    for var command in commands {
      var trace: [NATSHeader] = []
      switch command.body {
      case .start(let issued, _), .stop(let issued, _):
        trace = headers(issued.cause.trace, issued.record)
        if lastRunner != command.runner {
          lastRunner = command.runner
          liveness.sent(pool, command.runner, atNs: turnNs)
        }
      case .welcome, .close: break
      }
      var payload = codec.encode(command)
      if let instead = replacement(of: command, pool, bytes: payload.count + trace.wireBytes) {
        command = instead
        payload = codec.encode(command)
      }
      link.publish(subjects.command(pool, command.runner, command.body.verb), headers: trace, payload: payload)
    }
  }

  /// A start that is larger than the broker takes would never arrive, and the runner would wait for its index for ever: it
  /// goes out as stop(STALE) under the same index, and the actor alone fails, for want of a report. nil: it fits.
  private func replacement(of command: OutgoingCommand, _ pool: PoolID, bytes: Int) -> OutgoingCommand? {
    guard case .start(let issued, _) = command.body, bytes > link.maxMessageBytes else { return nil }
    log.error(
      "start is larger than the broker takes: lower max_input_bytes or raise the broker's max_payload",
      [.pool: pool, .actorID: issued.actor, .bytes: bytes, .limit: link.maxMessageBytes])
    var stop = command
    stop.body = .stop(issued, .stale)
    return stop
  }

  private func count(_ commands: [OutgoingCommand]) {
    var (starts, stops) = (0, 0)
    for command in commands {
      switch command.body {
      case .start: starts += 1
      case .stop: stops += 1
      case .welcome, .close: break
      }
    }
    if starts > 0 { metrics.add(.commandsStart, starts) }
    if stops > 0 { metrics.add(.commandsStop, stops) }
  }

  /// After a start, a break of the link, or a doubt: everything that is not confirmed, in order.
  func publishAgain() {
    guard isLinkUp, handover.isInDoubt, turnNs >= publishAgainNs else { return }
    publishAgainNs = turnNs + WorkerLimits.publishAgainNs
    handover.settleDoubt()
    for parcel in handover.unconfirmed {
      send(parcel.notes, of: parcel.pool)
      publish(parcel)
    }
    commitPublished()
  }

  /// Sends what was published and puts a mark behind it.
  func commitPublished() { link.commit(handover.commit()) }

  /// Commands that runners have not acknowledged: after a start or a break of the link nobody knows what arrived.
  func sendUnacknowledgedCommands() {
    var isAnything = false
    for pool in machine.poolIDs {
      let open = machine.reading(pool) { $0.openRunners } ?? []
      for (runner, session) in open {
        liveness.knows(pool, runner, session, atNs: turnNs)
        if resend(to: runner, of: pool) { isAnything = true }
      }
    }
    if isAnything { commitPublished() }
  }

  /// True if there was something to send; the caller commits.
  func resend(to runner: RunnerID, of pool: PoolID) -> Bool {
    let commands = machine.reading(pool) { pool -> [OutgoingCommand] in
      guard let cursors = pool.cursors(of: runner), cursors.acknowledged < cursors.lastCommand else { return [] }
      return pool.unacknowledged(runner, after: cursors.acknowledged)
    }
    guard let commands, !commands.isEmpty else {
      liveness.setUnacknowledged(pool, runner, sinceNs: nil)
      return false
    }
    metrics.add(.commandsResent, min(commands.count, WorkerLimits.resendCommands))
    liveness.setUnacknowledged(pool, runner, sinceNs: turnNs)
    send(Array(commands.prefix(WorkerLimits.resendCommands)), of: pool)
    return true
  }

  /// Acknowledgements of events that are due; the journal has those events.
  func acknowledgeEvents() {
    guard isLinkUp, !isHeld else { return }
    let due = acknowledgements.takeDue(atNs: turnNs)
    if due.isEmpty { return }
    for (pool, note) in due {
      link.publish(subjects.command(pool, note.runner, .ack), headers: [], payload: codec.encode(note))
    }
    commitPublished()
  }

  /// The trace goes on with this worker's record as the parent's span.
  private func headers(_ trace: Trace?, _ record: RoostCore.RecordIndex) -> [NATSHeader] {
    guard let trace else { return [] }
    var headers = [NATSHeader("traceparent", trace.parent(spanOf: record))]
    if let state = trace.state { headers.append(NATSHeader("tracestate", state)) }
    return headers
  }
}

extension [NATSHeader] {
  /// At most what they take on the wire.
  fileprivate var wireBytes: Int {
    isEmpty ? 0 : reduce(16) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
  }
}

extension OutgoingCommand {
  /// Neither start nor stop: no state remembers that it was sent.
  var isNote: Bool {
    switch body {
    case .welcome, .close: true
    case .start, .stop: false
    }
  }
}

extension RoostNATS.SignalMessage {
  var trace: Trace? { TraceHeaders.trace(parent: traceparent, state: tracestate) }
}
