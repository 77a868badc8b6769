import Foundation
import Glibc

/// A program beside the test, run by bash in the checkout's top folder; what it prints on both outputs is kept. It dies
/// with the test process, however that ends, and is ended with this object.
package final class TestProcess: Sendable {
  /// The folder that holds Package.swift.
  package static let checkout = BrokerFiles.checkout

  /// The `roost` of this build: it lies beside the test bundle.
  package static let roost =
    Bundle.main.executableURL.map { $0.deletingLastPathComponent().appending(path: "roost").path } ?? ""

  private let process: BrokerProcess
  private let folder: String
  private var log: String { "\(folder)/log" }

  package init(_ script: String, environment: [String: String] = [:]) throws {
    folder = try BrokerFiles.makeFolder("roost-process-\(getpid())-\(UInt64.random(in: 0 ... .max))")
    let variables = environment.map { "\($0.key)=\($0.value)" }.sorted()
    process = try BrokerProcess.spawn(
      ["/usr/bin/env"] + variables + ["/bin/bash", "-euc", "cd '\(Self.checkout)'; \(script)"], log: "\(folder)/log")
  }

  deinit {
    process.kill()
    BrokerFiles.remove(folder)
  }

  /// All it printed so far.
  package var output: String { String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self) }

  package var pid: pid_t { process.pid }

  package func signal(_ number: Int32) { process.signal(number) }

  /// Looks at it again and again until it has ended, not for ever. A process that a signal ended gives 128 and the signal's
  /// number, as in a shell.
  package func exitCode(within patience: Duration = .seconds(30)) throws -> Int32 {
    let deadline = ContinuousClock.now + patience
    while true {
      if let status = process.exitStatus { return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f }
      if ContinuousClock.now > deadline { throw BrokerError("process \(pid) does not end; it printed: \(output)") }
      usleep(2_000)
    }
  }
}
