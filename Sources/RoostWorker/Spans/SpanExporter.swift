import RoostNATS
import RoostTelemetry
import RoostWire

/// Sends spans to a collector by OTLP/HTTP, on a thread of its own. Nothing waits for it but `stop`.
final class SpanExporter: SpanSink {
  private let settings: SpanSettings
  private let queue: SpanQueue
  private let collector: any CollectorPosting
  private let thread: ServiceThread

  /// nil, and a line in the log, when it cannot be set up.
  static func start(_ settings: SpanSettings, version: String, metrics: Metrics, log: Log) -> SpanExporter? {
    guard let collector = CollectorConnection(settings) else {
      log.error("spans are not exported, the HTTP library does not take the settings")
      return nil
    }
    log.info("spans are exported", [.collector: settings.shownEndpoint])
    return SpanExporter(settings, version: version, to: collector, metrics: metrics, log: log)
  }

  init(
    _ settings: SpanSettings, version: String, to collector: any CollectorPosting, metrics: Metrics, log: Log
  ) {
    self.settings = settings
    self.collector = collector
    let queue = SpanQueue(settings, metrics: metrics)
    self.queue = queue
    thread = ServiceThread {
      var delivery = SpanDelivery(
        settings: settings, version: version, queue: queue, collector: collector, metrics: metrics, log: log)
      while let spans = queue.next() { delivery.deliver(spans) }
    }
  }

  func add(_ spans: [Span]) { queue.add(spans) }

  /// Sends what waits, once more and not for long, and ends. Call it exactly once.
  func stop() {
    let endNs = Monotonic.ns(afterMs: min(settings.timeoutMs, WorkerLimits.spansAtStopMs))
    collector.end(byNs: endNs)
    queue.stop(endNs: endNs)
    thread.join()
  }
}

/// What the thread does with each batch.
private struct SpanDelivery {
  let settings: SpanSettings
  let version: String
  let queue: SpanQueue
  let collector: any CollectorPosting
  let metrics: Metrics
  let log: Log
  let codec = WireCodec()
  /// The last attempt was not taken; the log has it.
  var isFailing = false

  mutating func deliver(_ spans: [Span]) {
    let body = codec.encode(spans: SpanExport(resource: settings.resource, version: version, spans: spans))
    var pauseMs = WorkerLimits.spanRetryMs
    for attempt in 1...WorkerLimits.spanAttempts {
      let answer = collector.post(body)
      if (200..<300).contains(answer.status) { return took(spans.count, answer) }
      fails(answer.status == 0 ? answer.error : "HTTP status \(answer.status)")
      let waitMs = answer.retryAfterS.map { min($0, WorkerLimits.longestSpanRetryMs / 1_000) * 1_000 } ?? pauseMs
      guard answer.isWorthRepeating, attempt < WorkerLimits.spanAttempts, queue.pause(ms: waitMs) else { break }
      pauseMs *= 2
    }
    metrics.add(.spansFailed, spans.count)
  }

  private mutating func took(_ count: Int, _ answer: PostAnswer) {
    var reply = SpanExportReply(rejectedSpans: 0, message: "")
    do throws(WireError) {
      reply = try codec.decodeSpanExportReply(answer.body)
    } catch {
      // It took them, in words that we do not know.
    }
    let rejected = Int(min(max(reply.rejectedSpans, 0), Int64(count)))
    metrics.add(.spansExported, count - rejected)
    metrics.add(.spansFailed, rejected)
    if rejected > 0 { return fails("rejected in part: \(reply.message)") }
    if isFailing { log.info("spans are taken by the collector again") }
    isFailing = false
  }

  private mutating func fails(_ reason: String) {
    if !isFailing {
      log.warning(
        "spans are not taken by the collector", [.collector: settings.shownEndpoint, .error: reason])
    }
    isFailing = true
  }
}

extension PostAnswer {
  /// Nothing was sent, or the collector asks for it (OTLP/HTTP, retryable answers).
  var isWorthRepeating: Bool { isUnconnected || [429, 502, 503, 504].contains(status) }
}
