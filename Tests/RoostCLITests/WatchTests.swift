import Foundation
import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import Testing

@testable import RoostCLI

@Suite("Asking again and again")
struct WatchTests {
  private func actor(_ state: String) -> ActorDescription {
    ActorDescription(actor: ActorID("a1"), name: "n", state: state, createdAt: Instant(ms: 1_795_468_106_007))
  }

  /// A broker, and a worker that finds these actors.
  private func asked(_ actors: [ActorDescription?]) throws -> (Broker, ScriptedWorker) {
    let broker = try Broker.start()
    var setUp = Transcript(environment: ["NATS_URL": broker.url])
    #expect(setUp.roost("setup") == .success)
    let worker = try ScriptedWorker(broker)
    worker.script(actors: actors)
    return (broker, worker)
  }

  private func watch(_ broker: Broker, _ more: String = "") throws -> TestProcess {
    try TestProcess(
      "exec \(TestProcess.roost) actor get default/gpu a1 --watch=20ms \(more)", environment: ["NATS_URL": broker.url])
  }

  @Test("every answer is printed under its time, a question that fails is told and asked again, SIGINT ends it with 0")
  func goesOn() async throws {
    let (broker, worker) = try asked([actor("pending"), nil, actor("running"), actor("sleeping")])
    let process = try watch(broker)
    _ = try await eventually("the last answer stands there twice") {
      process.output.matches(of: /state +sleeping/).count > 1 ? true : nil
    }
    process.signal(SIGINT)
    #expect(try process.exitCode() == 0)
    let told = process.output.matches(of: /(?m)^==|state +\w+|unknown_actor.*asking again$/).map {
      String($0.0.split(separator: " ").last ?? "")
    }
    #expect(told.prefix(7) == ["==", "pending", "again", "==", "running", "==", "sleeping"], "\(process.output)")
    withExtendedLifetime(worker) {}
  }

  @Test("a signal ends it at once also while the worker does not answer")
  func hangs() async throws {
    let broker = try Broker.start()
    let connection = try NATSConnection.connect(NATSSettings(url: broker.url, name: "silent worker"))
    defer { connection.close() }
    let questions = Mailbox<String>()
    let subscription = try connection.subscribe(Subjects().allRequests) { questions.put($0.subject) }
    try connection.flush(timeoutMs: 5_000)
    let process = try watch(broker, "--timeout 1h")
    #expect(questions.take(until: .now + .seconds(30)) == "roost.api.default.gpu.get")
    process.signal(SIGINT)
    #expect(try process.exitCode() == 0)
    #expect(process.output.isEmpty, "\(process.output)")
    withExtendedLifetime(subscription) {}
  }

  @Test("for programs every line is an object, and one before each answer says when it was asked for")
  func lines() async throws {
    let (broker, worker) = try asked([actor("pending")])
    let process = try watch(broker, "--output jsonl")
    _ = try await eventually("two answers") { process.output.matches(of: /"pending"/).count > 1 ? true : nil }
    process.signal(SIGTERM)
    #expect(try process.exitCode() == 0)
    let objects = try process.output.split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
    for (number, object) in objects.enumerated() {
      #expect((object["asked_ts"] != nil, object["actor_id"] != nil) == (number % 2 == 0, number % 2 == 1))
    }
    withExtendedLifetime(worker) {}
  }

  @Test("too many failures in a row end it with the last one")
  func givesUp() throws {
    let (broker, worker) = try asked([actor("pending"), nil])
    let process = try watch(broker)
    #expect(try process.exitCode() == 1)
    #expect(process.output.matches(of: /asking again/).count == Watch.greatestFailures - 1, "\(process.output)")
    #expect(process.output.hasSuffix("create it first\n"), "\(process.output)")
    withExtendedLifetime(worker) {}
  }

  @Test("a terminal is drawn anew, anything else is gone on with")
  func screens() {
    func screens(isTerminal: Bool) -> [String] {
      let console = Console(out: { _ in true }, err: { _ in }, isTerminal: isTerminal)
      let watch = Watch(intervalMs: 1, form: .text, console: console)
      return [true, false].map { watch.screen("a1\n", atMs: 1_795_468_106_007, isFirst: $0) }
    }
    let plain = "== 2026-11-23T21:08:26.007Z\na1\n"
    #expect(screens(isTerminal: false) == [plain, "\n" + plain])
    #expect(screens(isTerminal: true) == ["\u{1b}[H\u{1b}[2J" + plain, "\u{1b}[H\u{1b}[2J" + plain])
  }
}
