import RoostNATS

/// Why a runner does not start or does not go on.
package struct RunnerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Stable codes, listed in docs/runner.md.
  package enum Code: String, Sendable, CaseIterable {
    /// Another process announced itself with this runner's id.
    case superseded = "ROOST-R001"
    /// The worker refuses the announcement; the limit is named.
    case refused = "ROOST-R002"
    /// The system gives no process, thread or descriptor.
    case system = "ROOST-R003"
    /// The process that looks after the actors' processes was killed.
    case supervisorGone = "ROOST-R004"
    /// The command cannot be run.
    case command = "ROOST-R005"
    /// The broker refuses us, or closed the connection for good.
    case broker = "ROOST-R006"
  }

  package let code: Code
  /// What is wrong and what to do next.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  init(_ error: NATSError) { self.init(.broker, "\(error)") }

  package var description: String { "\(code.rawValue): \(message)" }
}
