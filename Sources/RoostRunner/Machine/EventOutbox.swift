import RoostCore

/// The events of one session that the worker has not acknowledged, in order, one message of them under way at a time.
struct EventOutbox {
  private var events: [RunnerEvent] = []
  private var lastIndex: EventIndex = 0
  /// The broker has stored everything through this one.
  private var sentIndex: EventIndex = 0
  /// A message under way; `isVoid`: we have been asked for earlier events since.
  private var underWay: (ticket: PublishTicket, through: EventIndex, isVoid: Bool)?
  private var retryAtMs: Int64 = 0
  private var resendMs = RunnerLimits.answerMs
  private var waitingSinceMs: Int64 = 0

  /// Everything was stored by the broker, though perhaps not acknowledged by the worker.
  var isSent: Bool { sentIndex >= lastIndex }
  var lastEventIndex: EventIndex { lastIndex }

  mutating func add(_ actor: ActorID, _ generation: Generation, _ kind: RunnerEvent.Kind, nowMs: Int64) {
    if events.isEmpty { waitingSinceMs = nowMs }
    lastIndex += 1
    events.append(RunnerEvent(index: lastIndex, actor: actor, generation: generation, kind: kind))
  }

  /// What to send now, if anything; it counts as under way until `published`.
  mutating func next(_ ticket: PublishTicket, nowMs: Int64) -> [RunnerEvent]? {
    guard underWay == nil, sentIndex < lastIndex, nowMs >= retryAtMs else { return nil }
    let unsent = events.drop { $0.index <= sentIndex }.prefix(RunnerLimits.eventsPerMessage)
    guard let last = unsent.last else { return nil }
    underWay = (ticket, last.index, isVoid: false)
    return Array(unsent)
  }

  /// False: the ticket is not ours.
  mutating func published(_ ticket: PublishTicket, isStored: Bool, nowMs: Int64) -> Bool {
    guard let message = underWay, message.ticket == ticket else { return false }
    underWay = nil
    if !isStored {
      retryAtMs = nowMs + RunnerLimits.pauseMs
    } else if !message.isVoid {
      sentIndex = max(sentIndex, message.through)
    }
    return true
  }

  /// The worker's journal has everything through `index`.
  mutating func acknowledge(through index: EventIndex, nowMs: Int64) {
    let count = events.prefix { $0.index <= index }.count
    if count > 0 {
      events.removeFirst(count)
      resendMs = RunnerLimits.answerMs
      waitingSinceMs = nowMs
    }
    sentIndex = max(sentIndex, min(index, lastIndex))
  }

  /// A welcome: the worker took everything through `index` and waits for the next. False: it waits for one that it had
  /// acknowledged before and that is gone.
  mutating func resume(after index: EventIndex, nowMs: Int64) -> Bool {
    acknowledge(through: index, nowMs: nowMs)
    let first = events.first?.index ?? lastIndex + 1
    guard first <= index + 1 else { return false }
    rewind(nowMs: nowMs)
    return true
  }

  mutating func retryNow() { retryAtMs = 0 }

  /// When an acknowledgement is overdue; nil = none is awaited.
  var overdueAtMs: Int64? { events.isEmpty ? nil : waitingSinceMs + resendMs }
  /// When the next attempt to publish is due; nil = nothing to publish, or under way.
  var publishAtMs: Int64? { underWay == nil && sentIndex < lastIndex ? retryAtMs : nil }

  /// The acknowledgement did not come: everything again, with more patience, if `isHeard`; else later.
  mutating func overdue(isHeard: Bool, nowMs: Int64) {
    waitingSinceMs = nowMs
    guard isHeard else { return }
    resendMs = min(resendMs * 2, RunnerLimits.longestResendMs)
    rewind(nowMs: nowMs)
  }

  private mutating func rewind(nowMs: Int64) {
    underWay?.isVoid = true
    sentIndex = events.first.map { $0.index - 1 } ?? lastIndex
    retryAtMs = nowMs
  }
}
