// Pages of a pool's actors, runners and waiting line, for people.

/// Which actors a list is about. What is nil or empty leaves nobody out.
package struct ActorFilter: Equatable, Sendable {
  /// `ActorState.name`.
  package var state = ""
  package var name = ""
  package var namePrefix = ""
  package var key: String?
  package var runner: RunnerID?
  package init() {}

  /// Everybody is listed.
  package var isEmpty: Bool { self == ActorFilter() }

  func takes(_ facts: ActorFacts, _ state: ActorState) -> Bool {
    (self.state.isEmpty || self.state == state.name) && (name.isEmpty || name == facts.name)
      && (namePrefix.isEmpty || facts.name.hasPrefix(namePrefix)) && (key == nil || key == facts.key)
      && (runner == nil || runner == state.placement?.runner)
  }
}

/// A runner as people see it.
package struct RunnerView: Equatable, Sendable {
  package var id: RunnerID
  package var record: RunnerRecord
  package var isFresh: Bool
  package var reservedSlots: Int
}

/// An actor in the waiting line.
package struct PendingView: Equatable, Sendable {
  package var actor: ActorID
  package var record: ActorRecord
  package var ticket: Ticket
  /// From 1.
  package var position: UInt64
}

extension Pool {
  /// Puts so many actors more into the order in which they are listed; true = all are. Those that come and go from then on
  /// are kept in it: nothing is spent on the order of a pool that nobody lists.
  mutating func orderActors(atMost count: Int) -> Bool {
    let end = min(orderedSlots + count, actors.count)
    for slot in orderedSlots..<end where !actors[slot].id.text.isEmpty { order.insert(actors[slot].id) }
    orderedSlots = end
    return end == actors.count
  }

  /// At most `limit` actors whose ids come after `id`, in the order of ids, out of at most `examined` that are looked at.
  /// `last`: where the next page begins; nil = there is none.
  package func actors(
    after id: ActorID, _ filter: ActorFilter, limit: Int, examined: Int
  ) -> (views: [ActorView], last: ActorID?) {
    let reason = pendingReason
    var views: [ActorView] = []
    var last: ActorID?
    var left = examined
    var isCut = false
    order.each(after: id) { id in
      guard left > 0, views.count < limit else {
        isCut = true
        return false
      }
      left -= 1
      last = id
      if let slot = actorSlots[id], filter.takes(actors[slot].facts, actors[slot].record.state) {
        views.append(view(of: slot, pendingReason: reason))
      }
      return true
    }
    return (views, isCut ? last : nil)
  }

  /// At most `limit` runners whose ids come after `id`, in the order of ids.
  package func runners(after id: RunnerID, limit: Int) -> (views: [RunnerView], last: RunnerID?) {
    let ids = runnerSlots.keys.filter { $0 > id }.sorted()
    let page = ids.prefix(limit)
    let views = page.compactMap { id in runnerSlots[id].map { view(ofRunner: $0) } }
    return (views, page.count < ids.count ? page.last : nil)
  }

  package var runnerCount: Int { runnerSlots.count }

  func view(ofRunner slot: Int) -> RunnerView {
    RunnerView(
      id: runners[slot].id, record: runners[slot].record, isFresh: runners[slot].isFresh,
      reservedSlots: runners[slot].actors.count)
  }

  /// At most `limit` of those who wait with a ticket after this one, the longest wait first.
  package func pending(after ticket: Ticket, limit: Int) -> (views: [PendingView], last: Ticket?) {
    var views: [PendingView] = []
    for (ticket, slot) in queue.entries(after: ticket) {
      if views.count == limit { return (views, views.last?.ticket) }
      let position = views.last.map { $0.position + 1 } ?? queue.position(of: ticket) ?? 0
      views.append(
        PendingView(actor: actors[slot].id, record: actors[slot].record, ticket: ticket, position: position))
    }
    return (views, nil)
  }
}

extension Machine {
  /// Prepares a list of the pool's actors, a step of it; true = they can be listed.
  package mutating func orderActors(of id: PoolID, atMost count: Int) -> Bool {
    updating(id) { $0.orderActors(atMost: count) } ?? true
  }
}
