import Testing

@testable import RoostCore

extension World {
  @discardableResult
  func join(
    _ runner: String, slots: UInt32 = 1, version: UInt32 = 1, session: String = "s1", last: CommandIndex = 0,
    metadata: [MetadataEntry] = [], _ location: SourceLocation = #_sourceLocation
  ) -> World {
    let start = RunnerInit(
      session: SessionID(session), version: version, totalSlots: slots, lastCommandIndex: last, metadata: metadata)
    return deliver(.runner(RunnerID(runner), .initialize(start)), location)
  }

  @discardableResult
  func stopping(
    _ runner: String, session: String? = nil, last: CommandIndex? = nil, _ location: SourceLocation = #_sourceLocation
  ) -> World {
    deliver(
      .runner(RunnerID(runner), .stopping(session: session.map { SessionID($0) }, lastCommandIndex: last)), location)
  }

  /// Events as they stand, indexes included.
  @discardableResult
  func events(
    _ runner: String, session: String = "s1", _ events: [RunnerEvent], _ location: SourceLocation = #_sourceLocation
  ) -> World {
    deliver(.runner(RunnerID(runner), .events(session: SessionID(session), events)), location)
  }

  // MARK: - What the actor's runner tells next

  @discardableResult
  func running(_ actor: String, _ location: SourceLocation = #_sourceLocation) -> World {
    report(actor, .running, location)
  }

  @discardableResult
  func stopped(_ actor: String, error: String? = nil, _ location: SourceLocation = #_sourceLocation) -> World {
    report(actor, .stopped(error: error), location)
  }

  @discardableResult
  func intendsSleep(_ actor: String, _ location: SourceLocation = #_sourceLocation) -> World {
    report(actor, .sleepIntent, location)
  }

  @discardableResult
  func intendsStop(_ actor: String, _ location: SourceLocation = #_sourceLocation) -> World {
    report(actor, .stopIntent, location)
  }

  @discardableResult
  func setsAlarm(_ actor: String, _ ms: Int64?, _ location: SourceLocation = #_sourceLocation) -> World {
    report(actor, .setAlarm(ms.map { Instant(ms: $0) }), location)
  }

  /// The next event of the runner that the actor's state names.
  @discardableResult
  func report(_ actor: String, _ kind: RunnerEvent.Kind, _ location: SourceLocation = #_sourceLocation) -> World {
    guard let view = view(actor), let placement = view.record.state.placement, let session = view.session else {
      fail("\(actor) is on no runner", location)
      return self
    }
    let event = next(placement.runner.text, actor, view.record.generation, kind)
    return events(placement.runner.text, session: session.text, [event], location)
  }

  /// An event with the index that the runner's session is expected to give next, or one further ahead.
  func next(
    _ runner: String, _ actor: String, _ generation: Generation, _ kind: RunnerEvent.Kind, ahead: EventIndex = 0
  ) -> RunnerEvent {
    let last = self.runner(runner)?.record.cursors.lastEvent ?? 0
    return RunnerEvent(index: last + 1 + ahead, actor: ActorID(actor), generation: generation, kind: kind)
  }

  // MARK: - Outside the stream

  @discardableResult
  func lost(_ runner: String, session: String = "s1", _ location: SourceLocation = #_sourceLocation) -> World {
    input(.lost(RunnerID(runner), SessionID(session)), location)
  }

  @discardableResult
  func stale(_ runner: String, _ location: SourceLocation = #_sourceLocation) -> World {
    input(.stale(RunnerID(runner)), location)
  }

  @discardableResult
  func fresh(_ runner: String, _ location: SourceLocation = #_sourceLocation) -> World {
    input(.fresh(RunnerID(runner)), location)
  }

  @discardableResult
  func acknowledge(
    _ runner: String, session: String = "s1", through: CommandIndex, _ location: SourceLocation = #_sourceLocation
  ) -> World {
    input(.commandsAcknowledged(RunnerID(runner), SessionID(session), through: through), location)
  }
}
