import RoostCore
import RoostWire

@testable import RoostWorker

extension Rig {
  /// A question for the next turn.
  func ask(_ request: APIRequest, in pool: PoolID? = nil) {
    ask(subjects.api(pool ?? self.pool, request.verb), codec.encode(request))
  }

  func ask(_ subject: String, _ payload: [UInt8], replyTo: String? = "_INBOX.q") {
    arrivals.requests.append(Inquiry(subject: subject, replyTo: replyTo, payload: .bytes(payload)))
  }

  /// The replies that came since, in their order, to questions of this verb.
  func takeReplies(_ verb: APIVerb) throws -> [APIReply] {
    defer { link.replies = [] }
    return try link.replies.filter { $0.subject == "_INBOX.q" }.map { try codec.decodeReply(verb, $0.payload) }
  }

  /// The reply to this question alone.
  func reply(to request: APIRequest, in pool: PoolID? = nil) throws -> APIReply {
    link.replies = []
    ask(request, in: pool)
    try settle()
    let replies = try takeReplies(request.verb)
    precondition(replies.count == 1, "\(replies.count) replies to one question")
    return replies[0]
  }
}

extension Rig {
  /// The broker stores wakes of callers of the API, and passes on what the worker answers them.
  func passOnWakes() {
    for wake in link.wakes { store(wake.subject, wake.payload, replyTo: "_INBOX.wake.\(wake.number)") }
    link.wakes = []
    // A test may have forgotten what was published.
    if link.searched > link.published.count { link.searched = 0 }
    for message in link.published[link.searched...] where message.subject.hasPrefix("_INBOX.wake.") {
      guard let number = UInt64(message.subject.dropFirst("_INBOX.wake.".count)) else { continue }
      arrivals.notices.append(.wakeAnswer(number: number, payload: message.payload))
    }
    link.searched = link.published.count
  }
}

extension APIReply {
  /// Of an error.
  var code: String? { if case .failed(let error) = self { error.code } else { nil } }
  var actors: [String] { if case .list(let page) = self { page.actors.map(\.actor.text) } else { [] } }
  var next: String? { if case .list(let page) = self { page.next } else { nil } }
  var waiting: [PendingEntry] { if case .pending(let page) = self { page.entries } else { [] } }
}
