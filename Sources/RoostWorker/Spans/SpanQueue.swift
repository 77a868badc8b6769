import RoostNATS
import RoostTelemetry
import RoostWire

/// Spans between the loop and the exporter's thread: bounded, and the loop waits for no more than the lock.
final class SpanQueue: SpanSink {
  private struct State {
    /// A slice: its front goes without moving the rest.
    var spans: ArraySlice<Span> = []
    /// When the first of them has waited long enough; nil = there are none.
    var dueNs: Int64?
    var isStopping = false
    /// What waits still then is given up, by the monotonic clock.
    var endNs = Int64.max
  }

  private let state = Monitor(State())
  private let settings: SpanSettings
  private let metrics: Metrics

  init(_ settings: SpanSettings, metrics: Metrics) {
    self.settings = settings
    self.metrics = metrics
  }

  func add(_ spans: [Span]) {
    let taken = state.withLock { state -> (count: Int, wakes: Bool) in
      let before = state.spans.count
      let count = state.isStopping ? 0 : min(spans.count, settings.queueSpans - before)
      guard count > 0 else { return (0, false) }
      state.spans += spans.prefix(count)
      if before == 0 { state.dueNs = Monotonic.ns(afterMs: settings.delayMs) }
      return (count, before == 0 || (before < settings.batchSpans && state.spans.count >= settings.batchSpans))
    }
    if taken.wakes { state.update { _ in } }
    if taken.count < spans.count { metrics.add(.spansDropped, spans.count - taken.count) }
  }

  /// Waits until there is a full batch, or one that has waited long enough, or what is left at the end; nil when that is
  /// nothing.
  func next() -> [Span]? {
    let ready = state.wait(deadline: { $0.dueNs }) { state -> [Span]? in
      state.spans.count >= self.settings.batchSpans || state.isStopping ? self.take(&state) : nil
    }
    let batch = ready ?? state.withLock { self.take(&$0) }
    return batch.isEmpty ? nil : batch
  }

  private func take(_ state: inout State) -> [Span] {
    if Monotonic.nowNs() >= state.endNs {
      metrics.add(.spansFailed, state.spans.count)
      state.spans = []
    }
    let batch = Array(state.spans.prefix(settings.batchSpans))
    state.spans.removeFirst(batch.count)
    state.dueNs = state.spans.isEmpty ? nil : Monotonic.ns(afterMs: settings.delayMs)
    return batch
  }

  /// False, and at once, when it is time to stop.
  func pause(ms: Int64) -> Bool {
    state.wait(until: Monotonic.ns(afterMs: ms)) { $0.isStopping ? true : nil } == nil
  }

  /// Takes no more; who waits goes on, until then.
  func stop(endNs: Int64) {
    state.update {
      $0.isStopping = true
      $0.endNs = endNs
    }
  }
}
