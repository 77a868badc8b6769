// Leaving a slot: the intents that lead there, and stopped and lost (lifecycle, stopped and lost). The one function that
// releases a slot stands here.

/// How a generation ended.
enum Ending: Equatable {
  /// nil = ended well.
  case stopped(error: String?)
  case lost(Loss)
}

/// Why a generation is taken for lost; the text is the event's reason.
enum Loss: String, CaseIterable {
  case noStartReport = "no_start_report"
  case noStopReport = "no_stop_report"
  case runnerLost = "runner_lost"
  case superseded
  case changed
  case unknownSession = "unknown_session"
  case drainDeadline = "drain_deadline"
  case drained
  /// A start that a draining runner never took: nothing ran, nothing crashed.
  case handedBack = "handed_back"
}

/// What a stop is asked for.
enum Leaving: Equatable {
  case sleep
  case stop
  case goingAway(ActorState.AwayCause)
  case destroy

  var stopReason: StopReason {
    switch self {
    case .sleep: .sleep
    case .stop: .stop
    case .goingAway: .goingAway
    case .destroy: .destroy
    }
  }
}

extension Ending {
  /// What people are told went wrong; nil = nothing did.
  var error: LastError? {
    switch self {
    case .stopped(error: let message?): .crashed(message: message)
    case .stopped(error: nil), .lost(.handedBack): nil
    case .lost(.noStartReport): .noStartReport
    case .lost(.noStopReport): .noStopReport
    case .lost: .runnerLost
    }
  }
}

extension Pool {
  /// Moves a placed actor to the state that waits for its stop. The first such state of a generation sends the stop and
  /// sets the deadline; moving on between them keeps deadline and rewake.
  mutating func leave(_ slot: Int, for leaving: Leaving, _ turn: inout Turn) {
    var record = actors[slot].record
    guard let placement = record.state.placement else { preconditionFailure("only a placed actor leaves") }
    var rewake = record.state.rewake
    var sentAlready = true
    let deadline: Instant
    switch record.state {
    case .sleepIntent(_, let due, _), .stopIntent(_, let due, _), .goingAway(_, let due, _, _), .destroying(_, let due):
      deadline = due
    default:
      sentAlready = false
      deadline = turn.clock.adding(settings.actorStopThreshold)
      // An override that was not used up by a run is kept for after the stop.
      if case .starting(_, _, let demand) = record.state, case .goingAway = leaving, demand.override != .none {
        rewake = demand
      }
    }
    switch leaving {
    case .sleep: record.state = .sleepIntent(placement, deadline: deadline, rewake: rewake)
    case .stop: record.state = .stopIntent(placement, deadline: deadline, rewake: rewake)
    case .goingAway(let cause): record.state = .goingAway(placement, deadline: deadline, cause, rewake: rewake)
    case .destroy: record.state = .destroying(placement, deadline: deadline)
    }
    set(slot, record, &turn)
    if !sentAlready, let runner = runnerSlots[placement.runner] {
      issue(.stop(leaving.stopReason), slot, generation: record.generation, to: runner, cause: turn.cause, &turn)
    }
    switch leaving {
    case .sleep: publish(.sleepIntent, slot, &turn)
    case .goingAway(let cause): publish(.goingAway, slot, reason: cause == .drain ? "drain" : "asked", &turn)
    case .destroy: publish(.destroying, slot, &turn)
    case .stop: break
    }
  }

  /// A generation has ended: its slot is released, the queue is served, then it is decided what becomes of the actor.
  mutating func end(_ slot: Int, _ ending: Ending, _ turn: inout Turn) {
    let before = actors[slot].record
    release(slot, ending, &turn)
    settle(slot, from: before, ending, &turn)
  }

  /// A session has ended: its actors are lost in id order. All slots are released first, because none of them is one of
  /// the runner's next session, which may be open already.
  mutating func loseStranded(_ loss: Loss, _ turn: inout Turn) {
    let ended = strandedInOrder.map { (slot: $0, before: actors[$0].record) }
    for (slot, _) in ended { release(slot, .lost(loss), &turn) }
    for (slot, before) in ended { settle(slot, from: before, .lost(loss), &turn) }
  }

