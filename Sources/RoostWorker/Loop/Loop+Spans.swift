import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

/// Where the loop's spans go, if somewhere. It must not block: what it has no room for it drops.
package protocol SpanSink: AnyObject, Sendable {
  func add(_ spans: [Span])
}

// Spans: one for each trace that a record's commands, events and answers carry, under the very id that they carry. What
// is sent again, after a crash too, is not told again.

/// What a span takes from the signal that its record applied.
struct TracedSignal {
  var storedAtNs: Int64
  var verb: String
}

extension Loop {
  /// Of a signal that is applied in this batch.
  func noteTrace(of message: RoostNATS.SignalMessage) {
    guard spans != nil, message.traceparent != nil, !message.isTraceOnly else { return }
    do throws(WireError) {
      let verb =
        switch try parser.signal(message.subject) {
        case .actor(_, _, let verb): verb.rawValue
        case .runner(_, _, let verb): verb.rawValue
        case .pool(_, let verb): verb.rawValue
        }
      batch.note(message.sequence, TracedSignal(storedAtNs: message.storedAtNs, verb: verb))
    } catch {
      // A dead letter: the answer to it names the span.
    }
  }

  /// After the batch's effects have left.
  func tellSpans() {
    guard let spans else { return }
    var found = SpanCollection(
      signals: batch.traced, decidedNs: clock.estimateNs(at: turnNs),
      endNs: clock.estimateNs(at: clocks.monotonicNs()))
    for share in batch.shares {
      for command in share.effects.commands {
        switch command.body {
        case .start(let issued, _): found.add(issued, "start", command.runner, share.pool)
        case .stop(let issued, _): found.add(issued, "stop", command.runner, share.pool)
        case .welcome, .close: break
        }
      }
      for event in share.effects.events { found.add(event, share.pool) }
      for answer in share.effects.answers { found.add(answer, share.record, share.pool) }
    }
    for loose in batch.answers {
      if let record = batch.record(of: loose.partition) { found.add(loose.answer, record, loose.pool) }
    }
    if !found.spans.isEmpty { spans.add(found.spans) }
  }
}

/// The spans of a batch: whatever of a record carries the same trace makes one.
private struct SpanCollection {
  private struct Identity: Hashable {
    let context: SpanContext
    let record: RoostCore.RecordIndex
  }

  let signals: [StreamSequence: TracedSignal]
  /// Where no signal of the batch is the cause: the time of the turn.
  let decidedNs: Int64
  let endNs: Int64
  private(set) var spans: [Span] = []
  private var known: Set<Identity> = []

  init(signals: [StreamSequence: TracedSignal], decidedNs: Int64, endNs: Int64) {
    self.signals = signals
    self.decidedNs = decidedNs
    self.endNs = endNs
  }

  mutating func add(_ command: Command, _ what: String, _ runner: RunnerID, _ pool: PoolID) {
    add(command.cause, command.record, what, pool, command.actor, runner)
  }

  mutating func add(_ event: ActorEvent, _ pool: PoolID) {
    add(event.cause, event.record, event.kind.rawValue, pool, event.actor, event.runner)
  }

  mutating func add(_ answer: Answer, _ record: RoostCore.RecordIndex, _ pool: PoolID) {
    add(answer.cause, record, "answer", pool, answer.actor, answer.runner)
  }

  private mutating func add(
    _ cause: Cause, _ record: RoostCore.RecordIndex, _ what: String, _ pool: PoolID, _ actor: ActorID?,
    _ runner: RunnerID?
  ) {
    guard let trace = cause.trace, let context = SpanContext(trace), context.isSampled,
      known.insert(Identity(context: context, record: record)).inserted
    else { return }
    let signal = signals[cause.sequence]
    let startNs = signal?.storedAtNs ?? decidedNs
    var attributes = [
      SpanAttribute(Key.messagingSystem.name, "nats"), SpanAttribute(Key.pool.name, pool.description),
      SpanAttribute(Key.sequence.name, cause.sequence), SpanAttribute(Key.record.name, record),
    ]
    if let signal { attributes.append(SpanAttribute(Key.verb.name, signal.verb)) }
    if let actor { attributes.append(SpanAttribute(Key.actorID.name, actor.text)) }
    if let runner { attributes.append(SpanAttribute(Key.runnerID.name, runner.text)) }
    spans.append(
      Span(
        context: context, id: trace.span(of: record), state: trace.state, name: "roost \(signal?.verb ?? what)",
        startNs: UInt64(clamping: startNs), endNs: UInt64(clamping: max(startNs, endNs)), attributes: attributes))
  }
}
