import Foundation
import Glibc
import RoostCore
import RoostNATS
import RoostTelemetry
import RoostTestKit
import RoostWire
import RoostWorker
import Synchronization

/// A worker on a thread of its own, against a real broker.
final class RunningWorker: Sendable {
  enum End: Equatable {
    case stopped
    case failed(WorkerError)
  }

  let worker: Worker
  private let end = Mutex<End?>(nil)

  init(_ configuration: WorkerConfiguration, log: Log = .silent) {
    worker = Worker(configuration, log: log)
    let thread = Thread { [self] in
      do throws(WorkerError) {
        try worker.run()
        end.withLock { $0 = .stopped }
      } catch {
        end.withLock { $0 = .failed(error) }
      }
    }
    thread.start()
  }

  /// How it ended; nil when it did not in time.
  func waitForEnd(seconds: Double = 20) -> End? {
    _ = eventually(seconds: seconds) { end.withLock { $0 != nil } }
    return end.withLock { $0 }
  }

  func waitUntilReady() -> Bool {
    eventually { worker.health.isReady || end.withLock { $0 != nil } } && worker.health.isReady
  }

  func stop() -> End? {
    worker.stop()
    return waitForEnd()
  }
}
