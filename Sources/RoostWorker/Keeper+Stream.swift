import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

// Reading the stream, hearing runners, keeping the stream small, and the end of it all.

extension Keeper {
  /// Once; the library subscribes again by itself after a break.
  func subscribe() throws(NATSError) {
    guard subscriptions.isEmpty else { return }
    let subjects = service.settings.subjects
    let served = service.configuration.servedPools.sorted()
    let pings = served.isEmpty ? [subjects.allPings] : served.map { subjects.pings($0) }
    let requests =
      (served.isEmpty ? [subjects.allRequests] : served.map { subjects.requests($0) })
      + Discovery.subjects(id: service.settings.workerName)
    var made = [try link.hearEchoes(), try link.hearWakes()]
    for subject in pings {
      made.append(
        try link.connection.subscribe(subject) { [queue = service.queue] message in
          if !message.isTraceOnly { queue.put { $0.take(ping: Inquiry(message)) } }
        })
    }
    let busy = WireCodec().encode(.failed(.busy))
    for subject in requests {
      made.append(
        try link.connection.subscribe(subject) { [queue = service.queue, connection = link.connection, log] message in
          if message.isTraceOnly { return }
          var isTaken = true
          queue.put { isTaken = $0.take(request: Inquiry(message)) }
          guard !isTaken, let replyTo = message.reply else { return }
          do throws(NATSError) {
            try connection.publish(replyTo, payload: busy)
          } catch {
            log.debug("answer not sent", [.subject: replyTo, .error: error.message])
          }
        })
    }
    subscriptions = made
  }

  /// Once; the reader closes its own gaps.
  func read() {
    if isReading { return }
    isReading = true
    reader.start(at: readerStart) {
      [control, queue = service.queue, metrics = service.metrics, log = service.log] event in
      switch event {
      case .message(let message):
        let now = Monotonic.nowNs()
        queue.put { arrivals in
          arrivals.signals.append(message)
          arrivals.lastSignalNs = now
        }
      case .opened(let pending): queue.put(.reading(pending: pending))
      case .interrupted(let interruption):
        if case .lost = interruption { control.streamIsLost() } else { control.readingBroke() }
        metrics.add(.readerRemakes)
        log.info("reading of signals was interrupted, it begins again", [.reason: "\(interruption)"])
      }
    }
  }

  /// Drops what every record holds and nobody may want to look at any more. Never for a set of pools: the others'
  /// signals may not have been read.
  func trim(isRefusing: Bool) {
    let now = Monotonic.nowNs()
    let isRefused = control.takeStreamIsFull() || isRefusing
    let isDue = now >= trimNs
    if isDue { trimNs = now + WorkerLimits.trimNs }
    guard service.configuration.servedPools.isEmpty else { return }
    fullnessNs = now + WorkerLimits.fullnessNs
    if isRefused {
      guard now >= refusedTrimNs else { return }
      refusedTrimNs = now + WorkerLimits.refusedTrimNs
    }
    do throws(NATSError) {
      let stream = try jetStream.info(streams.signalsName)
      let isTight = Trimmer.isTight(stream, maxBytes: streams.signalsMaxBytes)
      guard isDue || isRefused || isTight else { return }
      let (durable, newest) = (service.progress.settled, service.progress.newest)
      let target = trimmer.target(
        stream, maxBytes: streams.signalsMaxBytes, durable: durable, isRefusing: isRefused, atNs: now)
      guard let target else { return }
      // Signals of before a break may have been applied after it: of a stream that lost them nothing may go. The keeper's
      // next look says so.
      guard case .sound = try StreamCheck.run(jetStream, streams.signalsName, at: newest) else { return }
      let dropped = try jetStream.purge(streams.signalsName, through: target)
      service.metrics.add(.streamTrims)
      log.info("signal stream trimmed", [.lastSequence: target, .count: dropped])
      if isRefused { service.queue.put(.streamWasFull) }
    } catch {
      log.info("signal stream not trimmed, trying again", [.error: error.message])
    }
  }

  // MARK: - The end

  func stopReading() {
    reader.stop()
    subscriptions = []
  }

  /// What is in hand is finished and handed over.
  func stopLoop() throws(WorkerError) {
    stopReading()
    thread.stop()
    thread.join()
    if case .failed(let error) = control.loopEnd { throw error }
  }

  /// The position of the last record, so that a copy of the folder that is older is recognised.
  func sayGoodbye() {
    do throws(NATSError) {
      guard control.linkIsUp else { return }
      _ = try keys.write(
        position: service.progress.newest.sequence, newestGeneration: service.progress.newestGeneration)
    } catch {
      log.info("journal identity not refreshed at the end", [.error: error.message])
    }
  }
}

extension Inquiry {
  init(_ message: NATSMessage) {
    self.init(subject: message.subject, replyTo: message.reply, payload: .message(message))
  }
}
