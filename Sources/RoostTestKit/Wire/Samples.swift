import RoostCore
import RoostWire

/// Values that tests send through the codec, every field set at least once.
package enum Samples {
  package static let pool = PoolID(namespace: "default", name: "gpu")
  package static let actor = ActorID("actor-00000001")
  package static let runner = RunnerID("runner_1")
  package static let session = SessionID("5f0c")
  package static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
  package static let facts = ActorFacts(
    name: "größe", key: "k/1", crashPolicy: .restart, input: [0, 255, 7], createdAt: Instant(ms: 1_700_000_000_000))
  package static let command = Command(
    index: 5, kind: .start, actor: actor, generation: 3, cause: Cause(sequence: 77), record: 900)

  package static let actorSignals: [ActorSignal] = [
    .create(Create()),
    .create(Create(name: "n", key: "k", crashPolicy: .destroy, input: [1, 0, 2])),
    .wake(Wake()),
    .wake(Wake(override: .dontSleep(pendingTimeoutMs: nil))),
    .wake(Wake(override: .dontSleep(pendingTimeoutMs: 0), expiresAt: Instant(ms: 0))),
    .wake(Wake(override: .dontSleep(pendingTimeoutMs: .max), expiresAt: Instant(ms: .min))),
    .allocate(runner: runner, ticket: nil),
    .allocate(runner: runner, ticket: 0),
    .sleep, .reschedule, .destroy,
  ]

  package static let runnerEvents: [RunnerEvent] = [
    RunnerEvent(index: 1, actor: actor, generation: 1, kind: .running),
    RunnerEvent(index: 2, actor: actor, generation: 1, kind: .stopped(error: nil)),
    RunnerEvent(index: 3, actor: actor, generation: 1, kind: .stopped(error: "")),
    RunnerEvent(index: 4, actor: actor, generation: 1, kind: .stopped(error: "out of memory")),
    RunnerEvent(index: 5, actor: actor, generation: 1, kind: .sleepIntent),
    RunnerEvent(index: 6, actor: actor, generation: 1, kind: .stopIntent),
    RunnerEvent(index: 7, actor: actor, generation: 1, kind: .setAlarm(nil)),
    RunnerEvent(index: .max, actor: actor, generation: .max, kind: .setAlarm(Instant(ms: -1))),
  ]

  package static let runnerSignals: [RunnerSignal] = [
    .initialize(RunnerInit(session: session, version: 0, totalSlots: 0, protocol: 0)),
    .initialize(
      RunnerInit(
        session: session, version: .max, totalSlots: 8, lastCommandIndex: 4,
        metadata: [MetadataEntry(key: "host", value: "h1"), MetadataEntry(key: "zone", value: "b")])),
    .events(session: session, []),
    .events(session: session, runnerEvents),
    .stopping(session: nil, lastCommandIndex: nil),
    .stopping(session: session, lastCommandIndex: 0),
  ]

  package static var overlay: PoolSettingsOverlay {
    var overlay = PoolSettingsOverlay()
    overlay.baseRetryTimeout = Milliseconds(1)
    overlay.backoffMaxExponent = 2
    overlay.retryResetDuration = Milliseconds(3)
    overlay.actorStartThreshold = Milliseconds(4)
    overlay.actorStopThreshold = Milliseconds(5)
    overlay.runnerPingInterval = Milliseconds(6)
    overlay.runnerEligibleThreshold = Milliseconds(7)
    overlay.runnerLostThreshold = Milliseconds(8)
    overlay.runnerDrainDeadline = Milliseconds(9)
    overlay.destroyedRetention = Milliseconds(10)
    overlay.maxPending = 11
    overlay.maxActors = 12
    overlay.maxInputBytes = 13
    overlay.events = .outcomes
    overlay.drainOnVersionUpgrade = false
    overlay.stopAfter = .zero
    return overlay
  }

  package static let poolSignals: [PoolSignal] = [
    .configure(PoolSettingsOverlay()), .configure(overlay), .drain(runner), .tick,
  ]

  package static let outgoingCommands: [OutgoingCommand] = [
    OutgoingCommand(runner: runner, session: session, body: .start(command, facts)),
    OutgoingCommand(runner: runner, session: session, body: .stop(command, .stale)),
    OutgoingCommand(
      runner: runner, session: session,
      body: .welcome(
        lastEventIndex: 6, lostThreshold: Milliseconds(15_000), pingInterval: Milliseconds(3_000),
        stopAfter: Milliseconds(9_000))),
    OutgoingCommand(runner: runner, session: session, body: .close(reason: "superseded")),
  ]

  package static let event = ActorEvent(
    kind: .pendingTimeout, actor: actor, generation: 2, runner: runner, at: Instant(ms: 1_700_000_000_001),
    cause: Cause(sequence: 12), record: 34, reason: "newest_full", message: "3000", ticket: 5, queuePosition: 6)

  package static let answer = Answer(
    replyTo: "", outcome: .timedOut, state: "sleeping", reason: "newest_full", runner: runner, generation: 2,
    queuePosition: 3, isFinal: true, actor: actor, sequence: 99)

  package static func message(_ subject: SignalSubject, replyTo: String? = nil) -> SignalMessage {
    SignalMessage(subject: subject, sequence: 7, storedAt: Instant(ms: 1_000), replyTo: replyTo)
  }
}
