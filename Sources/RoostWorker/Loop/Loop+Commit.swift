import RoostCore
import RoostJournal
import RoostTelemetry
import RoostWire

// The commit point: nothing leaves before the flush has returned.

extension Loop {
  /// Ends the batch: its records become durable, then its effects leave.
  func commit() throws(WorkerError) {
    if isHeld { return }
    if positions.isOverdue(atNs: turnNs) || (isStopping && !positions.isRecorded) {
      batch.force(batch.partitions.first ?? soundPartition)
    }
    if batch.isUntouched { return }
    try encode(batch.recorded)
    try retry()
  }

  /// Appends what is encoded. Without room nothing is lost and nothing leaves: the batch is held and tried again.
  func retry() throws(WorkerError) {
    if isHeld, turnNs < retryNs { return }
    if batch.isUntouched, let inHand {
      // What has no room is its mark. Once it has, the next turn makes it again and applies the signal: whoever ends the
      // worker before that does it to a worker that is not applying anything.
      if try hasRoom(for: { () throws(JournalError) in try hand.mark(inHand) }) { hand.takeBack() }
    } else if try hasRoom(for: { () throws(JournalError) in try journal.append(records) }) {
      finish()
    }
  }

  /// False if it has not: then nothing goes on before it has.
  func hasRoom(for write: () throws(JournalError) -> Void) throws(WorkerError) -> Bool {
    do throws(JournalError) {
      try write()
    } catch {
      // Whoever ends or kills the worker now does it for the disk's sake.
      hand.takeBack()
      guard case .diskFull = error else { throw WorkerError(error) }
      if !isHeld {
        log.error("journal has no room, the batch is held", [.error: error.message])
        toldThrough = nil
      }
      isHeld = true
      heldReason = error.message
      retryNs = turnNs + WorkerLimits.diskFullRetryNs
      return false
    }
    if isHeld {
      log.info("journal has room again")
      isHeld = false
    }
    return true
  }

  private func encode(_ partitions: ArraySlice<Partition>) throws(WorkerError) {
    records.removeAll()
    recordBytes = 0
    let handedOver = handover.confirmedThrough(last: journal.lastIndex.rawValue)
    let deadLettersStored = deadLetters.storedThrough(last: journal.lastIndex.rawValue)
    var furtherParts: [(partition: Partition, payload: [UInt8])] = []
    for partition in partitions {
      guard let record = batch.record(of: partition) else { preconditionFailure("a touched partition has a record") }
      let position = positions.last
      var contents = JournalBatch(
        position: position, settled: positions.recordedSettled,
        streamTime: clock.now == position?.storedAt ? nil : clock.now, handedOver: handedOver,
        deadLettersAcknowledged: deadLettersStored)
      contents.generationBase = machine.generationBase
      for index in batch.shares.indices where batch.shares[index].partition == partition {
        let share = batch.shares[index]
        let waiting = lazy.removeValue(forKey: share.pool)?.changes
        let section = PoolSection(
          pool: share.pool, changes: waiting.map { $0 + share.effects.changes } ?? share.effects.changes,
          events: share.effects.events, answers: share.effects.answers)
        if !section.isEmpty { contents.sections.append(section) }
      }
      for answer in batch.answers where answer.partition == partition {
        contents.sections.append(PoolSection(pool: answer.pool, answers: [answer.answer]))
      }
      for letter in batch.letters where letter.partition == partition { contents.deadLetters.append(letter.letter) }
      let payloads = contents.payloads(codec, record: record)
      try add(payloads[0], partition)
      furtherParts += payloads.dropFirst().map { (partition, $0) }
    }
    // Behind all first parts, whose numbers the effects carry.
    for part in furtherParts { try add(part.payload, part.partition) }
  }

  private func add(_ payload: [UInt8], _ partition: Partition) throws(WorkerError) {
    recordBytes += payload.count
    do throws(JournalError) {
      try records.add(partition: partition, epoch: 0, payload: payload)
    } catch {
      throw WorkerError(error)
    }
  }

  /// The batch is durable: its effects leave, and there is room for more signals.
  private func finish() {
    let recorded = batch.recorded
    for partition in recorded { emit(partition) }
    for share in batch.shares {
      count(share.effects)
      for note in share.effects.acknowledgements {
        acknowledgements.add(note, pool: share.pool, atNs: turnNs)
      }
    }
    positions.settle(hasRecord: !recorded.isEmpty)
    if !recorded.isEmpty {
      progress.set(
        newest: positions.newest, settled: positions.recordedSettled, newestGeneration: machine.newestGeneration)
      metrics.add(.journalRecords, recorded.count)
      metrics.add(.journalBytes, recordBytes)
      metrics.add(.journalFlushes)
      if isLinkUp { commitPublished() }
    }
    if batch.consumedMessages > 0 {
      source.consumed(messages: batch.consumedMessages, bytes: batch.consumedBytes)
      metrics.set(.streamPosition, to: Int64(clamping: positions.settled))
    }
    tellSpans()
    metrics.add(.batches)
    metrics.add(.batchInputs, batch.inputs)
    batch.begin(firstRecord: journal.nextIndex.rawValue)
    sendAgainIfOwed()
  }

  /// What a new link asks for, once nothing is held.
  private func sendAgainIfOwed() {
    guard isLinkUp, mustSendAgain else { return }
    mustSendAgain = false
    sendUnacknowledgedCommands()
  }

  private func count(_ effects: Effects) {
    metrics.add(.signalsApplied, effects.tally.applied)
    metrics.add(.signalsIgnored, effects.tally.ignored)
    metrics.add(.signalsRejected, effects.tally.rejected)
    metrics.add(.runnerEventsDropped, effects.tally.droppedEvents)
    if effects.tally.rescuedBySweep > 0 {
      metrics.add(.rescuedBySweep, effects.tally.rescuedBySweep)
      log.error("sweep placed actors that a queue pass should have placed", [.count: effects.tally.rescuedBySweep])
    }
  }
}
