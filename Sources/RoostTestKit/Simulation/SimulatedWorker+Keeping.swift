import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWire
import RoostWorker

// What the keeper does while the loop turns: the link's news, the identity, the end in good order; and reading.

extension SimulatedWorker {
  func linkBroke() {
    link.breakDown()
    openNs = nil
    deliverNs = nil
    bringUpNs = nil
    notice(.linkDown)
    interruptions += 1
  }

  func linkCameUp() {
    link.comeUp()
    guard isServing else { return }
    bringUpNs = simulation.nowNs + Int64(simulation.random.below(3_000)) * 1_000_000
    if isReading { openNs = simulation.nowNs + Int64(simulation.random.below(1_000)) * 1_000_000 }
  }

  func bringUp() {
    bringUpNs = nil
    check()
    guard isServing else { return }
    // While only a time says where to read, the question stays open.
    if progress.newest.sequence > 0 { simulation.comparedStream(at: progress.newest.sequence) }
    writeIdentity()
    put {
      $0.notices.append(
        .linkUp(brokerClockNs: simulation.brokerNs, receivedNs: clock.monotonicNs(), breaks: link.breaks))
    }
    if !isReading {
      isReading = true
      openNs = simulation.nowNs
    }
  }

  func check() {
    checkNs = simulation.nowNs + 60_000_000_000
    let look = check(progress.newest)
    simulation.note("worker compares the stream at \(progress.newest.sequence), \(delivered) were delivered: \(look)")
    guard case .lost = look else { return }
    simulation.coverage.add("loss seen while serving")
    stopInOrder()
  }

  func writeIdentity() {
    refreshNs = simulation.nowNs + 8_000_000_000
    identityPosition = progress.newest.sequence
  }

  func streamIsFull() { isRefused = true }

  func streamHasRoom() {
    if isRefused, link.isUp {
      notice(.streamWasFull)
      interruptions += 1
    }
    isRefused = false
  }

  /// The stream may be trimmed up to here.
  var settled: StreamSequence? {
    guard isServing, link.isUp, bringUpNs == nil, case .sound = check(progress.newest) else { return nil }
    return progress.settled
  }

  /// Ends in good order and begins again at once: also what the keeper does when messages were lost.
  func stopInOrder() {
    guard isServing, let loop, let journal else { return }
    simulation.coverage.add("worker stops in order")
    isReading = false
    (openNs, deliverNs) = (nil, nil)
    loop.stopTakingSignals()
    if !loop.isHeld { before = loop.machine }
    let deadlineNs = simulation.nowNs + 3_000_000_000
    do throws(WorkerError) {
      var taken = takeArrivals()
      try loop.turn(&taken)
      simulation.turned()
      while !loop.isHandedOver, simulation.nowNs < deadlineNs, simulation.fault == nil {
        simulation.passWithoutWorker(ms: 10)
        if self.loop == nil { return }
        if !loop.isHeld { before = loop.machine }
        taken = takeArrivals()
        try loop.turn(&taken)
        // A batch that was held may have been released: silence is judged by that.
        simulation.turned()
      }
      if !loop.isHeld { before = loop.machine }
      try loop.sign()
      do { try journal.close() } catch { throw WorkerError(.journalFailed, code: error.code, error.message) }
    } catch {
      return die(error.code, restartMs: 50)
    }
    if loop.isHeld { simulation.coverage.add("worker stops with a batch held") }
    after = loop.machine
    lastSaid = simulation.witness.lastRecord
    if link.isUp { writeIdentity() }
    end()
    life = .down(untilNs: simulation.nowNs + 1_000_000)
  }

  /// What was delivered and not applied is missing for the reader: it is read again.
  func gapInReading() {
    guard isReading, link.isUp else { return }
    deliverNs = nil
    openNs = simulation.nowNs + 50_000_000
  }

  func openReader() {
    openNs = nil
    // Behind lost messages others may have taken their numbers: the reader compares what it delivered last.
    if let newest = newestDelivered {
      let found = simulation.stream[newest.sequence]
      if found.map({ $0.storedAtNs != newest.storedAtNs }) ?? (simulation.stream.last < newest.sequence) {
        simulation.coverage.add("loss seen by the reader")
        return stopInOrder()
      }
    }
    let pending = simulation.stream.last - min(delivered, simulation.stream.last)
    put { $0.notices.append(.reading(pending: pending)) }
    simulation.coverage.add("reading begins")
    if pending > 0 { deliverNs = simulation.nowNs }
  }

  func signalStored() {
    if isReading, link.isUp, openNs == nil, deliverNs == nil {
      deliverNs = max(simulation.nowNs + simulation.latencyNs(), simulation.stillUntilNs)
    }
  }

  func deliver() {
    deliverNs = nil
    let last = simulation.stream.last
    delivered = max(delivered, simulation.stream.first - 1)
    guard delivered < last else { return }
    let through = min(last, delivered + UInt64(1 + simulation.random.below(12)))
    let signals = messages(delivered + 1...through)
    put { arrivals in
      arrivals.signals += signals
      arrivals.lastSignalNs = clock.monotonicNs()
    }
    delivered = through
    if delivered < last { deliverNs = max(simulation.nowNs + simulation.latencyNs(), simulation.stillUntilNs) }
  }

  /// What the stream holds of these.
  func messages(_ sequences: ClosedRange<StreamSequence>) -> [RoostNATS.SignalMessage] {
    sequences.compactMap { sequence in
      guard let stored = simulation.stream[sequence] else { return nil }
      deliveredNs = max(deliveredNs, stored.storedAtNs)
      newestDelivered = (sequence, stored.storedAtNs)
      deliveries.append((stored.storedAtNs, stored.subject))
      return SignalMessage(
        subject: stored.subject, sequence: sequence, storedAtNs: stored.storedAtNs,
        pending: simulation.stream.last - sequence, replyTo: stored.replyTo, payload: .bytes(stored.payload))
    }
  }
}
