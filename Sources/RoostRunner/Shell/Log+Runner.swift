import RoostCore
import RoostTelemetry

extension Log {
  /// A line for what the machine found worth one.
  func write(_ note: RunnerNote, _ runner: RunnerID) {
    switch note {
    case .announced(let session): debug("runner announces itself", [.runnerID: runner, .session: session])
    case .welcomed(let session): info("runner is welcome", [.runnerID: runner, .session: session])
    case .closed(let session, let reason):
      info("session is closed", [.runnerID: runner, .session: session, .reason: reason])
    case .unknown(let session): info("worker does not know the session", [.runnerID: runner, .session: session])
    case .noSlot(let actor, let generation):
      warning("start without a free slot", [.actorID: actor, .generation: generation])
    case .oldGeneration(let actor, let generation):
      info("start of an old generation is ignored", [.actorID: actor, .generation: generation])
    case .commandOutOfOrder(let index, let last):
      debug("command is not the next one", [.commandIndex: index, .expected: last + 1])
    case .eventsForgotten(let last):
      warning("worker wants events again that it had acknowledged", [.eventIndex: last])
    case .silence: warning("no pong for stop_after: the actors are ended", [.runnerID: runner])
    case .leaving: info("runner leaves", [.runnerID: runner])
    }
  }
}
