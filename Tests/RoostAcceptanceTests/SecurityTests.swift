import Foundation
import RoostNATS
import RoostTestKit
import Synchronization
import Testing

/// docs/security.md, on a server that has its block of permissions, word for word.
@Suite("Permissions")
struct SecurityTests {
  /// A broker with the documented users; the password of each is its name.
  private func secured(_ version: Broker.Version) throws -> Broker {
    let page = try String(contentsOfFile: "\(TestProcess.checkout)/docs/security.md", encoding: .utf8)
    let block = try #require(page.split(separator: "```").first { $0.contains("authorization {") })
    let passwords = [
      "WORKER": "worker", "RUNNER": "runner-r1", "WAKER": "waker", "WATCHER": "watcher", "OPERATOR": "operator",
    ]
    let defined = passwords.map { "\($0.key)_PASSWORD: \"\($0.value)\"" }.sorted().joined(separator: "\n")
    return try Broker.start(version, extra: "\(defined)\n\(block)")
  }

  private func flags(_ broker: Broker, _ user: String) -> [String] {
    ["--server", broker.url, "--user", user, "--password", user, "--inbox-prefix", "_INBOX.\(user)"]
  }

  @Test(
    "a worker, a runner and a caller with no more than their permissions do all of their work",
    arguments: Broker.Version.allCases)
  func allThatIsNeeded(_ version: Broker.Version) throws {
    let broker = try secured(version)
    let worker = try WorkerProcess(["--data", "\(broker.folder)/data"] + flags(broker, "worker"))
    try worker.waitUntilReady()
    let watcher = try Visitor(broker, "watcher", subjects: ["roost.event.default.gpu.>"])
    let runner = try TestProcess(
      command(["runner", "--pool", "default/gpu", "--id", "r1"] + flags(broker, "runner-r1") + ["--", "sleep", "100"]))
    defer { runner.signal(SIGTERM) }
    let created = try TestProcess(
      command(
        ["actor", "create", "default/gpu", "a1", "--crash-policy", "restart", "--no-wait"] + flags(broker, "operator")))
    #expect(try created.exitCode() == 0, "\(created.output)")
    #expect(watcher.hears("roost.event.default.gpu.a1.ready"), "worker: \(worker.log)\nrunner: \(runner.output)")
    let slept = try TestProcess(command(["actor", "sleep", "default/gpu", "a1"] + flags(broker, "operator")))
    #expect(try slept.exitCode() == 0, "\(slept.output)")
    #expect(watcher.hears("roost.event.default.gpu.a1.sleeping"))
    let woken = try TestProcess(command(["actor", "wake", "default/gpu", "a1"] + flags(broker, "waker")))
    #expect(try woken.exitCode() == 0, "\(woken.output)")
    #expect(woken.output.contains("READY") || woken.output.contains("ready"), "\(woken.output)")
    try lookAfterDeadLetters(broker)
    #expect(try worker.stop() == 0)
    #expect(!worker.log.localizedCaseInsensitiveContains("permissions violation"), "\(worker.log)")
  }

