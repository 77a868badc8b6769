import RoostCore
import RoostWire

// Pages of actors, runners and the waiting line.

extension Loop {
  func list(_ request: ListRequest, in pool: PoolID) -> Response {
    guard request.state.isEmpty || ActorState.names.contains(request.state) else {
      return .now(.failed(.unknown(state: request.state)))
    }
    guard machine.orderActors(of: pool, atMost: WorkerLimits.orderedActors) else { return .nextTurn }
    let limit = APIRequest.rows(request.limit)
    let filter = request.filter
    let found = machine.reading(pool) {
      (
        $0.actors(
          after: ActorID(request.after), filter, limit: limit,
          examined: filter.isEmpty ? limit : WorkerLimits.examinedActors), $0.actorCount
      )
    }
    guard let (page, total) = found else { return .now(.failed(.unknown(pool))) }
    let (rows, isCut) = fitting(page.views.map { ActorDescription($0) })
    let next = isCut ? rows.last?.actor : page.last
    return .now(.list(ActorPage(actors: rows, next: next?.text ?? "", total: UInt64(total))))
  }

  func list(_ request: RunnersRequest, in pool: PoolID) -> APIReply {
    let limit = APIRequest.rows(request.limit)
    let found = machine.reading(pool) { ($0.runners(after: RunnerID(request.after), limit: limit), $0.runnerCount) }
    guard let (page, total) = found else { return .failed(.unknown(pool)) }
    let (rows, isCut) = fitting(
      page.views.map { view in
        let heardNs = liveness[pool, view.id].flatMap { $0.session == view.record.session?.id ? $0.heardNs : nil }
        return RunnerDescription(view, pingAge: heardNs.map { Milliseconds(max(0, turnNs - $0) / 1_000_000) })
      })
    let next = isCut ? rows.last?.runner : page.last
    return .runners(RunnerPage(runners: rows, next: next?.text ?? "", total: UInt64(total)))
  }

  func list(_ request: PendingRequest, in pool: PoolID) -> APIReply {
    let limit = APIRequest.rows(request.limit)
    let found = machine.reading(pool) {
      (
        $0.pending(after: request.afterTicket, limit: limit), $0.pendingCount,
        $0.pendingCount == 0 ? "" : $0.pendingReason
      )
    }
    guard let (page, total, reason) = found else { return .failed(.unknown(pool)) }
    let (rows, isCut) = fitting(page.views.map { PendingEntry($0) })
    let next = isCut ? rows.last?.ticket : page.last
    return .pending(PendingPage(entries: rows, nextTicket: next ?? 0, total: UInt64(total), reason: reason))
  }

  /// The rows that the broker takes in one message; a single one that is too large is refused as a reply.
  func fitting<Row: APIRow>(_ rows: [Row]) -> (rows: [Row], isCut: Bool) {
    var left = link.maxMessageBytes - WorkerLimits.pageOverheadBytes
    var count = 0
    for row in rows {
      left -= row.greatestBytes
      if left < 0, count > 0 { break }
      count += 1
    }
    return (Array(rows[..<count]), count < rows.count)
  }
}

extension ListRequest {
  var filter: ActorFilter {
    var filter = ActorFilter()
    (filter.state, filter.name, filter.namePrefix, filter.key, filter.runner) = (state, name, namePrefix, key, runner)
    return filter
  }
}

extension PendingEntry {
  init(_ view: PendingView) {
    self.init(
      actor: view.actor, ticket: view.ticket, queuePosition: view.position,
      since: view.record.state.beganAt ?? Instant(ms: 0), deadline: view.record.state.endsAt,
      waiters: UInt32(clamping: view.record.waiters.count))
  }
}
