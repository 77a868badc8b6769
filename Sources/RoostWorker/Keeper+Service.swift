import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

extension Keeper {
  /// How a look at the broker ended.
  private enum Look {
    case sound
    /// It has lost messages that were applied: everything begins again from the journal. `end` is left, and was applied.
    case lost(end: SignalPosition?)
    case away(NATSError)
  }

  /// Until stopped, or until the worker has to start over.
  func keep() throws(WorkerError) -> Service.End {
    var retryMs = WorkerLimits.retryMs
    while true {
      var dueNs = min(refreshNs, trimNs, fullnessNs)
      if !control.linkIsUp {
        switch try bringUp() {
        case .lost(let end): return .startOver(after: end)
        case .sound:
          retryMs = WorkerLimits.retryMs
          dueNs = min(refreshNs, trimNs, fullnessNs)
        case .away(let error):
          log.info("broker does not answer, trying again", [.error: error.message, .delayMs: retryMs])
          dueNs = Monotonic.ns(afterMs: retryMs)
          retryMs = min(retryMs * 2, WorkerLimits.longestRetryMs)
        }
      }
      switch control.wait(until: dueNs) {
      case .stop, .loopEnd(.stopped): return .stopped
      case .loopEnd(.failed(let error)): throw error
      case .linkNews: break
      case .streamIsLost:
        log.error(
          "broker has lost signals that were read, starting over", [.lastSequence: service.progress.newest.sequence])
        if case .lost(let end) = try check() { return .startOver(after: end) }
        return .startOver(after: nil)
      case .streamIsFull:
        // Not before the stream was looked at: what we know of it may be of a stream that lost its end.
        if control.linkIsUp { trim(isRefusing: true) } else { _ = control.takeStreamIsFull() }
      case .readingBroke:
        if control.linkIsUp, case .lost(let end) = try check() { return .startOver(after: end) }
      case .time:
        guard control.linkIsUp else { break }
        if Monotonic.nowNs() >= refreshNs, case .lost(let end) = try refresh() { return .startOver(after: end) }
        if Monotonic.nowNs() >= trimNs, case .lost(let end) = try check() { return .startOver(after: end) }
        trim(isRefusing: false)
      }
    }
  }

  /// After a start or a break: the identity must be ours and the stream the one we read; then the loop may go on.
  private func bringUp() throws(WorkerError) -> Look {
    let breaks = control.breaks
    let outboxBreaks = link.outbox.breakCount
    guard link.connection.isConnected, link.outbox.connection.isConnected else {
      return .away(NATSError(.disconnected, "the link to the NATS server is down; it is being retried"))
    }
    let look = try check()
    guard case .sound = look else { return look }
    let clockNs: Int64
    let receivedNs: Int64
    let rival: IdentityConflict?
    do throws(NATSError) {
      clockNs = try write()
      receivedNs = Monotonic.nowNs()
      // Written, then looked: of two workers that start together at least one sees the other.
      rival = keys.isServing ? nil : try keys.conflictsOfOtherForm().first
    } catch {
      return .away(error)
    }
    if let rival { throw withdrawal(rival, service.progress.newest) }
    keys.serve()
    do throws(NATSError) {
      try subscribe()
      control.linkIsUp(since: breaks) { [queue = service.queue] in
        queue.put(.linkUp(brokerClockNs: clockNs, receivedNs: receivedNs, breaks: outboxBreaks))
      }
      log.info(
        "link to the broker is up", [.server: service.configuration.access.redactedURL])
    } catch {
      return .away(error)
    }
    read()
    return .sound
  }

  /// The refusal, and what was written before anything was served is taken back.
  private func withdrawal(_ conflict: IdentityConflict, _ position: SignalPosition) -> WorkerError {
    do throws(NATSError) {
      try keys.withdraw()
    } catch {
      log.warning("journal identity not taken back, another worker may be refused for it", [.error: error.message])
    }
    return refusal(conflict, position)
  }

  /// The identity and the stream, as they are now.
  private func check() throws(WorkerError) -> Look {
    let position = service.progress.newest
    let conflict: IdentityConflict?
    let stream: StreamCheck
    do throws(NATSError) {
      conflict = try keys.conflicts(position: position.sequence).first
      stream = try StreamCheck.run(jetStream, streams.signalsName, at: position)
    } catch {
      guard error.code == .notFound else { return .away(error) }
      log.error("stream or bucket is gone, starting over", [.error: error.message])
      return .lost(end: nil)
    }
    if let conflict { throw withdrawal(conflict, position) }
    guard case .lost(let reason, let end) = stream else { return .sound }
    log.error("broker has lost acknowledged signals, starting over", [.reason: reason])
    return .lost(end: end)
  }

  private func write() throws(NATSError) -> Int64 {
    let storedAtNs = try keys.write(
      position: service.progress.newest.sequence, newestGeneration: service.progress.newestGeneration)
    refreshNs = Monotonic.nowNs() + WorkerLimits.refreshNs
    trimmer.sample(service.progress.settled, atNs: Monotonic.nowNs())
    return storedAtNs
  }

  /// The identity again, and with it the broker's clock.
  private func refresh() throws(WorkerError) -> Look {
    do throws(NATSError) {
      let storedAtNs = try write()
      service.queue.put(.brokerClock(storedAtNs: storedAtNs, receivedNs: Monotonic.nowNs()))
      return .sound
    } catch {
      refreshNs = Monotonic.ns(afterMs: WorkerLimits.retryMs * 5)
      log.info("journal identity not refreshed, trying again", [.error: error.message])
      switch error.code {
      // Somebody else wrote, or we did and did not hear of it; or the bucket is gone.
      case .wrongRevision, .noResponders, .notFound: return try check()
      default: return .away(error)
      }
    }
  }
}
