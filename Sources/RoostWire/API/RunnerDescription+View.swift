import RoostCore

extension RunnerDescription {
  /// What the machine shows of a runner, as the API tells it. `pingAge`: as the worker has heard it.
  package init(_ view: RunnerView, pingAge: Milliseconds?) {
    let session = view.record.session
    let closed = view.record.closedSessions.last
    switch view.record.phase {
    case .open(let session):
      let state = session.drainDeadline != nil ? "draining" : view.isFresh ? "open" : "stale"
      self.init(runner: view.id, session: session.id, state: state, since: Instant(ms: 0))
    case .closed(let at, _):
      self.init(runner: view.id, session: closed?.id, state: "closed", since: at)
      closeReason = closed?.reason ?? ""
    }
    version = session?.version ?? 0
    totalSlots = session?.totalSlots ?? 0
    reservedSlots = UInt32(clamping: view.reservedSlots)
    drainDeadline = session?.drainDeadline
    cursors = view.record.cursors
    metadata = session?.metadata ?? []
    self.pingAge = session == nil ? nil : pingAge
  }
}
