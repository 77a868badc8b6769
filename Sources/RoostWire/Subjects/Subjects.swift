import RoostCore

/// Builds subjects. The one place that knows their shape; `SubjectParser` reads them.
package struct Subjects: Equatable, Sendable {
  package static let defaultPrefix = "roost"
  /// The first token or tokens, `roost` unless it was set.
  package let prefix: String

  /// nil when `prefix` is not one or more tokens of `[A-Za-z0-9_-]`, at most 64 bytes together.
  package init?(prefix: String) {
    let tokens = prefix.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard WireLimits.prefixBytes.contains(prefix.utf8.count),
      tokens.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Grammar.isIdentifier) })
    else { return nil }
    self.prefix = prefix
  }

  /// Under the default prefix.
  package init() { prefix = Self.defaultPrefix }

  private func join(_ kind: String, _ tokens: String...) -> String {
    let size = tokens.reduce(prefix.utf8.count + 1 + kind.utf8.count) { $0 + 1 + $1.utf8.count }
    return String(unsafeUninitializedCapacity: size) { buffer in
      var at = 0
      func append(_ text: String) {
        for byte in text.utf8 {
          buffer[at] = byte
          at += 1
        }
      }
      append(prefix)
      append(".")
      append(kind)
      for token in tokens {
        append(".")
        append(token)
      }
      return at
    }
  }

  package func signal(_ pool: PoolID, _ actor: ActorID, _ verb: ActorVerb) -> String {
    join("signal", pool.namespace, pool.name, "actor", actor.text, verb.rawValue)
  }

  package func signal(_ pool: PoolID, _ runner: RunnerID, _ verb: RunnerVerb) -> String {
    join("signal", pool.namespace, pool.name, "runner", runner.text, verb.rawValue)
  }

  package func signal(_ pool: PoolID, _ verb: PoolVerb) -> String {
    join("signal", pool.namespace, pool.name, "pool", verb.rawValue)
  }

  package func signal(_ subject: SignalSubject) -> String {
    switch subject {
    case .actor(let pool, let actor, let verb): signal(pool, actor, verb)
    case .runner(let pool, let runner, let verb): signal(pool, runner, verb)
    case .pool(let pool, let verb): signal(pool, verb)
    }
  }

  package func ping(_ pool: PoolID, _ runner: RunnerID) -> String {
    join("ping", pool.namespace, pool.name, runner.text)
  }

  package func command(_ pool: PoolID, _ runner: RunnerID, _ verb: CommandVerb) -> String {
    join("command", pool.namespace, pool.name, runner.text, verb.rawValue)
  }

  package func event(_ pool: PoolID, _ actor: ActorID, _ kind: ActorEvent.Kind) -> String {
    join("event", pool.namespace, pool.name, actor.text, kind.rawValue)
  }

  package func api(_ pool: PoolID, _ verb: APIVerb) -> String {
    join("api", pool.namespace, pool.name, verb.rawValue)
  }

  package func journal(_ partition: Partition) -> String { join("journal", String(partition)) }

  /// Where a dead letter goes; nil = the subject named no pool.
  package func dead(_ pool: PoolID?) -> String {
    join("dead", pool?.namespace ?? "_", pool?.name ?? "_")
  }

  /// What to subscribe to, or to let a stream capture.
  package var allSignals: String { join("signal", ">") }
  package var allPings: String { join("ping", "*", "*", "*") }
  package var allRequests: String { join("api", "*", "*", "*") }
  package var allDead: String { join("dead", ">") }
  package func signals(_ pool: PoolID) -> String { join("signal", pool.namespace, pool.name, ">") }
  package func pings(_ pool: PoolID) -> String { join("ping", pool.namespace, pool.name, "*") }
  package func requests(_ verb: APIVerb) -> String { join("api", "*", "*", verb.rawValue) }
  package func requests(_ pool: PoolID) -> String { join("api", pool.namespace, pool.name, "*") }
  package func commands(_ pool: PoolID, _ runner: RunnerID) -> String {
    join("command", pool.namespace, pool.name, runner.text, "*")
  }
  package func signals(_ pool: PoolID, _ actor: ActorID) -> String {
    join("signal", pool.namespace, pool.name, "actor", actor.text, "*")
  }
  package func events(_ pool: PoolID) -> String { join("event", pool.namespace, pool.name, ">") }

  /// Everything about an actor, or about a pool where it is nil, that anybody may be permitted to hear. `*` stands for any
  /// namespace, pool or actor; runners' lists of events and commands are about other actors too.
  package func traces(namespace: String, pool: String, actor: String?) -> [String] {
    guard let actor else {
      return [
        join("signal", namespace, pool, ">"), join("command", namespace, pool, "*", "*"),
        join("event", namespace, pool, "*", "*"), join("dead", namespace, pool),
      ]
    }
    return [
      join("signal", namespace, pool, "actor", actor, "*"), join("signal", namespace, pool, "runner", "*", "events"),
      join("command", namespace, pool, "*", CommandVerb.start.rawValue),
      join("command", namespace, pool, "*", CommandVerb.stop.rawValue), join("event", namespace, pool, actor, "*"),
      join("dead", namespace, pool),
    ]
  }
}
