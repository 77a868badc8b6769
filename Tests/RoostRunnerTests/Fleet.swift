import Foundation
import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import Synchronization
import Testing

/// A real broker, a worker and runners as processes, and a client that signals and listens.
final class Fleet: Sendable {
  let broker: Broker
  let worker: TestProcess
  private let folder: TemporaryFolder
  private let pool = PoolID(namespace: "default", name: "gpu")
  private let connection: NATSConnection
  private let heard = Heard()
  private let subscription: NATSSubscription

  /// `settings`: further flags of the worker.
  init(_ settings: String = "") throws {
    broker = try Broker.start()
    folder = try TemporaryFolder()
    worker = try TestProcess(
      """
      exec \(TestProcess.roost) worker --server \(broker.url) --data \(folder.path)/data --http 0 \
        --set runner_ping_interval_ms=200 --set runner_eligible_threshold_ms=2000 --set runner_lost_threshold_ms=4000 \
        --set base_retry_timeout_ms=50 \(settings)
      """)
    connection = try NATSConnection.connect(NATSSettings(url: broker.url, name: "test"))
    subscription = try connection.subscribe(Subjects().events(pool)) { [heard] message in
      do {
        let event = try WireCodec().decodeEvent(message.payload)
        heard.events.withLock { $0.append(event) }
      } catch {
        Issue.record("an event cannot be read: \(error)")
      }
    }
    try connection.flush(timeoutMs: 5_000)
    let worker = worker
    let isUp = eventually {
      guard let match = worker.output.firstMatch(of: /roost\.http\.address=127\.0\.0\.1:(\d+)/),
        let port = UInt16(match.1)
      else { return false }
      return HTTPProbe.get("/readyz", port: port)?.status == 200
    }
    try #require(isUp, "\(worker.output)")
  }

  deinit { connection.close() }

  /// A runner whose actors run the bash script that is their input.
  func runner(_ id: String, _ options: String = "", environment: [String: String] = [:]) throws -> TestProcess {
    let runner = try TestProcess(
      "exec \(TestProcess.roost) runner --server \(broker.url) --pool default/gpu --id \(id) \(options) -- bash",
      environment: environment)
    try #require(eventually { runner.output.contains("runner is welcome") }, "\(runner.output)")
    return runner
  }

  var isConnected: Bool { connection.isConnected }

  func signal(_ actor: String, _ signal: ActorSignal) throws {
    guard let verb = signal.verb else { preconditionFailure("not a signal of a client") }
    _ = try JetStream(connection).publish(
      Subjects().signal(pool, ActorID(actor), verb), payload: WireCodec().encode(signal))
  }

  func create(_ actor: String, _ script: String, _ policy: CrashPolicy = .sleep) throws {
    try signal(actor, .create(Create(crashPolicy: policy, input: Array(script.utf8))))
  }

  func events(_ actor: String) -> [ActorEvent] { heard.events.withLock { $0.filter { $0.actor == ActorID(actor) } } }

  /// Waits until an actor has had these events, in this order, others among them.
  func sees(_ actor: String, _ kinds: ActorEvent.Kind..., seconds: Double = 20) -> Bool {
    eventually(seconds: seconds) {
      var rest = kinds[...]
      for event in events(actor) where event.kind == rest.first { rest = rest.dropFirst() }
      return rest.isEmpty
    }
  }
}

private final class Heard: Sendable {
  let events = Mutex<[ActorEvent]>([])
}

extension TestProcess {
  /// The ids of the processes that this runner has started, from its log.
  var started: [pid_t] { output.matches(of: /process started .*roost\.process\.id=(\d+)/).compactMap { pid_t($0.1) } }
}
