import RoostCore
import RoostWire

// Starts, stops, and what the host reports.

extension RunnerMachine {
  mutating func start(_ order: StartOrder, _ nowMs: Int64) {
    // Above the index that `stopping` named: the worker gives it to somebody else.
    if leaving != nil { return }
    let (taken, older) = copies.take(order, slots: offer.slots)
    if let older { act(.end(order.actor, older)) }
    switch taken {
    case .taken: startWaiting(nowMs)
    case .oldGeneration: act(.note(.oldGeneration(order.actor, order.generation)))
    case .noSlot:
      act(.note(.noSlot(order.actor, order.generation)))
      tell(.stopped(error: "no_slot"), of: order.actor, order.generation, nowMs)
    }
  }

  /// Nothing starts while actors may not run here: it would be ended at once. The next pong starts it.
  mutating func startWaiting(_ nowMs: Int64) {
    if let end = permitEndMs, nowMs >= end { return }
    for order in copies.startable(slots: offer.slots) { act(.start(order)) }
  }

  mutating func stop(_ order: StopOrder, _ nowMs: Int64) {
    let isAwaited = order.reason != .stale
    if copies.has(order.actor, order.generation) {
      let told = copies.end(order.actor, isAwaited ? .asked : .unreported)
      if let told { act(.end(order.actor, told)) }
      return
    }
    _ = copies.dropWaiting(order.actor, order.generation)
    if isAwaited { tell(.stopped(error: nil), of: order.actor, order.generation, nowMs) }
  }

  private mutating func tell(
    _ kind: RunnerEvent.Kind, of actor: ActorID, _ generation: Generation, _ nowMs: Int64
  ) {
    outbox.add(actor, generation, kind, nowMs: nowMs)
  }

  mutating func take(_ report: ActorReport, of actor: ActorID, _ generation: Generation, _ nowMs: Int64) {
    guard case .stopped(let error) = report else {
      guard copies.has(actor, generation), copies.running[actor]?.ending != .unreported else { return }
      return tell(report.event, of: actor, generation, nowMs)
    }
    guard let copy = copies.remove(actor, generation) else { return }
    switch copy.ending {
    case nil, .asked: tell(.stopped(error: error), of: actor, generation, nowMs)
    case .error(let reason): tell(.stopped(error: reason), of: actor, generation, nowMs)
    case .unreported: break
    }
    startWaiting(nowMs)
    continueWhenClear(nowMs)
  }

  /// Ends every actor; the worker hears of an error unless it asks for the stop itself.
  mutating func endAll(_ ending: Copies.Ending, _ nowMs: Int64) {
    for (actor, generation) in copies.endAll(ending) { act(.end(actor, generation)) }
    for order in copies.dropWaiting() {
      let error: String? = if case .error(let reason) = ending { reason } else { nil }
      tell(.stopped(error: error), of: order.actor, order.generation, nowMs)
    }
  }
}

extension ActorReport {
  fileprivate var event: RunnerEvent.Kind {
    switch self {
    case .running: .running
    case .sleepIntent: .sleepIntent
    case .stopIntent: .stopIntent
    case .setAlarm(let at): .setAlarm(at)
    case .stopped(let error): .stopped(error: error)
    }
  }
}
