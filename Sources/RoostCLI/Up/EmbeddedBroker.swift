import Glibc
import RoostNATS

/// The nats-server of one `roost up`.
struct EmbeddedBroker {
  let folder: UpFolder
  /// 0: any.
  let port: UInt16
  /// No other server has it: proves that who answers on the port is ours.
  let name = "roost-up-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 16))"

  private var configuration: String { "\(folder.broker)/nats-server.conf" }

  /// Flags go before the configuration.
  var arguments: [String] {
    [
      "-c", configuration, "-a", "127.0.0.1", "-p", port == 0 ? "-1" : String(port), "-sd", folder.broker,
      "--name", name, "--ports_file_dir", folder.ports,
    ]
  }

  /// What must be there before it is started.
  func prepare() throws(CLIError) {
    try folder.removePortFiles()
    try folder.write(BrokerConfiguration.text, to: configuration)
  }

  /// Waits until it answers; gives back its port. Errors: `asked`, `ended`, `failed`.
  func waitUntilReady(
    _ parts: Parts, patienceMs: Int64 = UpLimits.brokerReadyMs
  ) throws(UpEnding) -> UInt16 {
    let deadlineNs = Monotonic.ns(afterMs: patienceMs)
    while Monotonic.nowNs() < deadlineNs {
      if let port = try answeringPort() { return port }
      _ = try parts.wait(until: Monotonic.ns(afterMs: UpLimits.lookMs)) { _ -> Void? in nil }
    }
    throw .failed(
      CLIError(.unavailable, "the broker does not answer within \(patienceMs) ms; see what it said"))
  }

  private func answeringPort() throws(UpEnding) -> UInt16? {
    let greeting: ServerGreeting
    let chosen: UInt16
    do throws(CLIError) {
      guard let port = try chosenPort() else { return nil }
      chosen = port
    } catch {
      throw .failed(error)
    }
    do throws(NATSError) {
      greeting = try ServerGreeting.read(host: "127.0.0.1", port: chosen)
    } catch {
      if error.code == .unreachable { return nil }
      throw .failed(CLIError(error))
    }
    guard greeting.serverName == name else {
      throw .failed(
        .usage("port \(chosen) of 127.0.0.1 belongs to the server '\(greeting.serverName)'; use another --port"))
    }
    return chosen
  }

  /// The broker writes it once it listens; nil until then.
  private func chosenPort() throws(CLIError) -> UInt16? {
    guard let file = try folder.portFiles().first else { return nil }
    let text = try folder.read("\(folder.ports)/\(file)")
    guard let found = text.firstMatch(of: /127\.0\.0\.1:([0-9]+)/) else { return nil }
    return UInt16(found.1)
  }
}
