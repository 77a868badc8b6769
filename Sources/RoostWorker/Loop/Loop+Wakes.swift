import RoostCore
import RoostWire

// The gateway's path in one call: a durable wake whose answers come back to this worker, and another one when a stop came
// in between, until the actor is ready or the caller's time is over.

extension Loop {
  func wake(_ request: WakeRequest, in pool: PoolID, for inquiry: Inquiry) -> Response {
    let override = request.override ?? .dontSleep(pendingTimeoutMs: WorkerLimits.gatewayPendingMs)
    let timeoutMs = request.readyTimeoutMs ?? override.readyTimeoutMs
    guard timeoutMs <= WorkerLimits.greatestReadyMs else { return .now(.failed(.readyTimeoutTooLong)) }
    guard !isStopping else { return .now(.failed(.stopping)) }
    guard wakes.count < WorkerLimits.waitingWakes else { return .now(.failed(.busy)) }
    send(
      Wakes.Waiting(
        pool: pool, actor: request.actor, override: override, inquiry: inquiry, startNs: turnNs,
        deadlineNs: turnNs.saturatingSum(Int64(timeoutMs) * 1_000_000), timeoutMs: timeoutMs))
    return .later
  }

  private func send(_ caller: Wakes.Waiting) {
    link.publishWake(
      wakes.add(caller), subjects.signal(caller.pool, caller.actor, .wake),
      payload: codec.encode(ActorSignal.wake(Wake(override: caller.override))))
  }

  /// An answer to one of our wakes.
  func take(wakeAnswer payload: [UInt8], to number: UInt64) {
    let answer: Answer
    do throws(WireError) { answer = try codec.decodeAnswer(payload) } catch { return }
    guard answer.isFinal, var caller = wakes.remove(number) else { return }
    if answer.tellsOfStop, caller.rewakes < WorkerLimits.rewakes, !isStopping {
      caller.rewakes += 1
      return send(caller)
    }
    let isTooMany = answer.outcome == .accepted && answer.reason == "too_many_waiters"
    finish(caller, isTooMany ? .failed(.tooManyWaiters) : .wake(answer))
  }

  func take(wakeNotStored reason: String, _ number: UInt64) {
    if let caller = wakes.remove(number) { finish(caller, .failed(.notStored(reason))) }
  }

  /// Those whose time is over, and at the end everybody.
  func finishWakes() {
    guard isLinkUp else { return }
    if isStopping { return wakes.takeAll().forEach { finish($0, .failed(.stopping)) } }
    for caller in wakes.takeOverdue(atNs: turnNs) { finish(caller, .failed(.notReadyInTime(caller.timeoutMs))) }
  }

  private func finish(_ caller: Wakes.Waiting, _ reply: APIReply) {
    self.reply(reply, to: caller.inquiry, since: caller.startNs)
  }
}

extension Answer {
  /// The actor went to sleep before it was ready, though not for want of room: the wake is sent again.
  fileprivate var tellsOfStop: Bool {
    outcome == .sleeping && ["asked", "stopped", "crash_policy"].contains(reason)
  }
}

extension Wake.AllocationOverride {
  /// How long a caller waits who does not say: as long as the actor may, and for its start.
  fileprivate var readyTimeoutMs: UInt64 {
    switch self {
    case .none: WorkerLimits.gatewayStartMs
    case .dontSleep(let pendingMs):
      min(
        (pendingMs ?? WorkerLimits.gatewayPendingMs).addingClamped(WorkerLimits.gatewayStartMs),
        WorkerLimits.greatestReadyMs)
    }
  }
}

extension UInt64 {
  fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
