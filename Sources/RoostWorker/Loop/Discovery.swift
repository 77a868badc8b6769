import Foundation
import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

/// The worker as a NATS micro service (the broker's ADR-32): tools that know that protocol find it, what it answers, and
/// how that goes.
package struct Discovery {
  package static let serviceName = "roost"

  enum Verb: String, CaseIterable {
    case ping = "PING"
    case info = "INFO"
    case stats = "STATS"
  }

  /// The journal's id: it stays over restarts.
  let id: String
  let version: String
  let startedMs: Int64
  let subjects: Subjects
  /// What became of the requests of each verb of the API.
  private var tallies = [APIVerb: Tally]()

  struct Tally: Equatable {
    var requests = 0
    var errors = 0
    var lastError = ""
    var ns: Int64 = 0
  }

  init(id: String, version: String, startedMs: Int64, subjects: Subjects) {
    self.id = id
    self.version = version
    self.startedMs = startedMs
    self.subjects = subjects
  }

  /// Where a worker with this id is asked: everybody, every worker, this one.
  static func subjects(id: String) -> [String] {
    Verb.allCases.flatMap { verb in
      ["$SRV.\(verb.rawValue)", "$SRV.\(verb.rawValue).\(serviceName)", "$SRV.\(verb.rawValue).\(serviceName).\(id)"]
    }
  }

  /// Where all workers are asked for what `pools` finds.
  package static let statistics = "$SRV.STATS.\(serviceName)"

  /// The pools that the answer of a worker names, and how many it has; nil: it is a worker of other subjects. What is no name
  /// of a pool is left out, and so is what comes after as many as a worker names.
  package static func pools(_ answer: JSONValue, _ subjects: Subjects) -> (named: [PoolID], total: UInt64)? {
    guard case .array(let endpoints)? = answer["endpoints"],
      let data = endpoints.first(where: { $0["subject"]?.string == subjects.requests(.explain) })?["data"],
      case .array(let names)? = data["pools"], let total = data["pools_total"]?.unsigned
    else { return nil }
    let named = names.prefix(WorkerLimits.namedPools).compactMap { name -> PoolID? in
      let parts = (name.string ?? "").split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
      guard parts.count == 2, parts.allSatisfy(Grammar.isPoolName) else { return nil }
      return PoolID(namespace: parts[0], name: parts[1])
    }
    return (named, total)
  }

  mutating func count(_ verb: APIVerb, _ error: APIError?, ns: Int64) {
    tallies[verb, default: Tally()].requests += 1
    tallies[verb, default: Tally()].ns += ns
    guard let error else { return }
    tallies[verb, default: Tally()].errors += 1
    tallies[verb, default: Tally()].lastError = error.description
  }

  static func isAsked(on subject: String) -> Bool { subject.hasPrefix("$SRV.") }

  /// The reply to what was asked on this subject; nil: it is not one of the protocol's. `pools`: those that there are, of
  /// which as many are named as a message of `greatestBytes` has room for.
  func reply(to subject: String, pools: @autoclosure () -> [PoolID], greatestBytes: Int) -> [UInt8]? {
    let tokens = subject.split(separator: ".")
    guard tokens.count > 1, tokens[0] == "$SRV", let verb = Verb(rawValue: String(tokens[1])) else { return nil }
    var face = Face(
      type: "io.nats.micro.v1.\(verb.rawValue.lowercased())_response", name: Self.serviceName, id: id, version: version)
    switch verb {
    case .ping: break
    case .info:
      face.description = "wakes actors on runners"
      face.endpoints = APIVerb.allCases.map { endpoint($0) }
    case .stats:
      face.started = LogLine.timestamp(startedMs)
      face.endpoints = APIVerb.allCases.map { verb in
        let tally = tallies[verb] ?? Tally()
        var endpoint = endpoint(verb)
        endpoint.metadata = nil
        endpoint.numRequests = tally.requests
        endpoint.numErrors = tally.errors
        endpoint.lastError = tally.lastError
        endpoint.processingTime = tally.ns
        endpoint.averageProcessingTime = tally.ns / Int64(max(tally.requests, 1))
        // Some readers want the field to be there.
        endpoint.data = verb == .explain ? Self.named(pools(), greatestBytes) : Named()
        return endpoint
      }
    }
    return face.bytes
  }

  /// The pools whom `explain` may be asked about.
  private static func named(_ pools: [PoolID], _ greatestBytes: Int) -> Named {
    let room = max(0, greatestBytes - WorkerLimits.discoveryBytes) / WorkerLimits.namedPoolBytes
    let names = pools.prefix(min(room, WorkerLimits.namedPools)).map(\.description)
    return Named(pools: names, poolsTotal: pools.count)
  }

  private func endpoint(_ verb: APIVerb) -> Endpoint { Endpoint(name: verb.rawValue, subject: subjects.requests(verb)) }

  // The names of the fields are those of the protocol, which writes them with underscores.

  private struct Face: Encodable {
    var type: String
    var name: String
    var id: String
    var version: String
    var metadata: [String: String] = [:]
    var description: String?
    var started: String?
    var endpoints: [Endpoint]?

    var bytes: [UInt8] {
      let encoder = JSONEncoder()
      encoder.keyEncodingStrategy = .convertToSnakeCase
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      do { return Array(try encoder.encode(self)) } catch {
        preconditionFailure("texts and numbers have a JSON: \(error)")
      }
    }
  }

  private struct Endpoint: Encodable {
    var name: String
    var subject: String
    /// None: whoever owns the pool answers, not just anybody.
    var queueGroup = ""
    var metadata: [String: String]? = [:]
    var numRequests: Int?
    var numErrors: Int?
    var lastError: String?
    var processingTime: Int64?
    var averageProcessingTime: Int64?
    var data: Named?
  }

  private struct Named: Encodable {
    var pools: [String]?
    var poolsTotal: Int?
  }
}
