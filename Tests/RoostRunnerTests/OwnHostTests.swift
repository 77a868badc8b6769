import Glibc
import RoostCore
import RoostNATS
import RoostTelemetry
import RoostTestKit
import RoostWire
import Synchronization
import Testing

@testable import RoostRunner

/// A host that runs nothing: it keeps what it was told, and a test says what its actors do.
private final class ScriptedHost: ActorHost {
  private let kept = Mutex<(starts: [StartOrder], ends: [String], isClosed: Bool)>(([], [], false))
  private let sink: HostSink

  init(_ sink: @escaping HostSink) { self.sink = sink }

  func start(_ order: StartOrder) { kept.withLock { $0.starts.append(order) } }

  func end(_ actor: ActorID, _ generation: Generation) {
    kept.withLock { $0.ends.append("\(actor) g\(generation)") }
    sink(.actor(actor, generation, .stopped(error: nil)))
  }

  func close() { kept.withLock { $0.isClosed = true } }

  func say(_ report: ActorReport, as actor: String, _ generation: Generation = 1) {
    sink(.actor(ActorID(actor), generation, report))
  }

  func fail(_ error: RunnerError) { sink(.failed(error)) }

  var starts: [StartOrder] { kept.withLock { $0.starts } }
  var ends: [String] { kept.withLock { $0.ends } }
  var isClosed: Bool { kept.withLock { $0.isClosed } }
}

/// A runner of this process on a thread of its own.
private final class OwnRunner: Sendable {
  private let runner: Runner
  private let made: Made
  private let thread: ServiceThread

  private final class Made: Sendable {
    let host = Mutex<ScriptedHost?>(nil)
    let end = Mutex<Result<Void, RunnerError>?>(nil)
    let lines = Mutex("")
  }

  init(_ fleet: Fleet, slots: UInt32) {
    let made = Made()
    let runner = Runner(
      RunnerConfiguration(
        NATSAccess(fleet.broker.url), pool: PoolID(namespace: "default", name: "gpu"), id: RunnerID("own"), slots: slots
      ),
      log: Log(from: .debug) { line in made.lines.withLock { $0 += line } })
    (self.made, self.runner) = (made, runner)
    thread = ServiceThread {
      let end = Result { () throws(RunnerError) in
        try runner.run { sink throws(RunnerError) in
          let host = ScriptedHost(sink)
          made.host.withLock { $0 = host }
          return host
        }
      }
      made.end.withLock { $0 = end }
    }
  }

  func host() throws -> ScriptedHost {
    try #require(eventually { log.contains("runner is welcome") }, "\(log)")
    return try #require(made.host.withLock { $0 })
  }

  var log: String { made.lines.withLock { $0 } }

  /// How `run` ended.
  func end() throws -> RunnerError? {
    thread.join()
    switch try #require(made.end.withLock { $0 }) {
    case .success: return nil
    case .failure(let error): return error
    }
  }

  func stop() { runner.stop() }
}

@Suite("The runner as a library, with a host of one's own", .timeLimit(.minutes(3)), .serialized)
struct OwnHostTests {
  @Test("starts come with all that is known of the actor; each report is acted upon by the worker and acknowledged")
  func reports() throws {
    let fleet = try Fleet()
    let runner = OwnRunner(fleet, slots: 3)
    let host = try runner.host()
    try fleet.create("a", "the input", key: "k")
    #expect(eventually { host.starts.count == 1 })
    let order = try #require(host.starts.first)
    #expect([order.actor.text, order.name, order.key ?? ""] == ["a", "render", "k"])
    #expect(order.input == Array("the input".utf8))
    #expect([order.index, UInt64(order.generation)] == [1, 1])
    #expect(try fleet.description("a")?.state == "starting", "nobody has said that it runs")
    host.say(.running, as: "a")
    #expect(fleet.sees("a", .ready))
    host.say(.setAlarm(Instant(ms: LogLine.now() + 500)), as: "a")
    host.say(.sleepIntent, as: "a")
    #expect(fleet.sees("a", .ready, .sleepIntent, .sleeping))
    #expect(host.ends == ["a g1"])
    #expect(eventually { host.starts.count == 2 }, "its alarm wakes it")
    host.say(.running, as: "a", 2)
    host.say(.stopped(error: "boom"), as: "a", 2)
    #expect(fleet.sees("a", .sleeping, .ready, .stopped, .sleeping))
    #expect(fleet.events("a").last { $0.kind == .stopped }?.message == "boom")
    try fleet.create("b", "")
    #expect(eventually { host.starts.count == 3 })
    host.say(.running, as: "b")
    host.say(.stopIntent, as: "b")
    #expect(fleet.sees("b", .ready, .destroyed))
    runner.stop()
    #expect(try runner.end() == nil)
    #expect(host.isClosed)
    #expect(runner.log.contains("roost.outcome=drained"), "\(runner.log)")
  }

  @Test("never more actors than slots; starts and stops come once and in order, through a worker killed in between")
  func order() throws {
    let fleet = try Fleet()
    let runner = OwnRunner(fleet, slots: 20)
    let host = try runner.host()
    for number in 1...25 { try fleet.create("a\(number)", "", .restart) }
    #expect(eventually { host.starts.count == 20 })
    #expect(eventually { fleet.events("a25").contains { $0.kind == .pending } })
    #expect(host.starts.map(\.index) == Array(1...20))
    try fleet.restartWorker()
    for order in host.starts { host.say(.running, as: order.actor.text) }
    let first = host.starts.map(\.actor.text)
    for actor in first { #expect(try eventually { try fleet.description(actor)?.state == "running" }) }
    #expect(host.starts.count == 20)
    for actor in first.prefix(5) { try fleet.signal(actor, .sleep) }
    #expect(eventually { host.starts.count == 25 })
    #expect(host.ends == first.prefix(5).map { "\($0) g1" })
    #expect(host.starts.map(\.index) == host.starts.map(\.index).sorted())
    #expect(Set(host.starts.map(\.actor)).count == 25)
    #expect(host.starts.last?.index == 30, "25 starts and 5 stops")
    // The session outlives the worker.
    #expect(runner.log.matches(of: /runner announces itself/).count == 1, "\(runner.log)")
    runner.stop()
    #expect(try runner.end() == nil)
  }

  @Test("a host that cannot go on ends the runner with its error")
  func failure() throws {
    let fleet = try Fleet()
    let runner = OwnRunner(fleet, slots: 1)
    let host = try runner.host()
    let error = RunnerError(.system, "the graphics card fell off the bus")
    host.fail(error)
    #expect(try runner.end() == error)
    #expect(host.isClosed)
  }
}
