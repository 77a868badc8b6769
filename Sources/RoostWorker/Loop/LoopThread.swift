import RoostNATS
import RoostTelemetry

/// The thread that turns the loop, and the queue that feeds it.
///
/// Unchecked: the loop is handed over at `start` and touched by nobody else until `join` has returned.
final class LoopThread: @unchecked Sendable {
  private let loop: Loop
  private let queue: InputQueue
  private var thread: ServiceThread?

  init(_ loop: Loop, _ queue: InputQueue) {
    self.loop = loop
    self.queue = queue
  }

  /// Begins to turn; `ended` is told once, when the loop has stopped in good order or failed.
  func start(_ ended: @escaping @Sendable (Control.LoopEnd) -> Void) {
    thread = ServiceThread { [self] in
      do throws(WorkerError) {
        try run()
        ended(.stopped)
      } catch {
        ended(.failed(error))
      }
    }
  }

  /// Lets the loop finish what it has in hand.
  func stop() { queue.stop() }

  func join() {
    thread?.join()
    thread = nil
  }

  private func run() throws(WorkerError) {
    var arrivals = Arrivals()
    while true {
      try loop.tidy()
      let taken = queue.take(into: &arrivals, until: loop.nextTurnNs)
      if taken == .stop { break }
      try loop.turn(&arrivals)
    }
    try finish(&arrivals)
  }

  /// The last batch, then the broker's word for what it was told, then a record that says so.
  private func finish(_ arrivals: inout Arrivals) throws(WorkerError) {
    loop.stopTakingSignals()
    let deadlineNs = Monotonic.nowNs() + WorkerLimits.handoverAtStopNs
    try loop.turn(&arrivals)
    while !loop.isHandedOver, Monotonic.nowNs() < deadlineNs {
      _ = queue.take(
        into: &arrivals, until: min(deadlineNs, max(loop.nextTurnNs, Monotonic.nowNs())), evenStopping: true)
      try loop.turn(&arrivals)
    }
    try loop.sign()
  }
}
