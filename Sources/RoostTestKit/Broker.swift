import Foundation
import Glibc
import RoostNATS

/// A real nats-server with JetStream for one test: own folder, own free loopback port, stopped by its process id.
///
/// It dies with the test process, however that ends.
package final class Broker: Sendable {
  /// Which server.
  package enum Version: Sendable, CaseIterable, CustomStringConvertible {
    /// The distribution's (2.9.10).
    case debian
    case v2x12
    case v2x15

    package var description: String { number }

    package var number: String {
      switch self {
      case .debian: "2.9.10"
      case .v2x12: "2.12.8"
      case .v2x15: "2.15.1"
      }
    }

    var executable: String {
      switch self {
      case .debian: "/usr/sbin/nats-server"
      case .v2x12, .v2x15: "\(BrokerFiles.checkout)/.venv/nats-\(number)/bin/nats-server"
      }
    }

    var remedy: String {
      self == .debian ? "apt-get install nats-server" : "run scripts/nats-servers.sh in the checkout"
    }
  }

  package let version: Version
  /// Everything the server writes; its store is in `jetstream`, its log in `server.log`.
  package let folder: String
  package let port: UInt16
  /// No other server has it: proves that who answers on the port is ours.
  package let name: String
  private let process: BrokerProcessSlot

  package var url: String { "nats://127.0.0.1:\(port)" }

  /// The server's process id while it runs.
  package var pid: pid_t? { process.pid }

  /// Starts a server and waits until it answers. `extra`: further lines for its configuration file.
  package static func start(_ version: Version = .debian, extra: String = "") throws -> Broker {
    guard access(version.executable, X_OK) == 0 else {
      throw BrokerError("no nats-server \(version) at \(version.executable): \(version.remedy)")
    }
    let name = "roost-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let folder = try BrokerFiles.makeFolder(name)
    try BrokerFiles.write("\(folder)/server.conf", BrokerFiles.configuration(extra: extra))
    let slot = BrokerProcessSlot()
    do {
      let process = try BrokerProcess.spawn(arguments(version, folder, name, port: -1), log: "\(folder)/server.log")
      slot.set(process)
      let port = try process.waitForPort(folder: folder)
      let broker = Broker(version: version, folder: folder, port: port, name: name, process: slot)
      try broker.waitUntilReady(process)
      return broker
    } catch {
      slot.take()?.kill()
      let log = BrokerFiles.tail("\(folder)/server.log")
      BrokerFiles.remove(folder)
      throw BrokerError("\(error); its log ends with: \(log)")
    }
  }

  private init(version: Version, folder: String, port: UInt16, name: String, process: BrokerProcessSlot) {
    self.version = version
    self.folder = folder
    self.port = port
    self.name = name
    self.process = process
  }

  deinit {
    process.take()?.kill()
    BrokerFiles.remove(folder)
  }

  /// Stops it in good order; its store stays.
  package func stop() { process.take()?.terminate() }

  /// Ends it as a crash would (SIGKILL); its store stays.
  package func kill() { process.take()?.kill() }

  /// Starts it again on the same port and store; stops it first if it runs.
  package func restart() throws {
    stop()
    let again = try BrokerProcess.spawn(
      Self.arguments(version, folder, name, port: Int32(port)), log: "\(folder)/server.log")
    process.set(again)
    try waitUntilReady(again)
  }

  /// Copies the store as it is now, with the server stopped meanwhile: what a backup of its disk would hold.
  package func backUpStore() throws {
    stop()
    try BrokerFiles.copy("\(folder)/jetstream", to: "\(folder)/backup")
    try restart()
  }

  /// Ends the server as a crash would and starts it again on the store of ``backUpStore()``: what it has acknowledged since
  /// then is lost.
  package func rollBackStore() throws {
    kill()
    try BrokerFiles.replace("\(folder)/jetstream", by: "\(folder)/backup")
    try restart()
  }

  /// Holds the server still (SIGSTOP): connections stay, nothing answers. Returns once every thread of it has stopped.
  package func freeze() throws { try process.freeze() }

  /// Lets it go on after ``freeze()``.
  package func thaw() { process.signal(SIGCONT) }

  private static func arguments(_ version: Version, _ folder: String, _ name: String, port: Int32) -> [String] {
    [
      version.executable, "-c", "\(folder)/server.conf", "-a", "127.0.0.1", "-p", String(port), "-sd", folder,
      "--name", name, "--ports_file_dir", folder,
    ]
  }

  private func waitUntilReady(_ process: BrokerProcess) throws {
    try process.poll("the server on port \(port) answers") {
      let greeting: ServerGreeting
      do {
        greeting = try ServerGreeting.read(host: "127.0.0.1", port: port)
      } catch let error as NATSError where error.code == .unreachable {
        return nil as Void?
      }
      guard greeting.serverName == name else { throw BrokerError("port \(port) belongs to another server") }
      guard greeting.version == version.number else {
        throw BrokerError("\(version.executable) is not version \(version): \(version.remedy)")
      }
      return ()
    }
  }
}

/// Why there is no broker to test with.
package struct BrokerError: Error, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}
