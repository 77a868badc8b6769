import Foundation
import RoostCore
import RoostJournal
import RoostNATS

/// Which journal owns the pools, and how far it is durable at least: kept in the broker, so that an emptied, restored
/// or second folder never decides twice (wire, streams).
package struct Identity: Codable, Equatable {
  var id: String
  var position: UInt64
  /// The newest generation that any of its actors was given: a journal that adopts the pools goes on above it. nil =
  /// who wrote it did not know.
  package var generation: Generation?
  /// Which life of that journal wrote it; nil = who wrote it did not say.
  var life: String?

  init(id: String, position: StreamSequence, generation: Generation?, life: String?) {
    self.id = id
    self.position = position
    self.generation = generation
    self.life = life
  }

  /// What stands for a value that is not an identity.
  static let unreadable = Identity(id: "(unreadable)", position: 0, generation: nil, life: nil)

  /// nil for anything else than an identity: its texts are said to people, and are written again as they are.
  package init?(_ bytes: [UInt8]) {
    do { self = try JSONDecoder().decode(Identity.self, from: Data(bytes)) } catch { return nil }
    guard [id, life ?? ""].allSatisfy({ $0.utf8.count <= Self.textBytes && $0.utf8.allSatisfy(Self.isPlain) }) else {
      return nil
    }
  }

  private static let textBytes = 64

  /// Visible, and as it is in JSON.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  package var bytes: [UInt8] {
    let life = life.map { #","life":"\#($0)""# } ?? ""
    return Array(#"{"id":"\#(id)","position":\#(position),"generation":\#(generation ?? 0)\#(life)}"#.utf8)
  }
}

/// What stands in a worker's way: a key, and what somebody else wrote there.
struct IdentityConflict {
  enum Kind {
    /// Another journal owns the pools.
    case otherJournal
    /// This journal was further than it is now.
    case newerState
    /// Another life of this journal wrote the key after this one had: it serves a copy of the folder.
    case copyServes
  }

  let key: String
  let other: Identity
  let kind: Kind
}

/// The keys of one worker in the bucket ROOST_META, and a look at those of others that serve the same pools.
struct IdentityKeys {
  /// The key of a worker of all pools.
  private static let allPools = "journal"
  /// The keys of workers of some pools, `journal.NS.POOL` each.
  private static let somePools = "journal.*.*"

  let bucket: KeyValue
  let id: JournalID
  /// `journal`, or with a set of pools `journal.NS.POOL` each.
  let keys: [String]
  /// False: the journal is damaged at its end, so how far it was is not known, and a newer position of its own is no
  /// conflict.
  var endIsKnown = true
  /// The newest generation that this journal's own identity has shown: it never goes back, also when a damaged
  /// partition hides where it came from.
  private var newestGeneration: Generation = 0
  /// The last write of each key, whose ever it is: ours replaces that one or nothing.
  private var revisions: [String: UInt64] = [:]
  /// This life of the worker. It stands in what we write, so that a write of ours whose answer was lost is known for ours.
  private let life = String(UInt64.random(in: 0 ... .max), radix: 16)
  /// Our own last write of each key, as far as we know that it was stored.
  private var written: [String: UInt64] = [:]
  /// Our keys that were free when this worker looked, until it serves with them; nil from then on.
  private var unserved: Set<String>? = []
  /// The keys of the other form that another journal wrote, as last seen, with their revisions.
  private var rivals: [String: UInt64] = [:]

  init(bucket: KeyValue, id: JournalID, pools: Set<PoolID>) {
    self.bucket = bucket
    self.id = id
    keys = pools.isEmpty ? [Self.allPools] : pools.sorted().map { "journal.\($0.namespace).\($0.name)" }
  }

  var isServing: Bool { unserved == nil }

  private var servesAll: Bool { keys == [Self.allPools] }

  /// What another journal, or a newer state of this one, has written; empty = we may go on.
  ///
  /// Our own keys come first: who takes them away has written its own before. While they stand, a worker that serves has
  /// nothing to fear from the other form: who wrote that later finds ours and takes its own back.
  mutating func conflicts(position: StreamSequence) throws(NATSError) -> [IdentityConflict] {
    var conflicts: [IdentityConflict] = []
    var standsAlone = isServing
    for key in keys {
      let entry = try bucket.get(key)
      revisions[key] = entry?.revision ?? 0
      guard let entry, !entry.isDeleted else {
        unserved?.insert(key)
        standsAlone = false
        continue
      }
      // Whatever it is, somebody wrote it: nobody decides beside them.
      let other = Identity(entry.value) ?? .unreadable
      if other.id == id.description { newestGeneration = max(newestGeneration, other.generation ?? 0) }
      if let kind = conflict(other, key, entry.revision, position) {
        // Also under our id: a copy of this folder may serve with it, so it is not ours to take back.
        unserved?.remove(key)
        conflicts.append(IdentityConflict(key: key, other: other, kind: kind))
      }
    }
    return standsAlone ? conflicts : try conflicts + conflictsOfOtherForm()
  }

  /// nil: nothing that keeps us from writing the key.
  private mutating func conflict(
    _ other: Identity, _ key: String, _ revision: UInt64, _ position: StreamSequence
  ) -> IdentityConflict.Kind? {
    guard other.id == id.description else { return .otherJournal }
    if other.life == life {
      written[key] = revision
    } else if let ours = written[key] {
      if revision > ours { return .copyServes }
      // The broker has forgotten our write, and what stands there is of a life before this one.
      written[key] = nil
    }
    return other.position > position && endIsKnown ? .newerState : nil
  }

  /// A worker of all pools and one of some have different keys, and the same pools: each looks at the other's. Two that
  /// start together both find them free, so this is asked again between the first write and the first service.
  mutating func conflictsOfOtherForm() throws(NATSError) -> [IdentityConflict] {
    rivals = [:]
    var conflicts: [IdentityConflict] = []
    for key in servesAll ? try bucket.keys(matching: Self.somePools) : [Self.allPools] {
      guard let entry = try bucket.get(key), !entry.isDeleted else { continue }
      let other = Identity(entry.value) ?? .unreadable
      guard other.id != id.description else { continue }
      rivals[key] = entry.revision
      conflicts.append(IdentityConflict(key: key, other: other, kind: .otherJournal))
    }
    return conflicts
  }

  /// Writes how far we are; what `conflicts` has read must still stand. Returns when the broker stored it, by its clock.
  mutating func write(position: StreamSequence, newestGeneration: Generation) throws(NATSError) -> Int64 {
    var storedAtNs: Int64 = 0
    self.newestGeneration = max(self.newestGeneration, newestGeneration)
    let identity = Identity(id: id.description, position: position, generation: self.newestGeneration, life: life)
    for key in keys {
      let revision = revisions[key] ?? 0
      let stored =
        try revision == 0
        ? bucket.create(key, identity.bytes) : bucket.update(key, identity.bytes, expectedRevision: revision)
      revisions[key] = stored
      written[key] = stored
      if let entry = try bucket.get(key) { storedAtNs = entry.storedAtNs }
    }
    return storedAtNs
  }

  /// Adoption: the keys of the other form that `conflicts` has seen go, after our own were written. Whoever had them
  /// cannot write them any more, and finds ours.
  mutating func deleteRivals() throws(NATSError) {
    for (key, revision) in rivals.sorted(by: { $0.key < $1.key }) {
      try bucket.delete(key, expectedRevision: revision)
      rivals[key] = nil
    }
  }

  /// Nobody was in the way after our keys were written: from now on they are served with.
  mutating func serve() { unserved = nil }

  /// Takes back the keys that were free before: a worker that is refused before it served leaves no claim behind.
  func withdraw() throws(NATSError) {
    for key in unserved?.sorted() ?? [] {
      guard let entry = try bucket.get(key), Identity(entry.value)?.id == id.description else { continue }
      try bucket.delete(key, expectedRevision: entry.revision)
    }
  }
}