  @Test("a watcher traces what it may hear and is told what it may not, people trace all of it and its past")
  func traces() throws {
    let broker = try secured(.debian)
    let worker = try WorkerProcess(["--data", "\(broker.folder)/data"] + flags(broker, "worker"))
    try worker.waitUntilReady()
    let watcher = try TestProcess(command(["trace", "default/gpu", "a1", "--count", "1"] + flags(broker, "watcher")))
    let people = try TestProcess(command(["trace", "default/gpu", "a1", "--count", "2"] + flags(broker, "operator")))
    for trace in [watcher, people] { #expect(eventually { trace.output.contains("time  ") }, "\(trace.output)") }
    let created = try TestProcess(command(["actor", "create", "default/gpu", "a1"] + flags(broker, "operator")))
    #expect(try created.exitCode() == 0, "\(created.output)")
    #expect(try watcher.exitCode() == 0 && watcher.output.contains("  created"), "\(watcher.output)")
    for subject in ["signal.default.gpu.actor.a1.*", "command.default.gpu.*.start", "dead.default.gpu"] {
      #expect(watcher.output.contains("not permitted to hear roost.\(subject):"), "\(watcher.output)")
    }
    #expect(!watcher.output.contains("hear roost.event"), "\(watcher.output)")
    let waker = try TestProcess(command(["trace", "default/gpu", "a1"] + flags(broker, "waker")))
    #expect(try waker.exitCode() == 69 && waker.output.contains("may be heard"), "\(waker.output)")
    #expect(try people.exitCode() == 0 && people.output.contains("  create "), "\(people.output)")
    #expect(!people.output.contains("roost: "), "\(people.output)")
    let past = try TestProcess(command(["trace", "default/gpu", "a1", "--since", "1m"] + flags(broker, "operator")))
    #expect(try past.exitCode() == 0 && past.output.contains("  create "), "\(past.output)")
    #expect(!past.output.contains("roost: "), "\(past.output)")
  }

  /// The signal has no verb that is known, so it comes back once it is re-driven.
  private func lookAfterDeadLetters(_ broker: Broker) throws {
    let people = try Visitor(broker, "operator", subjects: ["roost.dead.>"])
    try people.publish("roost.signal.default.gpu.actor.a1.dance")
    #expect(people.hears("roost.dead.default.gpu"))
    for (words, said) in [
      ("list", "unknown_verb"), ("show 1", "unknown_verb"), ("redrive --pool default/gpu", "redriven letter=1"),
    ] {
      let looked = try TestProcess(
        command(["dead"] + words.split(separator: " ").map { String($0) } + flags(broker, "operator")))
      #expect(try looked.exitCode() == 0 && looked.output.contains(said), "\(words): \(looked.output)")
    }
    let isDropped = try eventually {
      try TestProcess(command(["dead", "drop", "2"] + flags(broker, "operator"))).exitCode() == 0
    }
    #expect(isDropped)
  }

  @Test(
    "nobody does what is another's",
    arguments: [
      ("waker", "roost.signal.default.gpu.actor.a1.destroy"),
      ("waker", "roost.signal.default.cpu.actor.a1.wake"),
      ("waker", "roost.signal.default.gpu.pool.configure"),
      ("waker", "roost.command.default.gpu.r1.start"),
      ("runner-r1", "roost.signal.default.gpu.runner.r2.events"),
      ("runner-r1", "roost.signal.default.cpu.runner.r1.init"),
      ("runner-r1", "roost.ping.default.gpu.r2"),
      ("runner-r1", "roost.signal.default.gpu.actor.a1.wake"),
      ("watcher", "roost.signal.default.gpu.actor.a1.wake"),
      ("waker", "$JS.API.STREAM.MSG.GET.ROOST_DEAD"), ("watcher", "$JS.API.STREAM.MSG.DELETE.ROOST_DEAD"),
      ("operator", "$JS.API.STREAM.MSG.DELETE.ROOST_SIGNALS"),
      ("operator", "roost.event.default.gpu.a1.ready"),
      ("operator", "roost.command.default.gpu.r1.stop"),
    ])
  func refusedToPublish(_ user: String, _ subject: String) throws {
    let broker = try secured(.debian)
    let visitor = try Visitor(broker, user)
    #expect(visitor.isRefused { try $0.publish(subject) }, "\(user) may publish \(subject)")
  }

  @Test(
    "nobody hears what is another's",
    arguments: [
      ("waker", "_INBOX.>"), ("waker", "_INBOX.worker.>"), ("waker", "roost.event.default.gpu.>"),
      ("runner-r1", "roost.command.default.gpu.r2.*"), ("runner-r1", "roost.signal.>"),
      ("watcher", "roost.command.default.gpu.>"), ("operator", "_INBOX.waker.>"), ("worker", "_INBOX.>"),
    ])
  func refusedToSubscribe(_ user: String, _ subject: String) throws {
    let broker = try secured(.debian)
    let visitor = try Visitor(broker, user)
    #expect(visitor.isRefused { _ = try $0.subscribe(subject) { _ in } }, "\(user) may subscribe to \(subject)")
  }

  private func command(_ words: [String]) -> String {
    "exec " + ([TestProcess.roost] + words).map { "'\($0)'" }.joined(separator: " ")
  }
}

/// A connection of one of the users.
private final class Visitor: Sendable {
  private let connection: NATSConnection
  private let heard = Mutex<Set<String>>([])
  private let refusals = Mutex(0)
  private let subscriptions = Mutex<[NATSSubscription]>([])

  init(_ broker: Broker, _ user: String, subjects: [String] = []) throws {
    var access = NATSAccess(broker.url)
    access.identity = .user(user, password: user)
    access.inboxPrefix = "_INBOX.\(user)"
    let told = Told()
    connection = try NATSConnection.connect(NATSSettings(access, name: user)) { event in
      if case .trouble = event { told.visitor?.refusals.withLock { $0 += 1 } }
    }
    told.set(self)
    for subject in subjects {
      let subscription = try connection.subscribe(subject) { [weak self] message in
        self?.heard.withLock { _ = $0.insert(message.subject) }
      }
      subscriptions.withLock { $0.append(subscription) }
    }
    try connection.flush(timeoutMs: 5_000)
  }

  deinit { connection.close() }

  private final class Told: Sendable {
    private let held = Mutex<Weak>(Weak())
    struct Weak: Sendable { weak var visitor: Visitor? }
    var visitor: Visitor? { held.withLock { $0.visitor } }
    func set(_ visitor: Visitor) { held.withLock { $0.visitor = visitor } }
  }

  func publish(_ subject: String) throws {
    try connection.publish(subject)
    try connection.flush(timeoutMs: 5_000)
  }

  func hears(_ subject: String) -> Bool { eventually { heard.withLock { $0.contains(subject) } } }

  /// The broker says no to it.
  func isRefused(_ body: (NATSConnection) throws -> Void) -> Bool {
    do {
      try body(connection)
      try connection.flush(timeoutMs: 5_000)
    } catch let error as NATSError where error.code == .notPermitted {
      return true
    } catch {
      return false
    }
    return eventually(within: .seconds(5)) { refusals.withLock { $0 > 0 } }
  }
}
