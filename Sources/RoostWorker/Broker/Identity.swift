import Foundation
import RoostCore
import RoostJournal
import RoostNATS

/// Which journal owns the pools, and how far it is durable at least: kept in the broker, so that an emptied, restored
/// or second folder never decides twice (wire, streams).
struct Identity: Codable, Equatable {
  var id: String
  var position: UInt64
  /// The newest generation that any of its actors was given: a journal that adopts the pools goes on above it. nil =
  /// who wrote it did not know.
  var generation: Generation?

  init(id: String, position: StreamSequence, generation: Generation?) {
    self.id = id
    self.position = position
    self.generation = generation
  }

  /// What stands for a value that is not an identity.
  static let unreadable = Identity(id: "(unreadable)", position: 0, generation: nil)

  /// nil for anything else than an identity.
  init?(_ bytes: [UInt8]) {
    do { self = try JSONDecoder().decode(Identity.self, from: Data(bytes)) } catch { return nil }
  }

  var bytes: [UInt8] {
    Array(#"{"id":"\#(id)","position":\#(position),"generation":\#(generation ?? 0)}"#.utf8)
  }
}

/// The keys of one worker in the bucket ROOST_META.
struct IdentityKeys {
  let bucket: KeyValue
  let id: JournalID
  /// `journal`, or with a set of pools `journal.NS.POOL` each.
  let keys: [String]
  /// The journal is damaged: how far it was is not known, and a newer position of its own is no conflict.
  var isDamaged = false
  /// The newest generation that this journal's own identity has shown: it never goes back, also when a damaged
  /// partition hides where it came from.
  private var newestGeneration: Generation = 0
  /// Our last write of each key.
  private var revisions: [String: UInt64] = [:]

  init(bucket: KeyValue, id: JournalID, pools: Set<PoolID>) {
    self.bucket = bucket
    self.id = id
    keys = pools.isEmpty ? ["journal"] : pools.sorted().map { "journal.\($0.namespace).\($0.name)" }
  }

  /// What another journal, or a newer state of this one, has written; empty = we may go on.
  mutating func conflicts(position: StreamSequence) throws(NATSError) -> [(key: String, other: Identity)] {
    var conflicts: [(key: String, other: Identity)] = []
    for key in keys {
      guard let entry = try bucket.get(key) else {
        revisions[key] = 0
        continue
      }
      revisions[key] = entry.revision
      // Whatever it is, somebody wrote it: nobody decides beside them.
      let other = Identity(entry.value) ?? .unreadable
      if other.id == id.description { newestGeneration = max(newestGeneration, other.generation ?? 0) }
      if other.id != id.description || (other.position > position && !isDamaged) { conflicts.append((key, other)) }
    }
    return conflicts
  }

  /// Writes how far we are; what `conflicts` has read must still stand. Returns when the broker stored it, by its clock.
  mutating func write(position: StreamSequence, newestGeneration: Generation) throws(NATSError) -> Int64 {
    var storedAtNs: Int64 = 0
    self.newestGeneration = max(self.newestGeneration, newestGeneration)
    let value = Identity(id: id.description, position: position, generation: self.newestGeneration).bytes
    for key in keys {
      let revision = revisions[key] ?? 0
      revisions[key] =
        try revision == 0
        ? bucket.create(key, value) : bucket.update(key, value, expectedRevision: revision)
      if let entry = try bucket.get(key) { storedAtNs = entry.storedAtNs }
    }
    return storedAtNs
  }
}
