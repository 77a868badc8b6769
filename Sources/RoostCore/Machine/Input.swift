/// Everything that can happen to a pool.
package enum Input: Equatable, Sendable {
  /// A message of the stream, in stream order. Its timers have been fired.
  case signal(Signal)
  /// Fire pending, start, stop and drain deadlines due by `now`, at most `Limits.timersPerTurn` of them, and none while a
  /// queue pass has to go on.
  case deadlines
  /// Fire alarms, back-off ends and retention due by `now`, at most `Limits.timersPerTurn` of them.
  case alarms
  /// The queue pass stopped at its bound: go on.
  case continuePass
  /// Every 15 s while the queue is not empty: repeat the pass; what it places is counted.
  case sweep
  /// Pings arrive again.
  case fresh(RunnerID)
  /// No ping for the eligible threshold, by the worker's own clock.
  case stale(RunnerID)
  /// No ping for the lost threshold, by the worker's own clock.
  case lost(RunnerID, SessionID)
  /// A ping said that all commands through this one were taken.
  case commandsAcknowledged(RunnerID, SessionID, through: CommandIndex)
  /// After a restart, take-over, reconnect or a spell of a full stream: deadlines that wait for a runner get their
  /// whole threshold again.
  case renewDeadlines
}
