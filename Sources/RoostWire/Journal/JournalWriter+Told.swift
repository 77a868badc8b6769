import CRoostProtos
import RoostCore

/// What the world and the callers are told.
extension JournalWriter {
  func write(_ event: ActorEvent) -> UnsafeMutablePointer<Roost__V1__JournalEvent> {
    let message = arena.make(Roost__V1__JournalEvent.self)
    message.pointee.actor = name(event.actor.text)
    message.pointee.kind = event.kind.journal
    message.pointee.generation = event.generation
    if let runner = event.runner { message.pointee.runner = name(runner.text) }
    message.pointee.ts = event.at.ms
    message.pointee.cause_sequence = event.cause.sequence
    (message.pointee.trace_parent, message.pointee.trace_state) = trace(event.cause.trace)
    message.pointee.reason = name(event.reason)
    message.pointee.message = arena.copy(event.message)
    message.pointee.ticket = event.ticket
    message.pointee.queue_position = event.queuePosition
    message.pointee.record = event.record == record ? 0 : event.record
    return message
  }

  func write(_ answer: Answer) -> UnsafeMutablePointer<Roost__V1__JournalAnswer> {
    let message = arena.make(Roost__V1__JournalAnswer.self)
    message.pointee.reply_to = name(answer.replyTo)
    message.pointee.outcome = Roost__V1__Outcome(rawValue: UInt32(answer.outcome.rawValue))
    message.pointee.state = name(answer.state)
    message.pointee.reason = name(answer.reason)
    if let runner = answer.runner { message.pointee.runner = name(runner.text) }
    message.pointee.generation = answer.generation
    message.pointee.queue_position = answer.queuePosition
    message.pointee.final = answer.isFinal ? 1 : 0
    if let actor = answer.actor { message.pointee.actor = name(actor.text) }
    message.pointee.signal_sequence = answer.sequence
    (message.pointee.trace_parent, message.pointee.trace_state) = trace(answer.cause.trace)
    return message
  }
}

extension ActorEvent.Kind {
  var journal: Roost__V1__JournalEventKind {
    switch self {
    case .created: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_CREATED
    case .pending: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_PENDING
    case .ready: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_READY
    case .sleepIntent: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_SLEEP_INTENT
    case .sleeping: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_SLEEPING
    case .stopped: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_STOPPED
    case .lost: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_LOST
    case .pendingTimeout: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_PENDING_TIMEOUT
    case .goingAway: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_GOING_AWAY
    case .backoff: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_BACKOFF
    case .destroying: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_DESTROYING
    case .destroyed: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_DESTROYED
    case .rejected: ROOST__V1__JOURNAL_EVENT_KIND__JOURNAL_EVENT_KIND_REJECTED
    }
  }

  /// nil for a number that this version does not know.
  init?(journal number: Roost__V1__JournalEventKind) {
    guard let kind = Self.allCases.first(where: { $0.journal == number }) else { return nil }
    self = kind
  }
}
