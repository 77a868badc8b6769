import RoostNATS
import RoostTestKit
import Synchronization

/// Hears everything on a broker with its headers, and publishes bytes with any.
final class Listener: Sendable {
  struct Heard: Sendable {
    let subject: String
    let headers: [String: String]
    let payload: [UInt8]

    var text: String { String(decoding: payload, as: UTF8.self) }
  }

  private let connection: NATSConnection
  private let heard = Mutex<[Heard]>([])
  private let subscriptions = Mutex<[NATSSubscription]>([])

  init(_ broker: Broker) throws {
    connection = try NATSConnection.connect(NATSSettings(url: broker.url, name: "listener"))
    for subject in ["roost.>", "_INBOX.test.>"] {
      let subscription = try connection.subscribe(subject) { [weak self] message in
        let headers = Dictionary(message.headers().map { ($0.name, $0.value) }) { first, _ in first }
        let heard = Heard(subject: message.subject, headers: headers, payload: message.payload)
        self?.heard.withLock { $0.append(heard) }
      }
      subscriptions.withLock { $0.append(subscription) }
    }
    try connection.flush(timeoutMs: 5_000)
  }

  deinit { connection.close() }

  /// Without waiting for a stream to have it: it may keep nothing.
  func publish(_ subject: String, _ headers: [String: String], _ payload: [UInt8] = []) throws {
    let headers = headers.map { NATSHeader($0.key, $0.value) }.sorted { $0.name < $1.name }
    try connection.publish(subject, headers: headers, payload: payload)
    try connection.flush(timeoutMs: 5_000)
  }

  /// nil: nobody answers.
  func request(_ subject: String, _ headers: [String: String], _ payload: [UInt8], timeoutMs: Int64) -> [UInt8]? {
    let reply = connection.newInbox()
    let answer = Mutex<[UInt8]?>(nil)
    do {
      let subscription = try connection.subscribe(reply) { message in answer.withLock { $0 = message.payload } }
      let headers = headers.map { NATSHeader($0.key, $0.value) }
      try connection.publish(subject, reply: reply, headers: headers, payload: payload)
      _ = eventually(within: .milliseconds(timeoutMs)) { answer.withLock { $0 != nil } }
      try subscription.unsubscribe()
    } catch {
      return nil
    }
    return answer.withLock { $0 }
  }

  var everything: [Heard] { heard.withLock { $0 } }

  func all(_ subject: String) -> [Heard] { heard.withLock { $0.filter { $0.subject == subject } } }

  /// The first one with this subject, once it is there.
  func first(_ subject: String) throws -> Heard {
    guard eventually({ !all(subject).isEmpty }), let found = all(subject).first else {
      throw WorldError("nothing was heard on \(subject)")
    }
    return found
  }
}
