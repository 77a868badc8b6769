import RoostCore
import RoostJournal
import RoostTelemetry
import RoostWire

// The end in good order, and going on elsewhere in the stream.

extension Loop {
  /// No more signals: what is in hand is finished, the rest is read again at the next start.
  package func stopTakingSignals() { isStopping = true }

  /// The broker has confirmed all that was published.
  package var isHandedOver: Bool { !isHeld && (!isLinkUp || (handover.unconfirmed.isEmpty && deadLetters.isEmpty)) }

  /// The last record: how far everything is applied and handed over, so that the next start repeats nothing.
  package func sign() throws(WorkerError) {
    if !isHeld {
      batch.force(soundPartition)
      try commit()
    }
    if isHeld {
      return log.warning(
        "ends without room for the batch in hand, its signals are applied one at a time after the next start",
        [.reason: heldReason])
    }
    signHand()
    do { try journal.close() } catch { throw WorkerError(error) }
  }

  /// While the folder is ours. In the middle of a careful start the next one has to be as careful.
  private func signHand() {
    guard careful.isOver else { return }
    do throws(JournalError) {
      try hand.sign()
    } catch {
      log.warning(
        "good end cannot be noted, the next start applies signals one at a time", [.error: error.message])
    }
  }

  /// Signals behind this one may be in the records of some partitions only, up to the position.
  package var readAfter: StreamSequence { positions.readAfter }
  /// The last signal applied or passed over, durable or not; 0 = none since the start.
  package var newestApplied: StreamSequence { positions.last?.sequence ?? 0 }

  /// Goes on from another place of the stream: after an adoption, or when the broker was found to have lost messages; what
  /// is left of the signals between ``readAfter`` and the position must be complete by then (``complete(_:)``).
  /// Every partition gets a record that says so. `base`, in an adoption: nobody knows what became of the runners
  /// meanwhile, so their sessions are closed and their actors lost; and which generations they have run, so the next ones
  /// are all above it.
  package func goOn(from position: SignalPosition, adoptingAbove base: Generation? = nil) throws(WorkerError) {
    turnNs = clocks.monotonicNs()
    if let base {
      machine.raiseGenerations(above: base)
      for pool in machine.poolIDs {
        for open in machine.reading(pool, { $0.openRunners }) ?? [] {
          apply(.lost(open.runner, open.session), to: pool, now: clock.now)
          while passing != nil { continuePass() }
          if batch.isFull { try commit() }
        }
      }
    }
    positions.jump(to: position)
    for partition in 0..<settings.partitions where !damagedPartitions.contains(partition) { batch.force(partition) }
    try commit()
    if isHeld { throw WorkerError(.journalFailed, code: "ROOST-J002", heldReason) }
  }
}
