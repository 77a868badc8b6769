import RoostCore
import RoostWire

/// What can happen to a runner.
enum RunnerInput: Equatable, Sendable {
  case command(ReceivedCommand)
  /// The answer to a ping of `session`, sent then: a late one says nothing about the session after it, and is no word from
  /// later than its ping.
  case pong(session: SessionID, sentMs: Int64, Pong)
  /// What became of a publish: stored by the broker, or not as far as we know.
  case published(PublishTicket, isStored: Bool)
  /// The link to the broker is there again.
  case linkUp
  case actor(ActorID, Generation, ActorReport)
  /// Somebody wants this runner to end.
  case leave
  /// A deadline has come.
  case timer
}

/// Which publish an answer belongs to.
typealias PublishTicket = UInt64

/// What a host says about an actor that it was told to start.
package enum ActorReport: Equatable, Sendable {
  /// It can be reached.
  case running
  /// It wants to sleep.
  case sleepIntent
  /// It wants to end for good.
  case stopIntent
  /// It wants to be woken then; nil clears.
  case setAlarm(Instant?)
  /// It is gone, the last report; nil = in good order, or because it was told to end.
  case stopped(error: String?)
}

/// What a runner does about it, in this order.
enum RunnerAction: Equatable, Sendable {
  /// To be stored by the broker; answered by `published` with the same ticket, exactly once.
  case publish(RunnerSignal, PublishTicket)
  case ping(session: SessionID, lastCommandIndex: CommandIndex)
  case start(StartOrder)
  /// Ask it to end, and see to it that it does.
  case end(ActorID, Generation)
  case note(RunnerNote)
  /// The last action: all actors are gone.
  case finish(RunnerEnd)
}

/// Why a runner ended.
package enum RunnerEnd: Equatable, Sendable {
  /// It was asked to; `isDrained`: the worker knows and has given its actors a new place.
  case left(isDrained: Bool)
  /// Another process announced itself with this runner's id.
  case superseded
  /// The worker does not take this runner: its announcement breaks the limit named.
  case refused(reason: String)
}

/// What is worth a line in the log.
enum RunnerNote: Equatable, Sendable {
  case announced(SessionID)
  case welcomed(SessionID)
  case closed(SessionID, reason: String)
  case unknown(SessionID)
  case noSlot(ActorID, Generation)
  case oldGeneration(ActorID, Generation)
  case commandOutOfOrder(index: CommandIndex, last: CommandIndex)
  case eventsForgotten(last: EventIndex)
  case silence
  case leaving
}
