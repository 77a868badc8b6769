import RoostCore
import RoostWire

/// Whom a trace follows. `*` stands for any namespace, pool or actor.
struct TraceTarget: Equatable {
  let namespace: String
  let pool: String
  /// nil = the whole pool: its runners and settings as well.
  let actor: String?

  private static let any = "*"

  /// Errors: `usage`.
  init(_ operands: [String]) throws(CLIError) {
    guard let first = operands.first, operands.count <= 2 else {
      throw .usage("trace: write NS/POOL ACTOR, NS/POOL, or ACTOR; see `roost trace --help`")
    }
    let place = first.contains("/") ? first : "\(Self.any)/\(Self.any)"
    let name = first.contains("/") ? operands.dropFirst().first : first
    if !first.contains("/"), operands.count == 2 { throw .usage("trace: '\(first)' is no pool: write NS/POOL ACTOR") }
    let parts = place.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    // A name that is not `*` is judged as everywhere.
    _ = try ParsedCommand.pool(parts.map { $0 == Self.any ? "any" : $0 }.joined(separator: "/"))
    if let name, name != Self.any { _ = try ParsedCommand.identifier(name, of: "actor id") }
    (namespace, pool, actor) = (parts[0], parts[1], name)
  }

  /// The one actor that it names; nil = there may be several.
  var only: (pool: PoolID, actor: ActorID)? {
    guard let actor, ![namespace, pool, actor].contains(Self.any) else { return nil }
    return (PoolID(namespace: namespace, name: pool), ActorID(actor))
  }

  /// Lines have to say which pool they are about.
  var hasManyPools: Bool { namespace == Self.any || pool == Self.any }

  /// What concerns runners and the pool itself.
  var includesPool: Bool { actor == nil }

  func includes(_ id: ActorID) -> Bool { actor == nil || actor == Self.any || actor == id.text }

  func filters(_ subjects: Subjects) -> [String] { subjects.traces(namespace: namespace, pool: pool, actor: actor) }
}
