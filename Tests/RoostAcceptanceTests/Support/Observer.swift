import Foundation
import RoostTestKit

/// Tests/python/observer.py: sees all that passes the broker, publishes and reads.
final class Observer {
  typealias Facts = PythonProgram.Facts

  private let program: PythonProgram
  private var tags = 0

  init(_ url: String, recording: String) throws {
    program = try PythonProgram("observer.py", ["--server", url, "--out", recording])
    try program.wait(for: ["note": "recording"], within: .seconds(60))
  }

  /// From now on every signal is seen, from the first one on.
  func waitUntilFollowing() throws { try program.wait(for: ["note": "following"]) }

  // MARK: - Publishing

  /// Publishes a signal of the published protos; `body` are its fields. Gives back what the stream has of it.
  @discardableResult
  func publish(
    _ subject: String, _ body: [String: Any] = [:], replyTo: String? = nil, headers: [String: String] = [:]
  ) throws -> Facts {
    try publish(subject, payload: ["body": body], headers: headers, replyTo)
  }

  /// Publishes bytes that need not be a message: `["hex": "ff"]`, or `["fill": 1000]` for so many bytes 0xff.
  @discardableResult
  func publish(
    _ subject: String, payload: [String: Any], headers: [String: String] = [:], _ replyTo: String? = nil
  ) throws -> Facts {
    let tag = nextTag()
    var headers = headers
    headers["Roost-Reply-To"] = replyTo
    var order: [String: Any] = ["publish": subject, "tag": tag]
    if !headers.isEmpty { order["headers"] = headers }
    try say(order.merging(payload) { $1 })
    let answer = try waitForAny([["t": "acked", "tag": tag], ["t": "refused", "tag": tag]])
    if answer["seq"] == nil { throw WorldError("\(subject): \(answer)") }
    return answer
  }

  // MARK: - Seeing

  @discardableResult
  func wait(for facts: Facts, within patience: Duration = .seconds(20)) throws -> Facts {
    try program.wait(for: facts, within: patience)
  }

  @discardableResult
  func wait(for facts: Facts, count: Int) throws -> [Facts] { try program.wait(for: facts, count: count) }

  func lines(with facts: Facts) -> [Facts] { program.lines(with: facts) }

  @discardableResult
  func event(_ kind: String, of actor: String, within patience: Duration = .seconds(20)) throws -> Facts {
    try wait(for: ["t": "event", "body.kind": kind, "body.actor_id": actor], within: patience)
  }

  func events(_ kind: String, of actor: String) -> [Facts] {
    lines(with: ["t": "event", "body.kind": kind, "body.actor_id": actor])
  }

  /// Outcomes that came at a reply subject, in order, without the prefix: "ACCEPTED", "READY final".
  func outcomes(at replyTo: String) -> [String] {
    lines(with: ["t": "outcome", "subject": replyTo]).map { facts in
      let outcome = facts["body.outcome"]?.replacing("OUTCOME_", with: "") ?? "none"
      return facts["body.final"] == "1" || facts["body.final"] == "true" ? "\(outcome) final" : outcome
    }
  }

  /// Waits for a final outcome at a reply subject.
  @discardableResult
  func final(at replyTo: String, within patience: Duration = .seconds(20)) throws -> Facts {
    try wait(for: ["t": "outcome", "subject": replyTo, "body.final": "1"], within: patience)
  }

  /// All messages of a stream, as they are stored now.
  func read(_ stream: String) throws -> [Facts] {
    let tag = nextTag()
    try say(["read": stream, "tag": tag])
    try program.wait(for: ["t": "read", "tag": tag])
    return lines(with: ["t": "stored", "tag": tag])
  }

  /// Reads all signals and ends; the recording is complete then.
  func finish() throws {
    try say(["finish": true])
    try program.wait(for: ["t": "end"])
    let code = program.exitCode()
    guard code == 0 else { throw WorldError("the observer ended with \(code)") }
  }

  func stop() { _ = program.stop() }

  // MARK: - Orders

  private func nextTag() -> String {
    tags += 1
    return "o\(tags)"
  }

  private func say(_ order: [String: Any]) throws {
    let line = try JSONSerialization.data(withJSONObject: order, options: [.sortedKeys])
    try program.order(String(decoding: line, as: UTF8.self))
  }

  private func waitForAny(_ candidates: [Facts]) throws -> Facts {
    var found: Facts?
    guard
      eventually({
        found = candidates.lazy.compactMap { self.program.lines(with: $0).first }.first
        return found != nil
      }), let found
    else { throw WorldError("no line of \(candidates)") }
    return found
  }
}

extension PythonProgram.Facts {
  /// A number among the facts; 0 where protobuf leaves zeros out.
  func number(_ name: String) -> Int64 { self[name].flatMap { Int64($0) } ?? 0 }
}

/// Subjects of default/gpu, the pool of most tests.
enum Subject {
  static func actor(_ id: String, _ verb: String, pool: String = "default/gpu") -> String {
    "roost.signal.\(pool.replacing("/", with: ".")).actor.\(id).\(verb)"
  }

  static func runner(_ id: String, _ verb: String, pool: String = "default/gpu") -> String {
    "roost.signal.\(pool.replacing("/", with: ".")).runner.\(id).\(verb)"
  }
}

/// A wake that waits for a slot, so long at most.
func waiting(ms: Int?) -> [String: Any] {
  ["allocation_override": ["dont_sleep": ms.map { ["pending_timeout_ms": $0] } ?? [:]]]
}
