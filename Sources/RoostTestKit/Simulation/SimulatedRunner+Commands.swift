import RoostCore
import RoostNATS
import RoostWire

// What the worker says, and the copies of actors that come of it.

extension SimulatedRunner {
  func arrive(_ command: ReceivedCommand) {
    if dropsCommands > 0 {
      dropsCommands -= 1
      simulation.coverage.add("command dropped")
      return
    }
    inbox.append(command)
  }

  func take(_ command: ReceivedCommand) {
    guard command.session == session else { return simulation.coverage.add("command of another session") }
    switch command.body {
    case .start(let order): if takeIndex(order.index) { start(order) }
    case .stop(let order): if takeIndex(order.index) { stop(order) }
    case .welcome(let welcome):
      guard resume(after: welcome.lastEventIndex) else { return close("events_forgotten") }
      if phase == .announcing { pingNs = now }
      phase = .open
      lastPongNs = now
      pingIntervalMs = max(100, welcome.pingInterval.value)
      stopAfterMs = welcome.stopAfter.value
    case .acknowledged(let through):
      events.removeAll { $0.index <= through }
      published = max(published, min(through, lastEvent))
      resendMs = 5_000
      acknowledgedNs = now
    case .close(let reason): close(reason)
    }
  }

  func takeIndex(_ index: CommandIndex) -> Bool {
    pingSoon()
    if index <= lastCommand { return false }
    guard index == lastCommand + 1 else {
      simulation.coverage.add("runner misses a command")
      return false
    }
    lastCommand = index
    return true
  }

  func start(_ order: StartOrder) {
    if isLeaving { return }
    guard order.generation > newest[order.actor] ?? 0 else {
      return simulation.coverage.add("start of an old generation")
    }
    newest[order.actor] = order.generation
    // An older copy ends before a newer one starts.
    copies[order.actor] = nil
    guard copies.count < slots else {
      simulation.coverage.add("runner has no slot")
      return report(.stopped(error: "no_slot"), order.actor, order.generation)
    }
    var copy = ActorCopy(
      generation: order.generation, atNs: now, isHonest: simulation.isHealed,
      .of(simulation.story.seed &+ UInt64(order.generation), order.actor.text.utf8.reduce(7) { $0 &* 31 &+ Int($1) }))
    if now < neverReportsUntilNs { copy.next = nil }
    copies[order.actor] = copy
  }

  func stop(_ order: StopOrder) {
    guard var copy = copies[order.actor], copy.generation == order.generation else {
      if order.reason != .stale { report(.stopped(error: nil), order.actor, order.generation) }
      return
    }
    copy.isStopping = true
    if now < ignoresStopsUntilNs {
      simulation.coverage.add("stop ignored")
      copy.next = nil
    } else {
      copy.next = ActorCopy.Next(
        atNs: now + copy.stopDelayNs, act: order.reason == .stale ? .vanish : .stopped(copy.stopError))
    }
    copies[order.actor] = copy
  }

  func actorsWork() {
    guard copies.values.contains(where: { $0.dueNs <= now }) else { return }
    for actor in copies.keys.sorted() {
      while let next = copies[actor]?.next, next.atNs <= now { act(next.act, actor) }
    }
  }

  func act(_ act: ActorCopy.Act, _ actor: ActorID) {
    guard var copy = copies[actor] else { return }
    copy.next = nil
    copy.proceed(after: act, atNs: now)
    copies[actor] = copy.isGone ? nil : copy
    switch act {
    case .vanish: break
    case .running: report(.running, actor, copy.generation)
    case .alarm(let inMs):
      let at = Instant(ms: simulation.brokerNs / 1_000_000 + inMs)
      report(.setAlarm(inMs == .min ? nil : at), actor, copy.generation)
    case .intend(let kind): report(kind, actor, copy.generation)
    case .stopped(let error): report(.stopped(error: error), actor, copy.generation)
    }
  }

  func stopAllForSilence() {
    simulation.coverage.add("runner stops all for silence")
    lastPongNs = now
    for actor in copies.keys.sorted() {
      guard let copy = copies[actor] else { continue }
      report(.stopped(error: "stop_after"), actor, copy.generation)
    }
    copies = [:]
  }

  /// Whatever it has done wrong, it does no more: stops that were ignored are obeyed.
  func heal() {
    (frozenUntilNs, silentUntilNs, ignoresStopsUntilNs, neverReportsUntilNs) = (0, 0, 0, 0)
    isLinkUp = true
    dropsCommands = 0
    for actor in copies.keys.sorted() {
      guard var copy = copies[actor], copy.next == nil else { continue }
      if !copy.isStopping, copy.hasReported { continue }
      copy.next = ActorCopy.Next(atNs: now + 1_000_000, act: copy.isStopping ? .stopped(nil) : .running)
      copies[actor] = copy
    }
  }
}
