import Foundation
import RoostNATS
import RoostTelemetry
import RoostTestKit
import Synchronization
import Testing

@testable import RoostCLI

@Suite("When `roost up` is ready", .timeLimit(.minutes(1)))
struct ReadinessTests {
  private final class Lines: Sendable {
    private let text = Mutex("")
    var all: String { text.withLock { $0 } }
    func add(_ line: String) { text.withLock { $0 += line } }
  }

  private let lines = Lines()
  private var log: Log { Log(from: .info, sink: { [lines] in lines.add($0) }) }

  private func parts() -> Parts {
    Parts(bounds: [.broker: 100], console: Console(out: { _ in true }, err: { [lines] in lines.add($0) }), log: log)
  }

  private func folder<R>(_ body: (UpFolder) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory.appending(path: "roost-ready-\(UUID().uuidString)").path
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
    return try body(UpFolder(path))
  }

  @Test("a broker that runs and does not answer is an error after a while; a request to stop is heard before")
  func silentBroker() throws {
    try folder { folder in
      let (broker, parts) = (EmbeddedBroker(folder: folder, port: 0), parts())
      try broker.prepare()
      try parts.start(.broker, "/bin/sleep", ["100"], environment: [:])
      let error = #expect(throws: UpEnding.self) { try broker.waitUntilReady(parts, patienceMs: 200) }
      guard case .failed(let reason) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reason.exitCode == .unavailable)
      #expect(reason.message.hasPrefix("the broker does not answer within 200 ms"))
      parts.stop("SIGINT")
      #expect(throws: UpEnding.asked) { try broker.waitUntilReady(parts) }
      _ = parts.endAll()
    }
  }

  @Test("a file with the port of a broker that is gone is not believed")
  func oldPortFile() throws {
    try folder { folder in
      let (broker, other) = (EmbeddedBroker(folder: folder, port: 0), try Broker.start())
      let file = "\(folder.ports)/nats-server_1.ports"
      let text = #"{"nats":["nats://127.0.0.1:\#(other.port)"]}"#
      try folder.write(text, to: file)
      // As if it had been written by ours: who answers there has another name.
      let error = #expect(throws: UpEnding.self) { try broker.waitUntilReady(parts()) }
      guard case .failed(let reason) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reason.message.contains("belongs to the server '\(other.name)'"), "\(reason.message)")
      try broker.prepare()
      #expect(try folder.portFiles().isEmpty)
    }
  }

  @Test("as long as no worker serves it waits, says so now and then, and hears that it is to stop")
  func noWorker() throws {
    let (broker, parts) = (try Broker.start(), parts())
    let command = try ArgumentParser.parse(
      ["up", "--data", "d", "--pool", "a/b", "--", "sh"], root: CommandTree.root)
    let settings = try UpSettings(command, environment: ["PATH": "/usr/sbin"])
    let watch = try ReadinessWatch(broker.url, settings, parts, log: log, patienceMs: 50)
    let stopper = ServiceThread { [lines] in
      let deadline = ContinuousClock.now + .seconds(20)
      while !lines.all.contains(#/(?:.*not ready yet.*\n){2}/#), ContinuousClock.now < deadline { usleep(2_000) }
      parts.stop("SIGINT")
    }
    #expect(throws: UpEnding.asked) { try watch.waitUntilServing() }
    stopper.join()
    #expect(lines.all.contains("not ready yet, still waiting roost.expected=\"the worker serves\""), "\(lines.all)")
  }
}
