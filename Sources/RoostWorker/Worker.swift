import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWire

/// The worker of one data folder: owns its pools, decides their signals, journals, tells runners.
package final class Worker: Sendable {
  package let configuration: WorkerConfiguration
  /// For the health page.
  package let health = Health()
  package let metrics = Metrics()
  private let control = Control()
  private let log: Log

  package init(_ configuration: WorkerConfiguration, log: Log = .standard) {
    self.configuration = configuration
    self.log = log
  }

  /// Serves until `stop()`; blocks the calling thread. Returns after what was decided is handed over.
  package func run() throws(WorkerError) {
    let settings = try loopSettings()
    var configuration = configuration
    let spans = configuration.spans.flatMap {
      SpanExporter.start($0, version: configuration.version, metrics: metrics, log: log)
    }
    defer { spans?.stop() }
    var endAtLoss: SignalPosition?
    while true {
      control.begin()
      let service = Service(
        configuration: configuration, settings: settings, control: control, health: health, metrics: metrics, log: log,
        spans: spans, endAtLoss: endAtLoss)
      switch try service.run() {
      case .stopped: return
      case .startOver(let after):
        endAtLoss = after
        // What was adopted at the first start is ours now.
        configuration.adopt = false
        health.update { report in
          report.isReady = false
          report.reason = "starting over: the signal stream is not the one that was read"
        }
      }
    }
  }

  /// Asks `run` to finish what it has in hand and return. From any thread, any number of times.
  package func stop() { control.stop() }

  private func loopSettings() throws(WorkerError) -> LoopSettings {
    if let contradiction = configuration.poolDefaults.contradiction {
      throw WorkerError(.usage, code: "ROOST-W011", "the pool defaults contradict each other: \(contradiction)")
    }
    guard let subjects = Subjects(prefix: configuration.subjectPrefix) else {
      throw WorkerError(
        .usage, code: "ROOST-W012", "the subject prefix must be tokens of A-Z a-z 0-9 _ - separated by dots")
    }
    guard (1...4_096).contains(configuration.partitions) else {
      throw WorkerError(.usage, code: "ROOST-W013", "partitions is \(configuration.partitions); it must be 1 to 4096")
    }
    var settings = LoopSettings(subjects: subjects)
    settings.servedPools = configuration.servedPools
    settings.partitions = configuration.partitions
    settings.version = configuration.version
    settings.historyMs = Int64(configuration.historyHours) * 3_600_000
    return settings
  }
}
