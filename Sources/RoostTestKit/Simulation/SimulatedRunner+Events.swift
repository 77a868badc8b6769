import RoostCore
import RoostNATS
import RoostWire

// What the runner tells: numbered, in order, again until it is acknowledged.

extension SimulatedRunner {
  func report(_ kind: RunnerEvent.Kind, _ actor: ActorID, _ generation: Generation) {
    lastEvent += 1
    if events.isEmpty { acknowledgedNs = now }
    events.append(RunnerEvent(index: lastEvent, actor: actor, generation: generation, kind: kind))
  }

  /// What the runner says that it should not.
  func lie(_ lie: Action.Lie) {
    guard phase == .open else { return }
    let actor = copies.keys.sorted().first ?? simulation.actor(0, in: pool)
    let generation = copies[actor]?.generation ?? 1
    switch lie {
    case .generation: report(.running, actor, generation + 1)
    case .farAlarm: report(.setAlarm(.distantFuture), actor, generation)
    case .malformed: report(.malformed(reason: "no kind"), actor, generation)
    case .gap:
      // Far ahead: after a loss the worker reads it again, and a number that has come up by then would be believed.
      let event = RunnerEvent(index: lastEvent + 1_000, actor: actor, generation: generation, kind: .running)
      simulation.publish(self, .events(session: session, [event]))
    case .repetition:
      // The worker knows this one: a number whose true event the broker has lost would be believed.
      let acknowledged = (events.first?.index ?? lastEvent + 1) - 1
      let event = RunnerEvent(index: acknowledged, actor: actor, generation: generation, kind: .running)
      if acknowledged > 0 { simulation.publish(self, .events(session: session, [event])) }
    case .oldSession:
      let event = RunnerEvent(index: 1, actor: actor, generation: generation, kind: .stopped(error: nil))
      simulation.publish(self, .events(session: SessionID("\(id)-\(process)-\(max(0, sessions - 1))"), [event]))
    }
  }

  /// Sends again what comes after `index`; false when the worker wants what it had acknowledged.
  func resume(after index: EventIndex) -> Bool {
    let kept = events.first?.index ?? lastEvent + 1
    if index + 1 < kept || index > lastEvent { return false }
    events.removeAll { $0.index <= index }
    published = index
    publishingUntilNs = nil
    publication += 1
    return true
  }

  func publishEvents() {
    if let until = publishingUntilNs {
      // No PubAck after 5 s: again, from the first without one.
      guard now >= until else { return }
      publishingUntilNs = nil
      publication += 1
    } else if published == lastEvent {
      guard !events.isEmpty, now >= acknowledgedNs + resendMs * 1_000_000 else { return }
      resendMs = min(resendMs * 2, 60_000)
      acknowledgedNs = now
      guard now - lastPongNs < 2 * pingIntervalMs * 1_000_000 else { return }
      simulation.coverage.add("events sent again for want of an ack")
      published = (events.first?.index ?? 1) - 1
    }
    let batch = Array(events.filter { $0.index > published }.prefix(8))
    guard let last = batch.last else { return }
    publishingUntilNs = now + 5_000_000_000
    let number = publication
    simulation.publish(self, .events(session: session, batch)) { [weak self] in
      guard let self, self.publication == number else { return }
      self.published = max(self.published, last.index)
      self.publishingUntilNs = nil
    }
  }

  func leave(namesIndex: Bool) {
    guard phase == .open, !isLeaving else { return }
    isLeaving = true
    leavingIndex = namesIndex ? lastCommand : nil
    sayLeaving()
    for actor in copies.keys.sorted() {
      copies[actor]?.isStopping = true
      copies[actor]?.next = ActorCopy.Next(atNs: now + 300_000_000, act: .stopped(nil))
    }
  }

  /// Again after 5 s without a PubAck, as everything that is stored.
  func sayLeaving() {
    leavingNs = now + 5_000_000_000
    simulation.publish(self, .stopping(session: session, lastCommandIndex: leavingIndex)) { [weak self] in
      self?.leavingNs = .max
    }
  }

  /// When a message that leaves now reaches the broker: never before one that left earlier.
  func sendingNs() -> Int64 {
    lastSentNs = max(lastSentNs, simulation.stillUntilNs, now + simulation.latencyNs())
    return lastSentNs
  }

  /// When a message that leaves the broker now arrives: never before one that left earlier.
  func arrivalNs() -> Int64 {
    lastArrivalNs = max(lastArrivalNs, now + simulation.latencyNs())
    return lastArrivalNs
  }
}
