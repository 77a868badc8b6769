import RoostCore
import RoostTelemetry

// What the loop is told about link, reader and outbox.

extension Loop {
  func take(_ notice: Notice) {
    switch notice {
    case .linkUp(let brokerClockNs, let receivedNs, let breaks):
      clock.set(storedAtNs: brokerClockNs, at: receivedNs)
      link.resume(afterBreaks: breaks)
      isLinkUp = true
      withdrawVerdicts()
      liveness.hear(fromNs: turnNs)
      echo.linkUp()
      ticker.connected()
      handover.doubt(nil)
      publishAgainNs = turnNs
      publishAgain()
      toldThrough = nil
      // What a held batch decided is not durable: nobody may hear of it.
      if isHeld { mustSendAgain = true } else { sendUnacknowledgedCommands() }
    case .linkDown:
      isLinkUp = false
      metrics.add(.linkBreaks)
      mustRenew = true
      withdrawVerdicts()
      liveness.linkDown()
      handover.doubt(nil)
    case .brokerClock(let storedAtNs, let receivedNs):
      clock.set(storedAtNs: storedAtNs, at: receivedNs)
      noticeClockBehind()
    case .reading(let pending):
      ticker.opened(pending: pending, atNs: turnNs)
      whileCareful { $0.reading(pending: pending) }
    case .echo(let number):
      if echo.heard(number, atNs: turnNs) {
        log.warning("broker stood still, silence of runners proves nothing")
        excuseSilence(untilNs: turnNs)
      }
    case .handedOver(let commit): handover.handedOver(commit)
    case .doubtful(let commit): handover.doubt(commit)
    case .deadLetterStored(let sequence):
      deadLetters.stored(sequence)
      metrics.add(.deadLetters)
    case .deadLetterFailed(let sequence): deadLetters.failed(sequence, atNs: turnNs)
    case .pingsDropped:
      log.warning("pings were dropped, silence of runners proves nothing")
      excuseSilence(untilNs: turnNs)
    case .streamWasFull: mustRenew = true
    case .snapshotMade(let olderThrough): snapshotThrough = max(snapshotThrough, olderThrough)
    case .wakeAnswer(let number, let payload): take(wakeAnswer: payload, to: number)
    case .wakeNotStored(let number, let reason): take(wakeNotStored: reason, number)
    case .told(let reply, let question): self.reply(reply, to: question.inquiry, since: question.startNs)
    }
  }

  /// The broker's clock went back: time stands still until it has caught up (lifecycle, time).
  private func noticeClockBehind() {
    let behind = clock.now.since(Instant(ms: clock.estimateNs(at: turnNs) / 1_000_000))
    if behind > WorkerLimits.clockBehind {
      log.error(
        "broker clock is behind the stream's time, timers stand still until it has caught up",
        [.elapsedMs: behind.value])
    }
  }

  /// True when all that was stored has been read and applied once.
  package var hasCaughtUp: Bool { isLinkUp && ticker.hasReadAll && backlog.isEmpty && inHand == nil }
}
