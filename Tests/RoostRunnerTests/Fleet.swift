import Foundation
import Glibc
import RoostCore
import RoostNATS
import RoostTestKit
import RoostWire
import Synchronization
import Testing

/// A real broker, a worker and runners as processes, and a client that signals and listens.
final class Fleet: Sendable {
  let broker: Broker
  private let running: Mutex<TestProcess>
  private let workerCommand: String
  private let folder: TemporaryFolder
  private let pool = PoolID(namespace: "default", name: "gpu")
  private let connection: NATSConnection
  private let subjects: Subjects
  private let heard = Heard()
  private let subscription: NATSSubscription

  /// `settings`: further flags of the worker; a later `--set` counts. `prefix`: of every subject.
  init(_ settings: String = "", prefix: String = "roost") throws {
    broker = try Broker.start()
    subjects = try #require(Subjects(prefix: prefix))
    folder = try TemporaryFolder()
    workerCommand = """
      exec \(TestProcess.roost) worker --server \(broker.url) --data \(folder.path)/data --http 0 \
        --set runner_ping_interval_ms=200 --set runner_eligible_threshold_ms=2000 --set runner_lost_threshold_ms=4000 \
        --set base_retry_timeout_ms=50 --prefix \(prefix) \(settings)
      """
    running = Mutex(try TestProcess(workerCommand))
    connection = try NATSConnection.connect(NATSSettings(url: broker.url, name: "test"))
    subscription = try connection.subscribe(subjects.events(pool)) { [heard] message in
      do {
        let event = try WireCodec().decodeEvent(message.payload)
        heard.events.withLock { $0.append(event) }
      } catch {
        Issue.record("an event cannot be read: \(error)")
      }
    }
    try connection.flush(timeoutMs: 5_000)
    try waitForWorker()
  }

  var worker: TestProcess { running.withLock { $0 } }

  /// Kills the worker with -9 and starts it again on its data.
  func restartWorker() throws {
    worker.signal(SIGKILL)
    _ = try worker.exitCode()
    let again = try TestProcess(workerCommand)
    running.withLock { $0 = again }
    try waitForWorker()
  }

  private func waitForWorker() throws {
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

  /// A runner whose actors run the bash script that is their input, or another command. `before`: shell commands before
  /// the runner's own.
  func runner(
    _ id: String, _ options: String = "", command: String = "bash", before: String = ":",
    environment: [String: String] = [:]
  ) throws -> TestProcess {
    let runner = try TestProcess(
      """
      \(before); exec \(TestProcess.roost) runner --server \(broker.url) --pool default/gpu --id \(id) \
        --prefix \(subjects.prefix) \(options) -- \(command)
      """,
      environment: environment)
    try #require(eventually { runner.output.contains("runner is welcome") }, "\(runner.output)")
    return runner
  }

  var isConnected: Bool { connection.isConnected }

  func signal(_ actor: String, _ signal: ActorSignal) throws {
    guard let verb = signal.verb else { preconditionFailure("not a signal of a client") }
    _ = try JetStream(connection).publish(
      subjects.signal(pool, ActorID(actor), verb), payload: WireCodec().encode(signal))
  }

  func create(_ actor: String, _ script: String, _ policy: CrashPolicy = .sleep, key: String? = nil) throws {
    try signal(actor, .create(Create(name: "render", key: key, crashPolicy: policy, input: Array(script.utf8))))
  }

  /// What the worker says of an actor; nil while it does not answer.
  func description(_ actor: String) throws -> ActorDescription? {
    do {
      let answer = try connection.request(
        subjects.api(pool, .get), payload: WireCodec().encode(.get(ActorID(actor))), timeoutMs: 1_000)
      guard case .get(let description) = try WireCodec().decodeReply(.get, answer.payload) else { return nil }
      return description
    } catch let error as NATSError where [.timeout, .noResponders, .disconnected].contains(error.code) {
      return nil
    }
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
  /// The ids of the processes that this runner has started, once there are so many: an actor that says that it is ready
  /// is known to be running before the log has the line.
  func started(_ count: Int) throws -> [pid_t] {
    try #require(eventually { started.count >= count }, "\(output)")
    try #require(started.count == count, "\(output)")
    return started
  }

  /// As far as the log has them.
  var started: [pid_t] { output.matches(of: /process started .*roost\.process\.id=(\d+)/).compactMap { pid_t($0.1) } }

  /// The process that looks after this runner's actors: the first that it made.
  func supervisor() throws -> pid_t { try #require(children(of: pid).first) }
}

/// The children of a process, zombies among them, in the order in which they were made.
func children(of pid: pid_t) throws -> [pid_t] {
  try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8).split(separator: " ").compactMap {
    pid_t($0)
  }
}
