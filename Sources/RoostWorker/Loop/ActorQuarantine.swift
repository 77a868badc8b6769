import RoostCore
import RoostWire

/// Actors with an entry that this version cannot read, found while the journal is read. What is known of them otherwise is
/// not trusted: they have no part in the state, nothing is decided about them, and their signals are refused.
///
/// The journal is read twice: the first reading finds who they are, the second leaves them out (`members`).
package struct ActorQuarantine: Equatable, Sendable {
  package typealias Members = [PoolID: Set<ActorID>]

  private struct Doubt: Equatable {
    /// The last record in which the part could not be read; nil = it is known.
    var facts: RecordIndex?
    var record: RecordIndex?
    /// The last record that names the actor: what was started later is not this actor.
    var named: RecordIndex
  }

  private struct NamedKey: Hashable {
    var name: String
    var key: String
  }

  private struct Session: Equatable {
    var id: SessionID
    /// The record in which it was first seen open.
    var begun: RecordIndex
  }

  private var doubts: [PoolID: [ActorID: Doubt]] = [:]
  /// Those that this reading leaves out.
  private let left: Members
  /// Of pools with such actors: the keys that these hold or may hold, and the open sessions.
  private var keys: [PoolID: [ActorID: NamedKey]] = [:]
  private var sessions: [PoolID: [RunnerID: Session]] = [:]

  init(leaving left: Members = [:]) { self.left = left }

  package var isEmpty: Bool { doubts.isEmpty }
  package var members: Members { doubts.mapValues { Set($0.keys) } }
  /// In order.
  package var all: [(pool: PoolID, actor: ActorID)] {
    doubts.keys.sorted().flatMap { pool in members[pool, default: []].sorted().map { (pool, $0) } }
  }

  package func contains(_ actor: ActorID, in pool: PoolID) -> Bool { doubts[pool]?[actor] != nil }

  /// It still keeps something from being served: what it could not say has not been said since.
  func stands(_ entry: UndecodableEntry) -> Bool {
    guard entry.part != nil, let actor = entry.actor else { return true }
    return contains(actor, in: entry.pool)
  }

  // MARK: - Reading

  /// An entry that cannot be read; false if it is not known to be one actor's.
  mutating func take(_ entry: UndecodableEntry, at index: RecordIndex) -> Bool {
    guard let part = entry.part, let actor = entry.actor else { return false }
    var doubt = doubts[entry.pool]?[actor] ?? Doubt(named: index)
    switch part {
    case .facts: doubt.facts = index
    case .record: doubt.record = index
    }
    doubt.named = max(doubt.named, index)
    doubts[entry.pool, default: [:]][actor] = doubt
    return true
  }

  /// A change that can be read; false if it is left out.
  mutating func take(_ change: Change, in pool: PoolID, at index: RecordIndex) -> Bool {
    if doubts.isEmpty, left.isEmpty { return true }
    switch change {
    case .actorCreated(let id, let facts):
      settle(id, in: pool, at: index, \.facts)
      guard isLeft(id, in: pool) else { return true }
      keys[pool, default: [:]][id] = facts.key.map { NamedKey(name: facts.name, key: $0) }
      return false
    case .actor(let id, _):
      settle(id, in: pool, at: index, \.record)
      return !isLeft(id, in: pool)
    case .actorRemoved(let id):
      // That it is gone says nothing of its generations: a new one of this id must not begin anew.
      doubts[pool]?[id]?.named = index
      return !isLeft(id, in: pool)
    case .runner(let id, let record):
      if left[pool] != nil { note(record.session?.id, of: id, in: pool, at: index) }
    case .runnerRemoved(let id):
      if left[pool] != nil { note(nil, of: id, in: pool, at: index) }
    case .pool, .command, .commandsAcknowledged, .eventsTaken: break
    }
    return true
  }

  /// An entry is a whole assignment: after a later one that can be read, the part is known again. Within one record the
  /// order of the two is not kept, and the doubt stays.
  private mutating func settle(
    _ actor: ActorID, in pool: PoolID, at index: RecordIndex, _ part: WritableKeyPath<Doubt, RecordIndex?>
  ) {
    guard var doubt = doubts[pool]?[actor] else { return }
    doubt.named = max(doubt.named, index)
    if let since = doubt[keyPath: part], index > since { doubt[keyPath: part] = nil }
    let isOver = doubt.facts == nil && doubt.record == nil
    doubts[pool]?[actor] = isOver ? nil : doubt
    if doubts[pool]?.isEmpty == true { doubts[pool] = nil }
  }

  private func isLeft(_ actor: ActorID, in pool: PoolID) -> Bool { left[pool]?.contains(actor) ?? false }

  private mutating func note(_ session: SessionID?, of runner: RunnerID, in pool: PoolID, at index: RecordIndex) {
    guard sessions[pool]?[runner]?.id != session else { return }
    sessions[pool, default: [:]][runner] = session.map { Session(id: $0, begun: index) }
  }

  // MARK: - Serving

  /// The signal is about such an actor, or about a key that it may hold.
  func refuses(_ signal: Signal) -> Bool {
    guard let doubts = doubts[signal.pool], case .actor(let actor, let verb) = signal.body else { return false }
    if doubts[actor] != nil { return true }
    guard case .create(let create) = verb, let key = create.key else { return false }
    let named = NamedKey(name: create.nameGiven, key: key)
    return doubts.contains { $0.value.facts != nil } || keys[signal.pool, default: [:]].values.contains(named)
  }

  /// What to do once before a pool with such actors is served: a copy of theirs may run, and hold a slot, in any session
  /// that was open when a record last named them. These are closed, as when a runner is lost; no actor is placed on one
  /// meanwhile. Sessions that began later are served on, so a restart does not close them again.
  var chores: [Chore] {
    var chores: [Chore] = []
    for pool in doubts.keys.sorted() {
      let last = doubts[pool, default: [:]].values.map(\.named).max() ?? 0
      let open = sessions[pool, default: [:]].filter { $0.value.begun <= last }.sorted { $0.key < $1.key }
      chores += open.map { Chore(input: .stale($0.key), pool: pool) }
      chores += open.map { Chore(input: .lost($0.key, $0.value.id), pool: pool) }
    }
    return chores
  }
}
