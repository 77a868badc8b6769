import RoostCore

/// The worker of one data folder: owns its pools, decides their signals, journals, tells runners.
package final class Worker: Sendable {
  package let configuration: WorkerConfiguration
  /// For the health page.
  package let health = Health()

  package init(_ configuration: WorkerConfiguration) { self.configuration = configuration }

  /// Serves until `stop()`; blocks the calling thread. Returns after what was decided is handed over.
  package func run() throws(WorkerError) {}

  /// Asks `run` to finish what it has in hand and return. From any thread, any number of times.
  package func stop() {}
}
