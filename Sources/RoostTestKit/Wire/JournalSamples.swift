import RoostCore
import RoostWire

/// Every case of every type that a journal record can hold.
package enum JournalSamples {
  package static let trace = Trace(parent: Samples.parent, state: "vendor=1")
  package static let traced = Cause(sequence: 11, trace: trace)
  package static let at = Instant(ms: 1_700_000_000_000)
  package static let placement = Placement(runner: Samples.runner, runningSince: at)

  package static let demands: [Demand] = [
    Demand(), Demand(cause: Cause(sequence: 3), isStanding: true),
    Demand(override: .dontSleep(until: nil), cause: Cause(sequence: 4)),
    Demand(override: .dontSleep(until: at), cause: traced),
    Demand(
      override: .none, cause: Cause(sequence: 4, trace: Trace(parent: Samples.parent, state: nil))),
  ]

  package static let states: [ActorState] =
    [
      .sleeping, .running(placement), .running(Placement(runner: Samples.runner)),
      .destroying(placement, deadline: at), .destroyed(at: at, until: at.adding(Milliseconds(5))),
      .sleepIntent(placement, deadline: at, rewake: nil), .stopIntent(placement, deadline: at, rewake: nil),
      .goingAway(placement, deadline: at, .asked, rewake: nil),
    ]
    + demands.flatMap { demand -> [ActorState] in
      [
        .backoff(until: at, demand), .pending(7, since: at, demand),
        .starting(Placement(runner: Samples.runner), deadline: at, demand),
        .sleepIntent(placement, deadline: at, rewake: demand), .stopIntent(placement, deadline: at, rewake: demand),
        .goingAway(placement, deadline: at, .drain, rewake: demand),
      ]
    }

  package static let records: [ActorRecord] =
    states.map { ActorRecord(state: $0, generation: 3) }
    + [
      LastError.crashed(message: "boom"), .crashed(message: ""), .runnerLost, .noStartReport, .noStopReport,
      .noCapacity(reason: "newest_full"),
    ].map { error in
      var record = ActorRecord(state: .sleeping, generation: .max)
      record.crashCount = 2
      record.lastEnd = Instant(ms: 0)
      record.lastError = error
      record.alarm = Instant(ms: -1)
      record.waiters = [
        Waiter(replyTo: "_INBOX.a", cause: Cause(sequence: 1), deadline: nil),
        Waiter(replyTo: "_INBOX.b", cause: traced, deadline: at, toldPending: true),
      ]
      record.staleStops = [1, 0, 300]
      return record
    }

  package static var runners: [RunnerRecord] {
    let metadata = [MetadataEntry(key: "a", value: ""), MetadataEntry(key: "b", value: "ü")]
    var session = RunnerSession(id: Samples.session, version: 2, totalSlots: 9, protocol: 1, metadata: metadata)
    let plain = RunnerRecord(phase: .open(session))
    session.drainDeadline = at
    var draining = RunnerRecord(phase: .open(session))
    draining.cursors.lastEvent = 5
    draining.cursors.lastCommand = 6
    draining.cursors.acknowledged = 4
    let closed = RunnerRecord(
      phase: .closed(at: at, until: at.adding(Milliseconds(1))),
      closedSessions: [
        ClosedSession(id: Samples.session, reason: "lost"), ClosedSession(id: SessionID("x"), reason: ""),
      ])
    return [plain, draining, closed]
  }

  package static var commands: [Command] {
    let kinds: [Command.Kind] = [
      .start, .stop(.sleep), .stop(.stop), .stop(.goingAway), .stop(.destroy), .stop(.stale),
    ]
    return kinds.enumerated().map { index, kind in
      Command(
        index: CommandIndex(index + 1), kind: kind, actor: Samples.actor, generation: 3,
        cause: index == 0 ? traced : .none, record: index == 1 ? 12 : 40)
    }
  }

  package static var changes: [Change] {
    [
      .pool(PoolRecord()), .pool(PoolRecord(overlay: Samples.overlay, nextTicket: .max, generationFloor: 8)),
      .actorCreated(Samples.actor, Samples.facts),
      .actorCreated(
        ActorID("b"), ActorFacts(name: "", key: nil, crashPolicy: .destroy, input: [], createdAt: Instant(ms: 0))),
    ]
      + records.map { .actor(Samples.actor, $0) } + [.actorRemoved(Samples.actor)]
      + runners.map { .runner(Samples.runner, $0) } + [.runnerRemoved(Samples.runner)]
      + commands.map { .command(Samples.runner, $0) }
      + [.commandsAcknowledged(Samples.runner, through: 0), .eventsTaken(Samples.runner, through: .max)]
  }

  package static var events: [ActorEvent] {
    ActorEvent.Kind.allCases.map { kind in
      var event = Samples.event
      event.kind = kind
      event.record = kind == .created ? 39 : 40
      if kind == .ready { event.cause = traced }
      if kind == .lost { event.runner = nil }
      return event
    }
  }

  package static var answers: [Answer] {
    (1...8 as ClosedRange<UInt8>).compactMap(Answer.Outcome.init(rawValue:)).map { outcome in
      var answer = Samples.answer
      answer.replyTo = "_INBOX.caller.\(outcome)"
      answer.outcome = outcome
      if outcome == .rejected { (answer.actor, answer.runner, answer.state) = (nil, nil, "") }
      return answer
    }
  }

  package static var batch: JournalBatch {
    var batch = JournalBatch(
      position: SignalPosition(sequence: 99, storedAt: at, subject: "roost.signal.default.gpu.actor.a1.wake"),
      settled: 90, streamTime: at.adding(Milliseconds(5)), handedOver: 38, deadLettersAcknowledged: 37,
      sections: [
        PoolSection(pool: Samples.pool, changes: changes, events: events, answers: answers),
        PoolSection(pool: PoolID(namespace: "n", name: "p"), changes: [.actorRemoved(ActorID("z"))]),
        PoolSection(pool: Samples.pool, events: [events[0]]),
      ],
      deadLetters: [
        DeadLetter(
          reason: "undecodable", subject: "roost.signal.default.gpu.actor.a1.wake", sequence: 98, storedAt: at,
          headers: [DeadLetter.Header(name: "Nats-Msg-Id", value: "x"), DeadLetter.Header(name: "e", value: "")],
          payload: [0, 255]),
        DeadLetter(reason: "malformed_subject", subject: "", sequence: 0, storedAt: Instant(ms: 0), payload: []),
      ])
    batch.generationBase = 1_000_007
    return batch
  }
}