  private mutating func settle(_ slot: Int, from before: ActorRecord, _ ending: Ending, _ turn: inout Turn) {
    guard let placement = before.state.placement else { preconditionFailure("only a placed actor ends") }
    // That of a stranded actor may be forgotten since long.
    let runner = runnerSlots[placement.runner]
    if case .lost(.noStartReport) = ending, let runner { stopStray(slot, before.generation, on: runner, &turn) }
    if case .lost(.noStopReport) = ending, let runner { stopStray(slot, before.generation, on: runner, &turn) }
    if case .destroying = before.state {
    } else {
      switch ending {
      case .stopped(let error):
        publish(
          .stopped, slot, runner: placement.runner, reason: error == nil ? "ok" : "error", message: error ?? "", &turn)
      case .lost(let loss): publish(.lost, slot, runner: placement.runner, reason: loss.rawValue, &turn)
      }
    }
    passQueue(&turn)
    goOn(slot, from: before.state, ending, &turn)
    if let runner { closeIfDrained(runner, &turn) }
  }

  /// Gives the slot back and counts the end. Until `goOn` the actor stands as sleeping, which no change records.
  private mutating func release(_ slot: Int, _ ending: Ending, _ turn: inout Turn) {
    var record = actors[slot].record
    if let since = record.state.placement?.runningSince, turn.clock.since(since) >= settings.retryResetDuration {
      record.crashCount = 0
    }
    if let error = ending.error { record.lastError = error }
    switch (record.state, ending) {
    // Whatever it was asked for: a generation that ended well ends the row of crashes.
    case (_, .stopped(error: nil)): record.crashCount = 0
    // Who was asked to go away, was on a drained runner or never ran did not crash.
    case (.goingAway, _), (_, .lost(.drainDeadline)), (_, .lost(.handedBack)): break
    case (_, .stopped), (_, .lost): record.crashCount &+= 1
    }
    record.lastEnd = turn.clock
    record.state = .sleeping
    assign(record, to: slot)
  }

  /// The table of stopped and lost: the first row that matches.
  private mutating func goOn(_ slot: Int, from state: ActorState, _ ending: Ending, _ turn: inout Turn) {
    let rewake = state.rewake(at: turn.now)
    switch (state, ending) {
    case (.destroying, _):
      becomeDestroyed(slot, reason: "asked", &turn)
    case (.starting(_, _, let demand), .lost(.handedBack)):
      var patient = demand
      if demand == Demand(cause: demand.cause) { patient.override = .dontSleep(until: nil) }
      attempt(slot, patient, by: .machine, &turn)
    case (.sleepIntent, _):
      if let rewake {
        attempt(slot, rewake, by: .machine, &turn)
      } else if let alarm = actors[slot].record.alarm, alarm <= turn.now {
        fireAlarm(slot, &turn)
      } else {
        fallAsleep(slot, reason: "stopped", &turn)
      }
    case (.goingAway(_, _, .asked, _), _):
      attempt(slot, rewake ?? ownDemand(slot, cause: turn.cause), by: .machine, &turn)
    case (.starting(_, _, let demand), .stopped(error: .some)), (.starting(_, _, let demand), .lost):
      if demand.override != .none { attempt(slot, demand, by: .machine, &turn) } else { obeyPolicy(slot, &turn) }
    case (.stopIntent, .stopped(error: nil)), (.running, .stopped(error: nil)), (.starting, .stopped(error: nil)):
      becomeDestroyed(slot, reason: "completed", &turn)
    default:
      if let rewake { attempt(slot, rewake, by: .machine, &turn) } else { obeyPolicy(slot, &turn) }
    }
  }

  private mutating func obeyPolicy(_ slot: Int, _ turn: inout Turn) {
    switch actors[slot].facts.crashPolicy {
    case .restart: attempt(slot, ownDemand(slot, cause: turn.cause), by: .machine, &turn)
    case .sleep: fallAsleep(slot, reason: "crash_policy", &turn)
    case .destroy: becomeDestroyed(slot, reason: "crash_policy", &turn)
    }
  }

  /// An alarm that is due is spent on one attempt, which waits without limit.
  mutating func fireAlarm(_ slot: Int, _ turn: inout Turn) {
    var record = actors[slot].record
    record.alarm = nil
    set(slot, record, &turn)
    attempt(slot, Demand(override: .dontSleep(until: nil)), by: .machine, &turn)
  }
}
