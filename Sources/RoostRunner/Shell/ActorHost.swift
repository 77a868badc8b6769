import RoostCore
import RoostWire

/// Where actors run: what a runner does with its starts and stops. It never blocks its caller.
///
/// For every `start` it reports, on any thread, and last of all `stopped`, once. The runner starts no second copy of an
/// actor before that.
package protocol ActorHost: Sendable {
  func start(_ order: StartOrder)
  /// Asks a copy to end and, when it does not, ends it.
  func end(_ actor: ActorID, _ generation: Generation)
  /// Ends what is left, at once; nothing runs and nothing is reported any more when it returns.
  func close()
}

/// What a host tells its runner.
package enum HostEvent: Sendable {
  case actor(ActorID, Generation, ActorReport)
  /// No actor can run here any more; those that ran are gone.
  case failed(RunnerError)
}

/// What a host is made with.
package typealias HostSink = @Sendable (HostEvent) -> Void
