import CRoostSystem
import Glibc
import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire
import Synchronization

/// How the processes of actors are run.
package struct ProcessSettings: Sendable {
  /// The program; looked up in the PATH of `environment` unless it has a slash.
  package var command: String
  package var arguments: [String] = []
  package var environment: [String: String] = [:]
  /// At most this many processes at a time.
  package var capacity: UInt32 = 1
  /// What its actors are told of.
  package var pool: PoolID
  /// Between SIGTERM and SIGKILL.
  package var graceMs = ProcessLimits.graceMs
  /// An actor is running when it says `ready`, not when its process is there.
  package var waitsForReady = false
  package var output = OutputTarget.log

  package init(command: String, pool: PoolID) {
    self.command = command
    self.pool = pool
  }
}

/// One process of the operating system for each actor. docs/runner.md says what such a process sees and may say.
package final class ProcessHost: ActorHost {
  enum Order: Sendable {
    case start(StartOrder)
    case end(ActorID, Generation)
    case close
  }

  private let orders = Orders()
  /// Rings when there are orders.
  private let bell: Int32
  private let thread: ServiceThread
  /// Which process starts the others.
  let supervisor: pid_t

  /// Errors: `command` when it cannot be run, `system`.
  package init(_ settings: ProcessSettings, log: Log = .standard, sink: @escaping HostSink) throws(RunnerError) {
    let path = try settings.executable()
    // The first process made: it has the descriptors and the limits of this moment.
    let supervisor = try Supervisor(
      path: path, arguments: [settings.command] + settings.arguments, environment: settings.inherited,
      capacity: settings.capacity)
    let bell = roost_bell_make()
    let poller = bell < 0 ? -1 : roost_poller_make()
    guard poller >= 0 else {
      let number = errno
      supervisor.close()
      throw RunnerError(.system, "no descriptor can be made: \(String(cString: strerror(number))); raise ulimit -n")
    }
    self.bell = bell
    self.supervisor = supervisor.pid
    thread = ServiceThread { [orders] in
      let loop = ProcessLoop(settings, supervisor, poller: poller, bell: bell, log: log, sink: sink)
      loop.run { orders.take() }
    }
  }

  /// What waits for the loop.
  private final class Orders: Sendable {
    private let waiting = Mutex<[Order]>([])
    func add(_ order: Order) { waiting.withLock { $0.append(order) } }
    func take() -> [Order] {
      waiting.withLock { waiting in
        defer { waiting = [] }
        return waiting
      }
    }
  }

  package func start(_ order: StartOrder) { put(.start(order)) }

  package func end(_ actor: ActorID, _ generation: Generation) { put(.end(actor, generation)) }

  /// Once.
  package func close() {
    put(.close)
    thread.join()
    Glibc.close(bell)
  }

  private func put(_ order: Order) {
    orders.add(order)
    // Fails only when the counter is full, and then the bell rings already.
    _ = roost_bell_ring(bell)
  }
}

extension ProcessSettings {
  /// Errors: `command`, naming what was looked for.
  func executable() throws(RunnerError) -> String {
    let folders = command.contains("/") ? [] : (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let candidates = command.contains("/") ? [command] : folders.map { "\($0)/\(command)" }
    for path in candidates where Self.isFile(path) && access(path, X_OK) == 0 { return path }
    throw RunnerError(
      .command, "'\(command)' is no program that can be run; write a path, or a name that is found in PATH")
  }

  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Ours, without what only another runner's actor can have left there.
  var inherited: [String: String] {
    environment.filter { !Self.variables.contains($0.key) }
  }

  private static let variables: Set<String> = [
    "ROOST_NAMESPACE", "ROOST_POOL", "ROOST_ACTOR_ID", "ROOST_ACTOR_NAME", "ROOST_ACTOR_KEY", "ROOST_GENERATION",
    "ROOST_CONTROL_FD",
  ]
}
