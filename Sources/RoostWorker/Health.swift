import Synchronization

/// The worker as its health page shows it: written by the loop, read by the HTTP thread.
package final class Health: Sendable {
  /// A reading of one moment.
  package struct Report: Equatable, Sendable {
    /// True once the journal is read, the broker was reached and the stream's end was read once, and nothing is wrong.
    package var isReady = false
    /// Why it is not ready; empty when it is.
    package var reason = "starting: the journal has not been read yet"
    package init() {}
  }

  /// The last reason of a start that goes well.
  static let catchingUp = "starting: the signal stream has not been read to its end yet"

  private let report = Mutex(Report())

  package init() {}

  package var current: Report { report.withLock { $0 } }
  package var isReady: Bool { report.withLock { $0.isReady } }
  package var reason: String { report.withLock { $0.reason } }

  package func update(_ body: (inout Report) -> Void) { report.withLock { body(&$0) } }
}
